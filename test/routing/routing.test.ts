import { expect } from 'chai';
import { closestOf } from '../../src/id/closest-list.js';
import type { Key } from '../../src/id/key.js';
import { limits } from '../../src/limits.js';
import { Routing, type RoutingDependencies } from '../../src/routing/routing.js';
import { Alarms } from '../../src/runtime/alarms.js';
import { VirtualRuntime } from '../../src/simulation/virtual-runtime.js';
import { addressesOf } from '../../src/wire/addresses.js';
import type { EncodedContact } from '../../src/wire/contact-codec.js';
import { encodedNodeOf, encodedOf, fillBucket, nodesInBucket } from '../support/contacts.js';
import { keyOfName } from '../support/ids.js';
import { pingRecorder } from '../support/ping-recorder.js';

const own = keyOfName('own');
const MINUTE = 60_000;

class Table {
  readonly runtime = new VirtualRuntime();
  readonly pings = pingRecorder();
  readonly addressPings = pingRecorder();
  walksHome = 0;
  /** Whom a node names that is asked; everybody is there. */
  readonly network: EncodedContact[] = [];
  readonly asked: (readonly [EncodedContact, Key])[] = [];
  readonly added: string[] = [];
  readonly removed: string[] = [];
  readonly routing: Routing;

  constructor(deps: Partial<RoutingDependencies> = {}) {
    this.routing = new Routing({
      own,
      k: 3,
      runtime: this.runtime,
      alarms: new Alarms(this.runtime),
      arbitrate: (_incumbent, candidate) => candidate,
      isDialable: (contact) => addressesOf(contact).length > 0,
      hintBytes: 100_000,
      ping: this.#ping,
      pingAddress: this.addressPings.ping,
      findNode: async (contact, target) => {
        this.asked.push([contact, target]);
        this.routing.add(contact);
        return closestOf(target, this.network, 3);
      },
      walkHome: async () => {
        this.walksHome++;
        this.routing.walked(own);
      },
      onAdded: ({ id }) => this.added.push(id),
      onRemoved: ({ id }) => this.removed.push(id),
      ...deps,
    });
  }

  add(...contacts: readonly EncodedContact[]): void {
    for (const contact of contacts) this.routing.add(contact);
  }

  settle(ms = 0): Promise<void> {
    return this.runtime.advance(ms);
  }

  // As the client does, which counts the failures of what it asks.
  readonly #ping = async (contact: EncodedContact): Promise<void> => {
    try {
      await this.pings.ping(contact);
    } catch (fault) {
      this.routing.failed(contact.id);
      throw fault;
    }
  };
}

describe('Routing', () => {
  context('when a node may not be dialled', () => {
    it('is taken out, and nothing is held against it', () => {
      const table = new Table();
      const contact = encodedNodeOf('a');
      table.add(contact);
      table.routing.denied(contact);
      expect(table.removed).to.deep.equal([contact.id]);
      expect(table.routing.isQuarantined(contact.id)).to.equal(false);
    });

    it('stays where it answered under another contact', () => {
      const table = new Table();
      table.add(encodedNodeOf('a'));
      table.routing.denied(encodedOf('a', { transport: { type: 'memory', host: 'elsewhere', port: 1 } }));
      expect(table.removed).to.deep.equal([]);
    });
  });

  context('when a node has proved itself', () => {
    it('adds it, and tells so once', () => {
      const table = new Table();
      const contact = encodedNodeOf('a');
      table.add(contact, contact);
      expect(table.routing.get(contact.id)).to.equal(contact);
      expect(table.added).to.deep.equal([contact.id]);
    });

    it('does not add one that nobody can dial', () => {
      const table = new Table();
      table.add(encodedOf('a'), encodedOf('b', { transport: [] }));
      expect(table.routing.size).to.equal(0);
    });

    it('does not add, and does not ask, one that it cannot dial itself', async () => {
      const table = new Table({ isDialable: ({ id }) => id === encodedNodeOf('a').id });
      table.add(encodedNodeOf('a'), encodedNodeOf('b'));
      table.routing.verify(encodedNodeOf('c'));
      await table.settle();
      expect([...table.routing.contacts()]).to.deep.equal([encodedNodeOf('a')]);
      expect(table.addressPings.pinged).to.deep.equal([]);
    });

    it('ends its quarantine', () => {
      const table = new Table();
      const contact = encodedNodeOf('a');
      table.routing.failed(contact.id);
      expect(table.routing.isQuarantined(contact.id)).to.equal(true);
      table.add(contact);
      expect(table.routing.isQuarantined(contact.id)).to.equal(false);
    });
  });

  context('when a node is only named', () => {
    it('asks it at its address, and adds it when it answers there', async () => {
      const table = new Table();
      const contact = encodedNodeOf('a');
      table.routing.verify(contact);
      expect(table.routing.size).to.equal(0);
      await table.settle();
      expect(table.addressPings.pinged).to.deep.equal([contact]);
      expect(table.routing.get(contact.id)).to.equal(contact);
    });

    it('does not add it when another session of the same id answers, but nobody at its address', async () => {
      const table = new Table();
      const [real, claimed] = [encodedNodeOf('a'), encodedNodeOf('a', { data: 'claimed' })];
      table.add(real);
      table.addressPings.dead.add(claimed.id);
      table.routing.verify(claimed);
      await table.settle();
      expect(table.routing.get(real.id)).to.equal(real);
    });

    it('does not add it when it does not answer', async () => {
      const table = new Table();
      const contact = encodedNodeOf('a');
      table.addressPings.dead.add(contact.id);
      table.routing.verify(contact);
      await table.settle();
      expect(table.routing.size).to.equal(0);
    });

    it('does not ask again who has answered there a moment ago', async () => {
      const table = new Table();
      const contact = encodedNodeOf('a');
      table.add(contact);
      table.routing.verify(contact);
      await table.settle();
      expect([table.pings.pinged, table.addressPings.pinged]).to.deep.equal([[], []]);
    });

    it('asks nobody who cannot be dialled', () => {
      const table = new Table();
      table.routing.verify(encodedOf('a'));
      table.routing.verify(encodedOf('b', { transport: [] }));
      expect(table.addressPings.pinged).to.have.length(0);
    });
  });

  context('when a node does not answer', () => {
    it('is asked again, and names nobody to others meanwhile', async () => {
      const table = new Table();
      const [a, b] = [encodedNodeOf('a'), encodedNodeOf('b')];
      table.add(a, b);
      table.routing.failed(a.id);
      expect(table.routing.closest(a.key, 2)).to.deep.equal([b]);
      await table.settle();
      expect(table.pings.pinged).to.deep.equal([a]);
      expect(table.routing.closest(a.key, 2)).to.deep.equal([a, b]);
    });

    it('loses its place when it does not answer then either', async () => {
      const table = new Table();
      const a = encodedNodeOf('a');
      table.add(a);
      table.pings.dead.add(a.id);
      table.routing.failed(a.id);
      await table.settle();
      expect(table.removed).to.deep.equal([a.id]);
      expect(table.routing.size).to.equal(0);
      expect(table.routing.isQuarantined(a.id)).to.equal(true);
    });

    it('has failed once, however many requests were in flight to it', async () => {
      const table = new Table();
      const a = encodedNodeOf('a');
      table.add(a);
      const askedAt = table.runtime.now();
      await table.settle(500);
      for (let i = 0; i < 3; i++) table.routing.failed(a.id, a, askedAt);
      await table.settle();
      expect([table.removed, table.pings.pinged]).to.deep.equal([[], [a]]);
    });

    it('is kept out, too, when it had only been named', async () => {
      const table = new Table();
      const a = encodedNodeOf('a');
      table.addressPings.dead.add(a.id);
      table.routing.verify(a);
      await table.settle();
      expect(table.routing.isQuarantined(a.id, a)).to.equal(true);
    });

    it('is still where a walk starts when there is nobody else', () => {
      const table = new Table();
      const a = encodedNodeOf('a');
      table.add(a);
      table.routing.failed(a.id);
      expect(table.routing.start(a.key, 3)).to.deep.equal([a]);
      expect(table.routing.closest(a.key, 3)).to.deep.equal([]);
    });

    it('is kept out for 5 seconds though it was in no table', async () => {
      const table = new Table();
      const { id } = encodedNodeOf('a');
      table.routing.failed(id);
      expect(table.routing.isQuarantined(id)).to.equal(true);
      await table.settle(limits.quarantineFirstMs);
      expect(table.routing.isQuarantined(id)).to.equal(false);
    });
  });

  context('when a bucket is full', () => {
    const setUp = async (ms = MINUTE) => {
      const table = new Table();
      const contacts = nodesInBucket(own, 255, 5);
      const [a, b, c, d, e] = contacts as [EncodedContact, ...EncodedContact[]];
      table.add(...nodesInBucket(own, 254, 3), a, b as EncodedContact, c as EncodedContact);
      await table.settle(ms);
      return { table, a, b, c, d: d as EncodedContact, e: e as EncodedContact };
    };

    it('keeps its oldest, which answers, and lets the newcomer wait', async () => {
      const { table, a, d } = await setUp();
      table.add(d);
      await table.settle();
      expect(table.pings.pinged).to.deep.equal([a]);
      expect(table.routing.get(a.id)).to.equal(a);
      expect(table.routing.get(d.id)).to.equal(undefined);
      expect(table.routing.sizes().replacements).to.equal(1);
    });

    it('does not ask an oldest that answered within the minute', async () => {
      const { table, d, e } = await setUp(MINUTE - 1);
      table.add(d, e);
      await table.settle();
      expect(table.pings.pinged).to.deep.equal([]);
      expect(table.routing.sizes().replacements).to.equal(2);
    });

    it('gives the place of an oldest that is dead to the newcomer, which is asked first', async () => {
      const { table, a, d } = await setUp();
      table.pings.dead.add(a.id);
      table.add(d);
      await table.settle();
      // One failure is not enough: it was asked again.
      expect(table.pings.pinged).to.deep.equal([a, a]);
      expect(table.routing.get(a.id)).to.equal(undefined);
      expect(table.addressPings.pinged).to.deep.equal([d]);
      expect(table.routing.get(d.id)).to.equal(d);
      expect(table.routing.sizes().replacements).to.equal(0);
    });

    it('does not ask one that waits for naming itself, unless there is room', async () => {
      const table = new Table({ k: 20 });
      const near = [251, 252, 253, 254].flatMap((bucket) => fillBucket(table.routing, own, bucket, 20));
      const [waiting, next, first, ...others] = nodesInBucket(own, 255, 22) as [
        EncodedContact,
        EncodedContact,
        EncodedContact,
        ...EncodedContact[],
      ];
      table.add(first, ...others, waiting, next);
      table.routing.verify(waiting);
      await table.settle();
      expect(table.addressPings.pinged).to.deep.equal([]);
      // So many are to be checked that the next is not asked for the place.
      for (const { id } of near) table.routing.failed(id);
      table.routing.unreachable(first.id);
      table.routing.verify(waiting);
      await table.settle();
      expect(table.addressPings.pinged).to.deep.equal([waiting]);
    });

    it('asks the next that waits when the first no longer answers', async () => {
      const { table, a, d, e } = await setUp();
      table.add(d, e);
      await table.settle();
      table.addressPings.dead.add(e.id);
      table.routing.unreachable(a.id);
      await table.settle();
      expect(table.addressPings.pinged).to.deep.equal([e, d]);
      expect(table.routing.get(d.id)).to.equal(d);
    });

    it('checks one entry at a time, however many newcomers there are', async () => {
      const { table, a, d, e } = await setUp();
      table.add(d, e, d, e);
      expect(table.routing.sizes().replacements).to.equal(2);
      expect(table.pings.pinged.filter(({ id }) => id === a.id).length).to.be.at.most(4);
      await table.settle();
      expect(table.routing.size).to.equal(6);
    });
  });

  context('when the arbiter keeps another contact of the same node', () => {
    const setUp = () => {
      const table = new Table({ arbitrate: (incumbent, candidate) => incumbent ?? candidate });
      const [there, newcomer] = [encodedNodeOf('a'), encodedNodeOf('a', { data: 'moved' })];
      table.add(there);
      return { table, there, newcomer };
    };

    it('keeps it as long as the node answers at its address', async () => {
      const { table, there, newcomer } = setUp();
      table.add(newcomer);
      await table.settle();
      expect(table.addressPings.pinged).to.deep.equal([there]);
      expect(table.routing.get(there.id)).to.equal(there);
    });

    it('takes the newcomer when nobody answers there', async () => {
      const { table, there, newcomer } = setUp();
      table.addressPings.dead.add(there.id);
      table.add(newcomer);
      await table.settle();
      expect(table.routing.get(there.id)).to.equal(newcomer);
      expect(table.removed).to.deep.equal([there.id]);
    });

    it('asks once for all newcomers of the moment', async () => {
      const { table, newcomer } = setUp();
      table.add(newcomer, newcomer, newcomer);
      await table.settle();
      expect(table.addressPings.pinged).to.have.length(1);
    });

    it('changes nothing when it is closed meanwhile', async () => {
      const { table, there, newcomer } = setUp();
      table.addressPings.dead.add(there.id);
      table.add(newcomer);
      table.routing.close();
      await table.settle();
      expect(table.removed).to.deep.equal([]);
    });
  });

  context('when the application calls a node unreachable', () => {
    it('leaves the table and is kept out', () => {
      const table = new Table();
      const a = encodedNodeOf('a');
      table.add(a);
      table.routing.unreachable(a.id);
      expect(table.removed).to.deep.equal([a.id]);
      expect(table.routing.isQuarantined(a.id)).to.equal(true);
    });
  });

  context('as time passes', () => {
    it('walks home once, and again after 15 minutes', async () => {
      const table = new Table();
      table.add(...nodesInBucket(own, 253, 1));
      await table.routing.refresh();
      await table.settle(14 * MINUTE);
      expect(table.walksHome).to.equal(1);
      await table.settle(3 * MINUTE);
      expect(table.walksHome).to.equal(2);
    });

    it('walks home once at a time', async () => {
      let walks = 0;
      const table: Table = new Table({
        walkHome: async () => {
          walks++;
          await table.runtime.sleep(10);
        },
      });
      table.add(...nodesInBucket(own, 254, 1));
      await table.runtime.run(Promise.all([table.routing.refresh(), table.routing.refresh()]));
      expect(walks).to.equal(1);
    });

    it('walks nowhere while it knows nobody', async () => {
      const table = new Table();
      await table.routing.refresh();
      expect(table.walksHome).to.equal(0);
    });

    it('fills every bucket up to that of its furthest neighbour, by at most two requests a second', async () => {
      const table = new Table();
      table.network.push(...[255, 254, 253].flatMap((bucket) => nodesInBucket(own, bucket, 5)));
      table.add(...table.network.slice(-3));
      await table.routing.refresh();
      await table.settle(1_000);
      expect(table.asked.length).to.be.within(1, 4);
      await table.settle(MINUTE);
      expect(table.routing.health().buckets.map(({ size }) => size)).to.deep.equal([3, 3, 3]);
      expect(table.asked.length).to.be.at.most(12);
    });

    it('fills a bucket again that has lost an entry, with the next minute', async () => {
      const table = new Table();
      table.network.push(...nodesInBucket(own, 255, 4));
      table.add(table.network[0] as EncodedContact);
      await table.routing.refresh();
      await table.settle(MINUTE);
      const [gone] = table.routing.contacts();
      table.routing.unreachable(gone?.id as EncodedContact['id']);
      await table.settle(2 * MINUTE);
      expect(table.routing.size).to.equal(3);
    });

    it('does not fill what is full', async () => {
      const table = new Table();
      table.add(...nodesInBucket(own, 255, 3));
      await table.routing.refresh();
      await table.settle(MINUTE);
      expect(table.asked).to.deep.equal([]);
    });

    it('asks who has not answered for 15 minutes, one a minute', async () => {
      const table = new Table();
      const [a, b] = [encodedNodeOf('a'), encodedNodeOf('b')];
      table.add(a);
      await table.settle(5 * MINUTE);
      table.add(b);
      await table.settle(12 * MINUTE);
      expect(table.pings.pinged).to.deep.equal([a]);
      await table.settle(5 * MINUTE);
      expect(table.pings.pinged).to.deep.equal([a, b]);
    });
  });

  context('when a walk begins', () => {
    const target = keyOfName('target');
    const [teller, ...named] = Array.from({ length: 12 }, (_, i) => encodedNodeOf(`n-${i}`)) as [
      EncodedContact,
      ...EncodedContact[],
    ];
    const closestNamed = closestOf(target, named, 12);
    const setUp = (options: Partial<RoutingDependencies> = {}) => {
      const table = new Table(options);
      table.add(teller);
      table.routing.heard(named, teller);
      return table;
    };

    it('starts from six of those that were named as well, closest first', () => {
      const { routing } = setUp();
      const start = routing.start(target, 3);
      expect(start).to.have.members([teller, ...start.filter(({ id }) => id !== teller.id)]);
      expect(start.filter(({ id }) => id !== teller.id).map(({ id }) => id)).to.deep.equal(
        closestNamed.slice(0, 6).map(({ id }) => id),
      );
      expect(start.map(({ id }) => id)).to.deep.equal(closestOf(target, start, 9).map(({ id }) => id));
    });

    it('tells nobody else of them', () => {
      expect(setUp().routing.closest(target, 20)).to.deep.equal([teller]);
    });

    it('leaves out who is no closer than whom it asks first anyway', () => {
      const table = setUp();
      table.add(...closestNamed.slice(0, 3));
      expect(table.routing.start(target, 20)).to.deep.equal(table.routing.closest(target, 20));
    });

    it('leaves out who did not answer, though others name it again', () => {
      const { routing } = setUp();
      const [first] = closestNamed as [EncodedContact];
      routing.failed(first.id, first);
      expect(routing.start(target, 3).map(({ id }) => id)).not.to.include(first.id);
      routing.heard([first], teller);
      expect(routing.start(target, 3).map(({ id }) => id)).not.to.include(first.id);
    });

    it('leaves out who may not be dialled, and whom the application calls unreachable', () => {
      const { routing } = setUp();
      const [a, b] = closestNamed as [EncodedContact, EncodedContact];
      routing.denied(a);
      routing.unreachable(b.id);
      expect(routing.sizes().hints).to.equal(9);
    });

    it('starts with who answered, and had no place in its bucket', () => {
      const table = new Table();
      table.add(...nodesInBucket(own, 255, 3), ...nodesInBucket(own, 255, 4).slice(3));
      const waiting = nodesInBucket(own, 255, 4)[3] as EncodedContact;
      expect(table.routing.start(waiting.key, 3)[0]?.id).to.equal(waiting.id);
    });

    it('starts with nobody who was only named, when nobody is known', () => {
      const table = new Table();
      table.routing.heard(named, teller);
      expect(table.routing.start(target, 3)).to.deep.equal([]);
    });

    it('remembers neither itself nor, without a budget, anybody', () => {
      const { routing } = setUp({ hintBytes: 0 });
      expect(routing.sizes().hints).to.equal(0);
      const itself = setUp({ own: named[0]?.key as Key });
      expect(itself.routing.sizes().hints).to.equal(10);
    });
  });

  context('when it is closed', () => {
    it('keeps no timer, and takes nobody in', async () => {
      const table = new Table();
      table.add(encodedNodeOf('a'));
      table.routing.close();
      table.add(encodedNodeOf('b'));
      table.routing.verify(encodedNodeOf('c'));
      table.routing.failed(encodedNodeOf('a').id);
      expect(table.routing.size).to.equal(1);
      expect(table.runtime.pendingTimers).to.equal(0);
    });
  });

  describe('health', () => {
    it('shows the fill and the gaps of the buckets, furthest first', async () => {
      const table = new Table();
      const far = fillBucket(table.routing, own, 255, 2);
      fillBucket(table.routing, own, 252, 1);
      table.routing.walked(far[0]?.key as Key);
      await table.settle(1_000);
      table.routing.failed(far[0]?.id as EncodedContact['id']);
      expect(table.routing.health()).to.deep.equal({
        size: 3,
        doubtful: 1,
        gaps: [254, 253],
        buckets: [
          { index: 255, size: 2, doubtful: 1, verifiedMsAgo: 1_000, walkedMsAgo: 1_000 },
          { index: 252, size: 1, doubtful: 0, verifiedMsAgo: 1_000 },
        ],
      });
    });

    it('has no buckets and every gap when the table is empty', () => {
      expect(new Table().routing.health()).to.deep.equal({ size: 0, doubtful: 0, gaps: [], buckets: [] });
    });
  });

  it('says how much each of its collections holds, and what', () => {
    const table = new Table();
    const a = encodedNodeOf('a');
    table.add(a);
    table.routing.failed(encodedNodeOf('b').id);
    expect([...table.routing.contacts()]).to.deep.equal([a]);
    expect(table.routing.sizes()).to.deep.equal({
      table: 1,
      replacements: 0,
      quarantine: 1,
      verifications: 0,
      hints: 0,
    });
  });
});
