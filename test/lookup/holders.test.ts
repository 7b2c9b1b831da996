import { expect } from 'chai';
import { closestOf } from '../../src/id/closest-list.js';
import { likelyHolders } from '../../src/lookup/holders.js';
import { encodedOf } from '../support/contacts.js';

const K = 20;
const nodes = Array.from({ length: 1_000 }, (_, i) => encodedOf(`node-${i}`));
const targets = Array.from({ length: 200 }, (_, i) => encodedOf(`target-${i}`).key);

describe('likelyHolders', () => {
  it('are among the k closest, of 100 hardly one excepted', () => {
    const likely = targets.flatMap((target) => {
      const holders = new Set(closestOf(target, nodes, K));
      return nodes.filter(likelyHolders(target, K, nodes.length)).map((node) => holders.has(node));
    });
    expect(likely.filter((isHolder) => !isHolder).length / likely.length).to.be.below(0.01);
  });

  it('are half of k, about', () => {
    const counts = targets.map((target) => nodes.filter(likelyHolders(target, K, nodes.length)).length);
    expect(counts.reduce((sum, count) => sum + count) / targets.length).to.be.within(9.5, 10.5);
  });

  it('are all nodes where there are no more than half of k', () => {
    const [target] = targets as [(typeof targets)[0]];
    expect(nodes.every(likelyHolders(target, K, K / 2))).to.equal(true);
  });
});
