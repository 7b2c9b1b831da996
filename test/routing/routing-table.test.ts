import { expect } from 'chai';
import type { Key } from '../../src/id/key.js';
import { RoutingTable, type RoutingTableOptions } from '../../src/routing/routing-table.js';
import { addressesOf } from '../../src/wire/addresses.js';
import {
  contactAtDistance,
  encodedNodeOf,
  encodedOf,
  fillBucket,
  nodesInBucket,
} from '../support/contacts.js';
import { distanceOf, keyAtDistance, keyOfName } from '../support/ids.js';

const own = keyOfName('own');
const at = (distance: number | bigint, base: Key = own) => contactAtDistance(base, distance);

function tableOf(options: Partial<RoutingTableOptions> = {}): RoutingTable {
  return new RoutingTable({
    own,
    k: 20,
    arbitrate: (_incumbent, candidate) => candidate,
    isDialable: (contact) => addressesOf(contact).length > 0,
    ...options,
  });
}

const idsOf = (entries: readonly { readonly contact: { readonly id: string } }[]) =>
  entries.map(({ contact }) => contact.id);

describe('RoutingTable', () => {
  context('when a node is new', () => {
    it('adds it, as verified now', () => {
      const table = tableOf();
      const contact = encodedNodeOf('a');
      expect(table.add(contact, 5)).to.deep.equal({ type: 'added' });
      expect(table.get(contact.id)).to.include({ contact, verifiedAt: 5, failures: 0 });
      expect(table.size).to.equal(1);
    });

    it('adds what the arbiter makes of it alone', () => {
      const normal = encodedNodeOf('a', { clock: 0 });
      const table = tableOf({ arbitrate: () => normal });
      table.add(encodedNodeOf('a'), 0);
      expect(table.get(normal.id)?.contact).to.equal(normal);
    });

    it('never adds ourselves', () => {
      const table = tableOf();
      expect(table.add(encodedNodeOf('own'), 0)).to.deep.equal({ type: 'own' });
      expect([table.size, table.get(encodedNodeOf('own').id)]).to.deep.equal([0, undefined]);
    });
  });

  context('when the node is known', () => {
    it('freshens the entry that says the same', () => {
      const table = tableOf();
      table.add(encodedNodeOf('a'), 5);
      const entry = table.get(encodedNodeOf('a').id);
      if (entry !== undefined) entry.failures = 1;
      expect(table.add(encodedNodeOf('a'), 9)).to.deep.equal({ type: 'touched' });
      expect(table.get(encodedNodeOf('a').id)).to.include({ verifiedAt: 9, failures: 0 });
      expect(table.size).to.equal(1);
    });

    it('updates it when the arbiter prefers the newcomer', () => {
      const table = tableOf();
      table.add(encodedNodeOf('a'), 0);
      const moved = encodedNodeOf('a', { data: 'moved' });
      expect(table.add(moved, 9)).to.deep.equal({ type: 'updated' });
      expect(table.get(moved.id)).to.include({ contact: moved, verifiedAt: 9 });
      expect(table.size).to.equal(1);
    });

    it('keeps it when the arbiter prefers what is there, and says so', () => {
      const table = tableOf({ arbitrate: (incumbent, candidate) => incumbent ?? candidate });
      const incumbent = encodedNodeOf('a');
      table.add(incumbent, 0);
      expect(table.add(encodedNodeOf('a', { data: 'moved' }), 9)).to.deep.equal({ type: 'kept', incumbent });
      expect(table.get(incumbent.id)).to.include({ contact: incumbent, verifiedAt: 0 });
    });

    it('keeps the one that proved itself when the arbiter merges the address away', () => {
      const table = tableOf({ arbitrate: () => encodedOf('a', { data: 'merged' }) });
      const [first, second] = [encodedNodeOf('a'), encodedNodeOf('a', { data: 2 })];
      table.add(first, 0);
      expect(table.get(first.id)?.contact).to.equal(first);
      table.add(second, 1);
      expect(table.get(first.id)?.contact).to.equal(second);
    });
  });

  context('when a bucket is full', () => {
    it('keeps what it has, and names its oldest', () => {
      const table = tableOf({ k: 3 });
      // The far half fills a bucket of its own once there is somebody near.
      fillBucket(table, own, 254, 3);
      const [oldest, ...others] = fillBucket(table, own, 255, 3);
      const [, , , newcomer] = nodesInBucket(own, 255, 4);
      if (newcomer === undefined || oldest === undefined) return expect.fail();
      expect(table.add(newcomer, 9)).to.deep.equal({ type: 'full', oldest });
      expect(table.get(newcomer.id)).to.equal(undefined);
      expect(others.every(({ id }) => table.get(id) !== undefined)).to.equal(true);
      expect(table.size).to.equal(6);
    });

    it('takes the one that answered last for the freshest', () => {
      const table = tableOf({ k: 3 });
      fillBucket(table, own, 254, 3);
      const [oldest, second] = fillBucket(table, own, 255, 3);
      const [, , , newcomer] = nodesInBucket(own, 255, 4);
      if (newcomer === undefined || oldest === undefined) return expect.fail();
      table.add(oldest, 5);
      expect(table.add(newcomer, 9)).to.deep.equal({ type: 'full', oldest: second });
    });

    it('takes a newcomer once somebody has left', () => {
      const table = tableOf({ k: 3 });
      fillBucket(table, own, 254, 3);
      const [oldest] = fillBucket(table, own, 255, 3);
      const [, , , newcomer] = nodesInBucket(own, 255, 4);
      if (newcomer === undefined || oldest === undefined) return expect.fail();
      expect(table.remove(oldest.key)).to.equal(true);
      expect(table.add(newcomer, 9)).to.deep.equal({ type: 'added' });
      expect(table.sizeOf(255)).to.equal(3);
    });

    it('splits the bucket that we are in ourselves', () => {
      const table = tableOf({ k: 2 });
      for (const distance of [1, 2, 4, 8, 16, 32]) {
        expect(table.add(at(distance), 0)).to.deep.equal({ type: 'added' });
      }
      expect(table.size).to.equal(6);
    });
  });

  describe('remove', () => {
    it('takes out a node once', () => {
      const table = tableOf();
      const contact = encodedNodeOf('a');
      table.add(contact, 0);
      expect([table.remove(contact.key), table.remove(contact.key)]).to.deep.equal([true, false]);
      expect(table.size).to.equal(0);
    });
  });

  describe('closest', () => {
    it('is empty when the table is', () => {
      expect(tableOf().closest(own, 3)).to.deep.equal([]);
    });

    it('names the closest, closest first', () => {
      const table = tableOf({ k: 20 });
      for (const distance of [9, 3, 7, 1, 5]) table.add(at(distance), 0);
      expect(idsOf(table.closest(own, 3))).to.deep.equal([1, 3, 5].map((distance) => at(distance).id));
    });

    it('leaves out who left a request unanswered, unless asked for', () => {
      const table = tableOf();
      for (const distance of [1, 2, 3]) table.add(at(distance), 0);
      for (const entry of table.closest(own, 1)) entry.failures = 1;
      expect(idsOf(table.closest(own, 2))).to.deep.equal([at(2).id, at(3).id]);
      expect(idsOf(table.closest(own, 2, { doubtful: true }))).to.deep.equal([at(1).id, at(2).id]);
    });

    it('fills up with others for the doubtful that it leaves out', () => {
      const table = tableOf({ k: 4 });
      for (let distance = 1; distance <= 12; distance++) table.add(at(distance), 0);
      for (const entry of table.closest(own, 2)) entry.failures = 1;
      expect(table.closest(own, 2)).to.have.length(2);
    });

    context('when not everybody can dial everybody', () => {
      const speaking = (distance: number, ...types: readonly string[]) =>
        contactAtDistance(own, distance, { transport: types.map((type) => ({ type, host: 'h', port: 1 })) });
      const table = tableOf();
      const reach = (...types: readonly string[]) => ({ reach: new Set(types) });
      before(() => {
        // Far more of one kind, and closer.
        for (let distance = 1; distance <= 60; distance++) table.add(speaking(distance, 'tcp'), 0);
        table.add(speaking(100, 'ws'), 0);
        table.add(speaking(101, 'tcp', 'ws'), 0);
        table.add(speaking(102, 'ws'), 0);
      });

      it('names the closest within the reach', () => {
        const idsWithin = (...types: readonly string[]) => idsOf(table.closest(own, 2, reach(...types)));
        expect(idsWithin('ws')).to.deep.equal([100, 101].map((distance) => at(distance).id));
        expect(idsWithin('tcp')).to.deep.equal([1, 2].map((distance) => at(distance).id));
        expect(idsWithin('tcp', 'ws')).to.deep.equal([1, 2].map((distance) => at(distance).id));
        expect(idsWithin('quic')).to.deep.equal([]);
      });

      it('says whether there are such as cannot be dialled', () => {
        const isBeyond = (...types: readonly string[]) => table.isBeyond(new Set(types));
        expect([isBeyond('tcp'), isBeyond('ws'), isBeyond('tcp', 'ws')]).to.deep.equal([true, true, false]);
      });

      it('goes by what an entry says now', () => {
        table.add(speaking(102, 'tcp'), 0);
        expect(idsOf(table.closest(own, 3, reach('ws')))).to.deep.equal(
          [100, 101].map((distance) => at(distance).id),
        );
        table.remove(speaking(100, 'ws').key);
        table.remove(speaking(101, 'tcp', 'ws').key);
        expect(idsOf(table.closest(own, 1, reach('tcp')))).to.deep.equal([at(1).id]);
        expect(table.closest(own, 1, reach('ws'))).to.deep.equal([]);
      });
    });

    it('tells apart a thousand pairs of keys that differ in their last bits only (near-keys)', () => {
      for (let pair = 0; pair < 1_000; pair++) {
        const target = keyOfName(`target-${pair}`);
        const far = 1n << 255n;
        const table = tableOf();
        const offset = BigInt(2 * pair);
        // Further first: as doubles both are equally far, and would come in the order in which they were added.
        const [further, closer] = [at(far + offset + 1n, target), at(far + offset, target)];
        table.add(further, 0);
        table.add(closer, 0);
        expect(table.closest(target, 2).map(({ contact }) => contact)).to.deep.equal([closer, further]);
        expect(table.closest(target, 1).map(({ contact }) => contact)).to.deep.equal([closer]);
      }
    });

    it('cuts exactly where many are equally far as doubles', () => {
      const target = keyAtDistance(own, 1n << 255n);
      const table = tableOf({ k: 20 });
      const keys = Array.from({ length: 40 }, (_, i) => (1n << 255n) + BigInt(40 - i));
      for (const distance of keys) table.add(at(distance, target), 0);
      const named = table.closest(target, 5).map(({ key }) => distanceOf(target, key));
      const all = [...table.entries()]
        .map(({ key }) => distanceOf(target, key))
        .sort((a, b) => (a < b ? -1 : 1));
      expect(named).to.deep.equal(all.slice(0, 5));
    });
  });
});
