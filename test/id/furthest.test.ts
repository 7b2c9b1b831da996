import { expect } from 'chai';
import { compareDistance } from '../../src/id/distance.js';
import { furthestOf } from '../../src/id/furthest.js';
import { keyAtDistance, keyOfName } from '../support/ids.js';

describe('furthestOf', () => {
  const target = keyOfName('target');

  it('has those that the comparator puts last', () => {
    const items = Array.from({ length: 1_000 }, (_, i) => ({ key: keyOfName(`${i}`) }));
    const sorted = [...items].sort((a, b) => compareDistance(target, a.key, b.key));
    for (const count of [0, 1, 2, 50, 999]) {
      expect(furthestOf(target, items, count)).to.have.members(sorted.slice(items.length - count));
    }
  });

  it('tells keys apart that differ in their last bits only', () => {
    const items = Array.from({ length: 300 }, (_, i) => ({ key: keyAtDistance(target, i) }));
    expect(furthestOf(target, items, 10)).to.have.members(items.slice(-10));
  });

  it('has all where there are no more than asked for, and any of the same', () => {
    const items = [{ key: target }, { key: target }, { key: target }];
    expect(furthestOf(target, items, 5)).to.deep.equal(items);
    expect(furthestOf(target, items, 2)).to.have.lengthOf(2);
    expect(furthestOf(target, [], 2)).to.deep.equal([]);
  });
});
