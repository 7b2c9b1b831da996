import { expect } from 'chai';
import fc from 'fast-check';
import { bucketIndex, compareDistance, keyInBucket } from '../../src/id/distance.js';
import { key, nearKey } from '../support/arbitraries.js';
import { distanceOf, keyAtDistance } from '../support/ids.js';

const anyKey = fc.oneof(key, nearKey);
const sign = (target: Parameters<typeof compareDistance>[0], ...[a, b]: [typeof target, typeof target]) =>
  Math.sign(compareDistance(target, a, b));

describe('compareDistance', () => {
  it('agrees with the distances as numbers of 256 bits', () => {
    fc.assert(
      fc.property(anyKey, anyKey, anyKey, (target, a, b) => {
        const [toA, toB] = [distanceOf(target, a), distanceOf(target, b)];
        expect(sign(target, a, b)).to.equal(toA < toB ? -1 : toA > toB ? 1 : 0);
      }),
      { numRuns: 5_000 },
    );
  });

  it('is antisymmetric, transitive, and zero for equal keys only', () => {
    fc.assert(
      fc.property(anyKey, anyKey, anyKey, anyKey, (target, a, b, c) => {
        expect(sign(target, a, b)).to.equal(0 - sign(target, b, a) + 0);
        expect(sign(target, a, b) === 0).to.equal(Buffer.compare(a, b) === 0);
        if (sign(target, a, b) <= 0 && sign(target, b, c) <= 0) expect(sign(target, a, c)).to.be.at.most(0);
      }),
      { numRuns: 5_000 },
    );
  });

  it('is unidirectional: one key only is at a distance', () => {
    fc.assert(
      fc.property(anyKey, fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), (target, distance) => {
        const there = keyAtDistance(target, distance);
        expect(distanceOf(target, there)).to.equal(distance);
        expect(sign(target, there, keyAtDistance(target, distance))).to.equal(0);
      }),
    );
  });

  it('never ties for keys that differ in their last bytes, where a double would', () => {
    fc.assert(
      fc.property(key, fc.bigInt({ min: 2n ** 200n, max: 2n ** 256n - 2n }), (target, distance) => {
        expect(sign(target, keyAtDistance(target, distance), keyAtDistance(target, distance + 1n))).to.equal(
          -1,
        );
      }),
    );
  });
});

describe('bucketIndex', () => {
  it('is the logarithm of the distance, the same from both ends', () => {
    fc.assert(
      fc.property(anyKey, anyKey, (a, b) => {
        const distance = distanceOf(a, b);
        expect(bucketIndex(a, b)).to.equal(distance === 0n ? undefined : distance.toString(2).length - 1);
        expect(bucketIndex(b, a)).to.equal(bucketIndex(a, b));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('keyInBucket', () => {
  it('falls in the bucket asked for', () => {
    fc.assert(
      fc.property(
        anyKey,
        fc.nat(255),
        fc.uint8Array({ minLength: 32, maxLength: 40 }),
        (own, index, random) => {
          expect(bucketIndex(own, keyInBucket(own, index, random))).to.equal(index);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
