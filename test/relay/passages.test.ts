import { expect } from 'chai';
import { Refusal } from '../../src/errors.js';
import type { ContactId } from '../../src/id/contact-id.js';
import { limits } from '../../src/limits.js';
import { Passages } from '../../src/relay/passages.js';
import type { Session } from '../../src/session/session.js';
import type { EncodedContact } from '../../src/wire/contact-codec.js';
import type { Message, Request } from '../../src/wire/messages.js';
import { encodedNodeOf, encodedOf } from '../support/contacts.js';
import { idBytesOf, idOf } from '../support/ids.js';
import {
  addressOf,
  helloOf,
  type PeerOptions,
  pingOver,
  type RawEnd,
  SessionNetwork,
} from '../support/sessions.js';

const relayId = idOf('relay');
const thing = idOf('thing');

/** A contact of an entity, reached through the node of that name. */
const relayed = (name: string, via = 'relay') =>
  encodedOf(name, { transport: [{ ...addressOf(via), via: idOf(via) }] });

/** Sessions that only tell what is asked of them, and never answer. */
function silentSession(peer?: EncodedContact): Session & { readonly asked: Request[] } {
  const asked: Request[] = [];
  const pending = {
    get size() {
      return asked.length;
    },
    request: (make: (requestId: number) => Request) => {
      asked.push(make(1));
      return new Promise(() => {});
    },
  };
  return { asked, pending, peer } as unknown as Session & { readonly asked: Request[] };
}

/** A relay with real sessions, a host that nobody can dial, and somebody who asks. */
async function relayWorld(options: PeerOptions = {}) {
  const world = new SessionNetwork();
  const passages = new Passages(relayId);
  const relay = await world.peer('relay', {
    passOn: (id, asker) => passages.passOn(id, asker),
    announced: (contact, session) => void passages.open(contact, session),
    withdrawn: (contact, session) => void passages.close(contact.id, session),
    ...options,
  });
  const asker = await world.peer('asker');
  /** Dials the relay as a node that cannot be dialled; answers PINGs with what `hosted` has. */
  const host = async (
    name: string,
    hosted: (id: string) => EncodedContact | undefined | null,
  ): Promise<RawEnd> => {
    const end = await world.raw(name);
    const link = await world.run(end.dial('relay'));
    end.answer = (message) => {
      if (message.type !== 'ping') return;
      const contact = hosted(idOfBytes(message.id));
      if (contact !== null)
        end.send({ type: 'pong', requestId: message.requestId, ...(contact && { contact }) }, link);
    };
    end.send(helloOf(encodedOf(name)));
    await world.runtime.advance(100);
    return end;
  };
  const announce = async (
    end: RawEnd,
    lists: Partial<Extract<Message, { type: 'findNode' }>>,
    requestId = 1,
  ) => {
    const target = { id: idBytesOf(thing) };
    end.send({ type: 'findNode', requestId, target, announced: [], withdrawn: [], ...lists });
    await world.runtime.advance(100);
  };
  const ping = async (id: ContactId = thing) =>
    (await pingOver(await asker.pool.dial(relay.contact), id)).contact?.id;
  return { world, passages, relay, asker, host, announce, ping };
}

const idOfBytes = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

describe('Passages', () => {
  it('lead to whoever announced the id over its session', async () => {
    const { world, host, announce, ping } = await relayWorld();
    const end = await host('host', (id) => (id === thing ? relayed('thing') : undefined));
    expect(await world.run(ping())).to.equal(undefined);
    await announce(end, { announced: [relayed('thing')] });
    expect(await world.run(ping())).to.equal(thing);
  });

  it('do not lead to who names another relay, or none that is an id', async () => {
    const { passages, host, announce } = await relayWorld();
    const end = await host('host', () => undefined);
    const forged = [5, null, 'not an id', { id: relayId }].map((via, i) =>
      encodedOf(`forged ${i}`, { transport: [{ ...addressOf('relay'), via }] }),
    );
    await announce(end, { announced: [relayed('thing', 'other'), encodedOf('no address'), ...forged] });
    expect(passages.size).to.equal(0);
  });

  it('do not lead to another relay of the host, which has repeated what the host has announced', () => {
    const passages = new Passages(relayId);
    const [host, relay] = [silentSession(), silentSession(encodedNodeOf('other'))];
    expect(passages.open(relayed('thing'), relay)).to.equal(false);
    expect(passages.open(relayed('thing'), host)).to.equal(true);
    expect(passages.open(relayed('thing'), relay)).to.equal(false);
    passages.forget(relay);
    expect(passages.passOn(thing)).to.be.a('promise');
    expect(host.asked).to.have.length(1);
  });

  it('end when the host withdraws, or names another relay', async () => {
    const { world, passages, host, announce, ping } = await relayWorld();
    const end = await host('host', (id) => encodedOf(Buffer.from(id, 'base64').toString()));
    await announce(end, { announced: ['thing', 'b', 'c'].map((name) => relayed(name)) }, 1);
    expect(passages.size).to.equal(3);
    await announce(end, { withdrawn: [relayed('thing')] }, 2);
    expect([passages.size, await world.run(ping())]).to.deep.equal([2, undefined]);
    await announce(end, { announced: [relayed('b', 'other')] }, 3);
    expect([passages.size, await world.run(ping(idOf('c')))]).to.deep.equal([1, idOf('c')]);
  });

  it('lead to the latest host, and only that one closes them', async () => {
    const { world, host, announce, ping, passages } = await relayWorld();
    const old = await host('old', () => undefined);
    const young = await host('young', () => relayed('thing'));
    await announce(old, { announced: [relayed('thing')] });
    await announce(young, { announced: [relayed('thing')] });
    await announce(old, { withdrawn: [relayed('thing')] }, 2);
    expect([passages.size, await world.run(ping())]).to.deep.equal([1, thing]);
  });

  it('bring nothing of a contact of another id', async () => {
    const { world, host, announce, ping } = await relayWorld();
    const end = await host('host', () => relayed('another'));
    await announce(end, { announced: [relayed('thing')] });
    expect(await world.run(ping())).to.equal(undefined);
  });

  it('bring nothing in the time that the host has, when it never answers', async () => {
    const { world, asker, relay, host, announce } = await relayWorld();
    const end = await host('host', () => null);
    await announce(end, { announced: [relayed('thing')] });
    const session = await world.run(asker.pool.dial(relay.contact));
    const raw: unknown[] = [];
    const furtherMs = limits.requestFirstMs;
    const make = (requestId: number) => ({ type: 'ping', requestId, id: idBytesOf(thing) }) as const;
    const asked = session.pending.request(make, 'pong', { furtherMs }).then((pong) => raw.push(pong.contact));
    await world.runtime.advance(limits.requestFirstMs - 100);
    expect(raw).to.deep.equal([]);
    await world.run(asked);
    expect(raw).to.deep.equal([undefined]);
  });

  it('bring nothing, at once, when the host is gone meanwhile', async () => {
    const { world, host, announce, ping } = await relayWorld();
    const end = await host('host', () => null);
    await announce(end, { announced: [relayed('thing')] });
    const asked = ping();
    await world.runtime.advance(50);
    end.links[0]?.close();
    const before = world.runtime.now();
    expect(await world.run(asked)).to.equal(undefined);
    expect(world.runtime.now() - before).to.be.below(100);
  });

  it('leave nothing when the asker is gone meanwhile', async () => {
    const faults: unknown[] = [];
    const { world, asker, relay, host, announce } = await relayWorld({
      onFault: (fault) => faults.push(fault),
    });
    const end = await host('host', () => null);
    await announce(end, { announced: [relayed('thing')] });
    const asked = pingOver(await world.run(asker.pool.dial(relay.contact)), thing).catch(({ code }) => code);
    await world.runtime.advance(50);
    await asker.close();
    expect(await asked).to.equal('ERR_CLOSED');
    await world.runtime.advance(10_000);
    await end.close();
    await relay.close();
    expect([faults, relay.faults, world.runtime.pendingTimers, world.network.openEnds]).to.deep.equal([
      [],
      [],
      0,
      0,
    ]);
  });

  it('do not lead back to the asker', async () => {
    const { world, host, announce } = await relayWorld();
    const end = await host('host', () => expect.fail('it has asked itself'));
    await announce(end, { announced: [relayed('thing')] });
    end.received.length = 0;
    end.send({ type: 'ping', requestId: 2, id: idBytesOf(thing) });
    await world.runtime.advance(100);
    expect(end.received).to.deep.equal([{ type: 'pong', requestId: 2 }]);
  });

  it('carry so many PINGs of an asker at a time, and the rest is told so', () => {
    const passages = new Passages(relayId);
    const [first, second, asker, other] = [
      silentSession(),
      silentSession(),
      silentSession(),
      silentSession(),
    ];
    passages.open(relayed('thing'), first);
    passages.open(relayed('b'), second);
    for (let i = 0; i < limits.requestsInFlightPerPeer; i++)
      expect(passages.passOn(thing, asker)).to.be.a('promise');
    expect(passages.passOn(idOf('b'), asker))
      .to.be.instanceOf(Refusal)
      .with.property('code', 'RATE_LIMITED');
    expect(passages.passOn(idOf('b'), other)).to.be.a('promise');
    // Nor does a host get more than it may, whoever asks.
    expect(passages.passOn(thing, other)).to.be.instanceOf(Refusal);
    expect(first.asked).to.have.length(limits.requestsInFlightPerPeer);
  });

  it('of one host are so many, the first that came', () => {
    const passages = new Passages(relayId);
    const [host, asker] = [silentSession(), silentSession()];
    for (let i = 0; i < 10_000; i++) passages.open(relayed(`e${i}`), host);
    expect(passages.size).to.equal(limits.relayedIdsPerSession);
    expect(passages.passOn(idOf('e0'), asker)).to.be.a('promise');
    expect(passages.passOn(idOf('e9999'), asker)).to.equal(undefined);
  });

  it('of all are so many: who has most gives way', () => {
    const passages = new Passages(relayId);
    const few = silentSession();
    passages.open(relayed('thing'), few);
    for (let i = 0; i < limits.relayedIds + 500; i += limits.relayedIdsPerSession / 2) {
      const host = silentSession();
      for (let n = 0; n < limits.relayedIdsPerSession / 2; n++) passages.open(relayed(`e${i + n}`), host);
    }
    expect(passages.size).to.equal(limits.relayedIds);
    expect(passages.passOn(thing, silentSession())).to.be.a('promise');
  });

  it('of a session that has ended are forgotten', () => {
    const passages = new Passages(relayId);
    const [host, other] = [silentSession(), silentSession()];
    passages.open(relayed('thing'), host);
    passages.open(relayed('b'), other);
    passages.forget(host);
    expect([passages.size, passages.passOn(thing)]).to.deep.equal([1, undefined]);
  });
});
