import { expect } from 'chai';
import fc from 'fast-check';
import { keyOfPoint, Nodes, randomPoint } from '../../../bench/model/nodes.js';
import { Tables } from '../../../bench/model/tables.js';
import { bucketIndex, compareDistance } from '../../../src/id/distance.js';
import { SeededRandom } from '../../../src/simulation/seeded-random.js';

const networks = fc.record({ count: fc.integer({ min: 1, max: 120 }), seed: fc.nat() });

describe('Nodes', () => {
  it('visits all in the order of the engine', () => {
    fc.assert(
      fc.property(networks, ({ count, seed }) => {
        const random = new SeededRandom(seed);
        const nodes = new Nodes(count, random);
        const target = randomPoint(random);
        const keyOf = (index: number) => keyOfPoint(nodes.pointOf(index));
        const sorted = Array.from({ length: count }, (_, i) => i).sort((a, b) =>
          compareDistance(keyOfPoint(target), keyOf(a), keyOf(b)),
        );
        expect(nodes.closest(target, count)).to.deep.equal(sorted);
      }),
    );
  });
});

describe('Tables', () => {
  it('have min(k, size) different nodes of each bucket, however they are chosen', () => {
    fc.assert(
      fc.property(networks, fc.integer({ min: 1, max: 8 }), fc.boolean(), ({ count, seed }, k, diverse) => {
        const random = new SeededRandom(seed);
        const nodes = new Nodes(count, random);
        const tables = new Tables(nodes, { k, diverse }, random);
        const keyOf = (index: number) => keyOfPoint(nodes.pointOf(index));
        const own = Math.floor(count / 2);
        const sizesOf = (indexes: readonly number[]) => {
          const sizes = new Map<number | undefined, number>();
          for (const index of indexes) {
            const bucket = bucketIndex(keyOf(own), keyOf(index));
            sizes.set(bucket, (sizes.get(bucket) ?? 0) + 1);
          }
          return sizes;
        };
        const others = Array.from({ length: count }, (_, i) => i).filter((index) => index !== own);
        const entries = tables.closest(own, nodes.pointOf(own), count);
        expect(new Set(entries).size).to.equal(tables.sizeOf(own));
        expect(entries).to.not.include(own);
        const expected = new Map([...sizesOf(others)].map(([bucket, size]) => [bucket, Math.min(k, size)]));
        expect(sizesOf(entries)).to.deep.equal(expected);
      }),
    );
  });
});
