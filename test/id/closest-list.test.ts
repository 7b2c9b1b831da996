import { expect } from 'chai';
import { ClosestList, closestOf } from '../../src/id/closest-list.js';
import { keyAtDistance, keyOfName } from '../support/ids.js';

const target = keyOfName('target');
const at = (distance: number) => ({ key: keyAtDistance(target, distance), distance });
const distances = (items: readonly { distance: number }[]) => items.map(({ distance }) => distance);

describe('ClosestList', () => {
  const filled = (capacity: number, ...at_: number[]) => {
    const list = new ClosestList<ReturnType<typeof at>>(target, capacity);
    for (const distance of at_) list.add(at(distance));
    return list;
  };

  it('keeps its items sorted, closest first', () => {
    expect(distances(filled(5, 4, 1, 3, 0, 2).items)).to.deep.equal([0, 1, 2, 3, 4]);
  });

  context('when it is full', () => {
    it('pushes out the furthest for a closer one', () => {
      const list = filled(3, 1, 2, 4);
      expect(list.add(at(3))).to.have.property('distance', 4);
      expect(distances(list.items)).to.deep.equal([1, 2, 3]);
    });

    it('returns the item that is too far', () => {
      const list = filled(3, 1, 2, 3);
      const item = at(4);
      expect(list.add(item)).to.equal(item);
      expect(distances(list.items)).to.deep.equal([1, 2, 3]);
    });

    it('returns the item whose key is there', () => {
      const list = filled(3, 1, 2, 3);
      const again = at(3);
      expect(list.add(again)).to.equal(again);
      expect(list.items).to.have.length(3).and.not.include(again);
    });
  });

  it('pushes nothing out while there is room', () => {
    expect(filled(3, 1).add(at(2))).to.equal(undefined);
  });

  it('takes nothing when it has no room at all', () => {
    const item = at(1);
    expect(new ClosestList<typeof item>(target, 0).add(item)).to.equal(item);
  });

  it('removes by key, and only what is there', () => {
    const list = filled(3, 1, 2, 3);
    expect(list.remove(at(2).key)).to.equal(true);
    expect(list.remove(at(2).key)).to.equal(false);
    expect(list.remove(at(9).key)).to.equal(false);
    expect(distances(list.items)).to.deep.equal([1, 3]);
  });
});

describe('closestOf', () => {
  it('gives the closest, sorted, without duplicates', () => {
    const items = [5, 3, 3, 9, 1, 7].map(at);
    expect(distances(closestOf(target, items, 3))).to.deep.equal([1, 3, 5]);
    expect(closestOf(target, [], 3)).to.deep.equal([]);
  });
});
