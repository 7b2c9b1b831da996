import { expect } from 'chai';
import { limits } from '../../src/limits.js';
import { Bridges } from '../../src/routing/bridges.js';
import { addressesOf } from '../../src/wire/addresses.js';
import { encodedOf } from '../support/contacts.js';
import { idOf } from '../support/ids.js';

const nodeOf = (name: string, ...types: readonly string[]) =>
  encodedOf(name, { transport: types.map((type) => ({ type, host: name, port: 1 })) });
const bridges = () => new Bridges((contact) => addressesOf(contact).some(({ type }) => type !== 'tcp'));
const idsOf = ({ contacts }: Bridges) => contacts.map(({ id }) => id);

describe('Bridges', () => {
  it('are those that speak more than we do, the last that was met first', () => {
    const met = bridges();
    for (const node of [nodeOf('a', 'tcp', 'ws'), nodeOf('b', 'tcp'), nodeOf('c', 'ws', 'tcp')])
      met.met(node);
    expect(idsOf(met)).to.deep.equal([idOf('c'), idOf('a')]);
    met.met(nodeOf('a', 'tcp', 'ws'));
    expect(idsOf(met)).to.deep.equal([idOf('a'), idOf('c')]);
  });

  it('are none any more that did not answer, or speak no more than we do', () => {
    const met = bridges();
    for (const name of ['a', 'b', 'c']) met.met(nodeOf(name, 'tcp', 'ws'));
    met.failed(idOf('a'));
    met.met(nodeOf('b', 'tcp'));
    expect(idsOf(met)).to.deep.equal([idOf('c')]);
  });

  it('come before others, the closest first and each once', () => {
    const met = bridges();
    const nodes = ['a', 'b', 'c'].map((name) => nodeOf(name, 'tcp', 'ws'));
    const others = [nodeOf('d', 'tcp'), nodes[1] as (typeof nodes)[0], nodeOf('e', 'tcp')];
    for (const node of nodes) met.met(node);
    for (const node of nodes) expect(met.aheadOf(others, node.key)[0]?.id).to.equal(node.id);
    const { key } = nodeOf('own', 'tcp');
    const ids = met.aheadOf(others, key).map(({ id }) => id);
    expect(ids.slice(0, 3)).to.have.members(nodes.map(({ id }) => id));
    expect(ids.slice(3)).to.deep.equal([idOf('d'), idOf('e')]);
    expect(bridges().aheadOf(others, key)).to.deep.equal(others);
  });

  it('are so many, those that were met last', () => {
    const met = bridges();
    for (let i = 0; i < 1_000; i++) met.met(nodeOf(`n${i}`, 'tcp', 'ws'));
    expect([met.size, idsOf(met)[0]]).to.deep.equal([limits.bridges, idOf('n999')]);
  });
});
