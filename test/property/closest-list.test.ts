import { expect } from 'chai';
import fc from 'fast-check';
import { ClosestList, closestOf } from '../../src/id/closest-list.js';
import type { Key } from '../../src/id/key.js';
import { key, nearKey } from '../support/arbitraries.js';
import { distanceOf } from '../support/ids.js';

interface Item {
  readonly key: Key;
}

const item = fc.oneof(key, nearKey).map((each): Item => ({ key: each }));
const text = (each: Key) => Buffer.from(each).toString('hex');

/** What the list must hold: of each key the first item, all sorted by distance as a number, cut. */
function model(target: Key, items: readonly Item[], capacity: number): Item[] {
  const firsts = new Map<string, Item>();
  for (const each of items) if (!firsts.has(text(each.key))) firsts.set(text(each.key), each);
  const byDistance = (a: Item, b: Item) => (distanceOf(target, a.key) < distanceOf(target, b.key) ? -1 : 1);
  return [...firsts.values()].sort(byDistance).slice(0, capacity);
}

describe('ClosestList', () => {
  it('holds what sorting everything would give', () => {
    fc.assert(
      fc.property(
        key,
        fc.array(item, { maxLength: 60 }),
        fc.integer({ min: 0, max: 20 }),
        (target, items, capacity) => {
          const held = closestOf(target, items, capacity).map((each) => text(each.key));
          expect(held).to.deep.equal(model(target, items, capacity).map((each) => text(each.key)));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('hands back everything that it does not hold, exactly once', () => {
    fc.assert(
      fc.property(
        key,
        fc.array(item, { maxLength: 60 }),
        fc.integer({ min: 0, max: 20 }),
        (target, items, capacity) => {
          const list = new ClosestList<Item>(target, capacity);
          const out = items.map((each) => list.add(each)).filter((each) => each !== undefined);
          expect([...out, ...list.items]).to.have.members(items);
          expect(list.items.length).to.be.at.most(capacity);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('stays sorted and unique under any adding and removing', () => {
    const step = fc.record({ isAdd: fc.boolean(), item });
    fc.assert(
      fc.property(nearKey, fc.array(step, { maxLength: 60 }), (target, steps) => {
        const list = new ClosestList<Item>(target, 10);
        for (const { isAdd, item: each } of steps) {
          const before = list.items.some((there) => text(there.key) === text(each.key));
          if (isAdd) list.add(each);
          else expect(list.remove(each.key)).to.equal(before);
          const keys = list.items.map((there) => text(there.key));
          expect(keys).to.deep.equal(model(target, list.items, 10).map((there) => text(there.key)));
        }
      }),
      { numRuns: 500 },
    );
  });
});
