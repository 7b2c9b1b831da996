import { expect } from 'chai';
import { closestOf } from '../../src/id/closest-list.js';
import { NetworkSize } from '../../src/routing/network-size.js';
import { encodedOf } from '../support/contacts.js';

const K = 20;
const nodes = Array.from({ length: 4_000 }, (_, i) => encodedOf(`node-${i}`));

function sizeOf(count: number, name: string): number {
  const { key: own } = encodedOf(name);
  const closest = () => closestOf(own, nodes.slice(0, count), K).map(({ key }) => key);
  return new NetworkSize({ own, k: K, now: () => 0, closest }).size;
}

describe('NetworkSize', () => {
  it('is what there is, where that is fewer than k', () => {
    expect([0, 1, K - 1].map((count) => sizeOf(count, 'a'))).to.deep.equal([0, 1, K - 1]);
  });

  it('is right within a fifth on average', () => {
    for (const count of [100, 4_000]) {
      const names = Array.from({ length: 20 }, (_, i) => `own-${i}`);
      const mean = names.reduce((sum, name) => sum + sizeOf(count, name), 0) / names.length;
      expect(mean).to.be.within(0.8 * count, 1.2 * count);
    }
  });

  it('is looked at again after a second', () => {
    const clock = { now: 0 };
    let looks = 0;
    const closest = () => {
      looks++;
      return [];
    };
    const size = new NetworkSize({ own: encodedOf('a').key, k: K, now: () => clock.now, closest });
    for (const now of [0, 999, 1_000]) {
      clock.now = now;
      expect(size.size).to.equal(0);
    }
    expect(looks).to.equal(2);
  });
});
