import { expect } from 'chai';
import { relayAddresses } from '../../src/relay/relay-addresses.js';
import { encodedOf } from '../support/contacts.js';
import { idOf } from '../support/ids.js';

const node = (name: string, ...types: readonly string[]) =>
  encodedOf(name, { transport: types.map((type) => ({ type, host: name, port: 1 })) });
const chosen = (...relays: Parameters<typeof relayAddresses>[0]) =>
  relayAddresses(relays).map(({ type, host, via }) => {
    expect(via).to.equal(idOf(String(host)));
    return `${type} ${host}`;
  });

describe('relayAddresses', () => {
  it('gives one address of each, the first', () => {
    expect(chosen(node('a', 'tcp'), node('b', 'tcp'))).to.deep.equal(['tcp a', 'tcp b']);
  });

  it('covers as many types as it can', () => {
    const [a, b, c] = [node('a', 'tcp', 'ws'), node('b', 'tcp', 'ws'), node('c', 'tcp', 'ws')];
    expect(chosen(a, b, c)).to.deep.equal(['tcp a', 'ws b', 'tcp c']);
  });

  it('passes over who has none, and gives at most 4', () => {
    const five = ['a', 'b', 'c', 'd', 'e'].map((name) => node(name, 'tcp'));
    expect(chosen(encodedOf('none'), ...five.slice(0, 2))).to.deep.equal(['tcp a', 'tcp b']);
    expect(chosen(...five)).to.have.length(4);
  });
});
