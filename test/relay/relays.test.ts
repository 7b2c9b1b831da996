import { expect } from 'chai';
import { DisgoverError } from '../../src/errors.js';
import { limits } from '../../src/limits.js';
import { Relays } from '../../src/relay/relays.js';
import { Alarms } from '../../src/runtime/alarms.js';
import type { Session } from '../../src/session/session.js';
import { VirtualRuntime } from '../../src/simulation/virtual-runtime.js';
import type { EncodedContact } from '../../src/wire/contact-codec.js';
import { encodedNodeOf } from '../support/contacts.js';

const PERIOD = limits.relayKeepAliveMs;
const names = ['a', 'b', 'c', 'd', 'e'];

interface FakeSession {
  endedBy: DisgoverError | undefined;
}

/** A node that nobody can dial, and `names`, which are there unless a test says otherwise. */
class World {
  readonly runtime = new VirtualRuntime();
  readonly nodes = new Map(names.map((name) => [encodedNodeOf(name).id as string, encodedNodeOf(name)]));
  readonly sessions = new Map<string, FakeSession>();
  readonly pings: string[] = [];
  readonly told: string[] = [];
  /** When something was to be said of new addresses. */
  readonly changes: number[] = [];
  /** What a ping of the name fails with. */
  readonly faults = new Map<string, DisgoverError>();
  isNeeded = true;
  readonly relays = new Relays({
    now: () => this.runtime.now(),
    alarms: new Alarms(this.runtime),
    isNeeded: () => this.isNeeded,
    candidates: () => [...this.nodes.values()],
    ping: async (relay) => this.#ping(relay),
    tellAll: async (relay) => void this.told.push(nameOf(relay)),
    onChanged: () => void this.changes.push(this.runtime.now()),
  });

  #ping(relay: EncodedContact): Session {
    const name = nameOf(relay);
    this.pings.push(name);
    const fault = this.faults.get(name);
    if (fault !== undefined) throw fault;
    const session = this.sessions.get(relay.id) ?? { endedBy: undefined };
    this.sessions.set(relay.id, session);
    return session as Session;
  }

  end(name: string): void {
    const { id } = encodedNodeOf(name);
    const session = this.sessions.get(id);
    if (session === undefined) return;
    this.sessions.delete(id);
    session.endedBy = new DisgoverError('LINK_LOST', 'gone');
    this.relays.onSessionClosed(session as Session);
  }

  get names(): string[] {
    return this.relays.contacts.map(nameOf);
  }

  get addresses(): unknown[] {
    return this.relays.addresses.map(({ host }) => host);
  }
}

const nameOf = ({ contact }: EncodedContact): string => (contact.transport as { host: string }).host;
const refused = new DisgoverError('DIAL_FAILED', 'nobody there');
const late = new DisgoverError('TIMEOUT', 'no answer');

/** Has its relays, and something registered that says so. */
async function ready(world = new World()): Promise<World> {
  world.isNeeded = false;
  await world.relays.ready();
  world.isNeeded = true;
  return world;
}

describe('Relays', () => {
  it('are the closest that answer', async () => {
    const world = new World();
    world.faults.set('a', refused);
    await ready(world);
    expect([world.names, world.addresses]).to.deep.equal([
      ['b', 'c', 'd'],
      ['b', 'c', 'd'],
    ]);
  });

  it('are pinged once a keep-alive period, and nothing is said while they stay', async () => {
    const world = await ready();
    world.pings.length = 0;
    await world.runtime.advance(3 * PERIOD + 100);
    expect(world.pings.sort().join('')).to.equal('aaabbbccc');
    expect([world.changes, world.told]).to.deep.equal([[], []]);
  });

  it('are given up when nothing is registered any more', async () => {
    const world = await ready();
    world.isNeeded = false;
    await world.runtime.advance(PERIOD + 100);
    expect([world.relays.size, world.relays.addresses, world.runtime.pendingTimers]).to.deep.equal([
      0,
      [],
      0,
    ]);
  });

  it('leave no timer when the node closes, not even in the middle of a look', async () => {
    const world = await ready();
    await world.runtime.advance(PERIOD - 1);
    const looking = world.relays.ready();
    world.relays.close();
    await looking;
    const other = new World();
    const first = other.relays.ready();
    other.relays.close();
    await first;
    expect([world.runtime.pendingTimers, other.runtime.pendingTimers, other.names]).to.deep.equal([0, 0, []]);
  });

  context('when the session of one ends', () => {
    it('are told anew what is registered when a new session comes about', async () => {
      const world = await ready();
      await world.runtime.advance(PERIOD + 100);
      world.end('b');
      await world.runtime.advance(1_100);
      expect([world.told, world.names, world.changes]).to.deep.equal([['b'], ['a', 'b', 'c'], []]);
    });

    it('are others when none does', async () => {
      const world = await ready();
      await world.runtime.advance(PERIOD + 100);
      world.faults.set('b', refused);
      world.end('b');
      await world.runtime.advance(1_100);
      expect([world.names, world.addresses]).to.deep.equal([
        ['a', 'c', 'd'],
        ['a', 'c', 'd'],
      ]);
      expect(world.changes).to.have.length(1);
    });

    it('are others when it does so again and again, and none is dialled all the time', async () => {
      const world = await ready();
      await world.runtime.advance(PERIOD + 100);
      world.pings.length = 0;
      for (let i = 0; i < 3 * PERIOD; i += 100) {
        for (const name of ['a', 'b', 'c']) world.end(name);
        await world.runtime.advance(100);
      }
      const dialled = world.pings.filter((name) => name === 'a').length;
      expect(dialled).to.be.within(2, 8);
      expect(world.changes.length).to.be.at.most(6);
      expect(world.names).to.include.members(['d', 'e']);
    });
  });

  it('are asked twice when one is late, and are others when it is so again', async () => {
    const world = await ready();
    world.faults.set('a', late);
    world.pings.length = 0;
    await world.runtime.advance(PERIOD + 100);
    expect(world.pings.filter((name) => name === 'a')).to.have.length(2);
    expect(world.names).to.deep.equal(['b', 'c', 'd']);
  });

  it('stand as they were while there are none at all, and are told when they are back', async () => {
    const world = await ready();
    for (const name of names) world.faults.set(name, refused);
    await world.runtime.advance(PERIOD + 100);
    expect([world.relays.size, world.addresses]).to.deep.equal([0, ['a', 'b', 'c']]);
    world.faults.delete('b');
    world.relays.onNode(encodedNodeOf('b'));
    await world.runtime.advance(1_100);
    expect([world.names, world.addresses, world.told]).to.deep.equal([['b'], ['b'], ['b']]);
  });

  it('are looked for as soon as there is a node', async () => {
    const world = new World();
    const nodes = [...world.nodes];
    world.nodes.clear();
    await ready(world);
    expect(world.addresses).to.deep.equal([]);
    for (const [id, node] of nodes) {
      world.nodes.set(id, node);
      world.relays.onNode(node);
    }
    await world.runtime.advance(1_100);
    expect([world.names, world.changes.length]).to.deep.equal([['a', 'b', 'c'], 1]);
  });
});
