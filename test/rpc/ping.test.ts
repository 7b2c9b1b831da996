import { expect } from 'chai';
import { Refusal } from '../../src/errors.js';
import { answerPing, type PingDependencies } from '../../src/rpc/handlers/ping.js';
import type { Session } from '../../src/session/session.js';
import { encodedOf } from '../support/contacts.js';
import { idBytesOf, idOf } from '../support/ids.js';

const ask = (name: string) => ({ type: 'ping', requestId: 7, id: idBytesOf(idOf(name)) }) as const;
const own = encodedOf('node');
const hosted = encodedOf('actor');
const asker = {} as Session;
const answer = (name: string, passOn: PingDependencies['passOn'] = () => undefined) =>
  answerPing(ask(name), asker, {
    own: () => own,
    hosted: (id) => (id === hosted.id ? hosted : undefined),
    passOn,
  });

describe('answerPing', () => {
  it('gives the current contact of what is hosted here, and asks nobody else', () => {
    const pong = answer('actor', () => expect.fail('it is here'));
    expect(pong).to.deep.equal({ type: 'pong', requestId: 7, contact: hosted });
  });

  it("gives the node's own contact", () => {
    const pong = answer('node', () => expect.fail('it is this one'));
    expect(pong).to.deep.equal({ type: 'pong', requestId: 7, contact: own });
  });

  it('gives nothing for what is not', () => {
    expect(answer('other')).to.deep.equal({ type: 'pong', requestId: 7 });
  });

  it('gives later what the host says that announced the id from where nobody can dial it', async () => {
    const contact = encodedOf('other');
    const asked: unknown[] = [];
    const pong = answer('other', async (...args) => {
      asked.push(args);
      return contact;
    });
    expect(await pong).to.deep.equal({ type: 'pong', requestId: 7, contact });
    expect(asked).to.deep.equal([[idOf('other'), asker]]);
  });

  it('gives nothing where that host has nothing to say, and a refusal where it may not be asked', async () => {
    expect(await answer('other', async () => undefined)).to.deep.equal({ type: 'pong', requestId: 7 });
    const refusal = new Refusal('RATE_LIMITED', 'enough');
    expect(answer('other', () => refusal)).to.equal(refusal);
  });
});
