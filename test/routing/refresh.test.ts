import { expect } from 'chai';
import { bucketIndex } from '../../src/id/distance.js';
import { Refresh } from '../../src/routing/refresh.js';
import { keyAtDistance, keyOfName } from '../support/ids.js';

const own = keyOfName('own');
const inBucket = (index: number) => keyAtDistance(own, 1n << BigInt(index));

describe('Refresh', () => {
  it('names the furthest bucket when nobody has walked anywhere', () => {
    expect(new Refresh(own).stale(inBucket(250), 0, 900)).to.equal(255);
  });

  it('names the bucket that was not walked to for longest', () => {
    const refresh = new Refresh(own);
    refresh.walked(inBucket(255), 20);
    refresh.walked(inBucket(254), 10);
    refresh.walked(inBucket(253), 30);
    expect(refresh.stale(inBucket(253), 1_000, 900)).to.equal(254);
  });

  it('names none that was walked to within the time', () => {
    const refresh = new Refresh(own);
    refresh.walked(inBucket(255), 100);
    expect(refresh.stale(inBucket(255), 1_000, 900)).to.equal(undefined);
    expect(refresh.stale(inBucket(255), 1_001, 900)).to.equal(255);
  });

  it('names none closer than the closest node known', () => {
    const refresh = new Refresh(own);
    refresh.walked(inBucket(255), 1_000);
    expect(refresh.stale(inBucket(255), 1_000, 900)).to.equal(undefined);
    expect(refresh.stale(inBucket(254), 1_000, 900)).to.equal(254);
    expect(refresh.stale(own, 1_000, 900)).to.equal(undefined);
  });

  it('knows when a bucket was walked to', () => {
    const refresh = new Refresh(own);
    refresh.walked(own, 1);
    refresh.walked(inBucket(7), 5);
    expect([refresh.walkedAt(7), refresh.walkedAt(8)]).to.deep.equal([5, undefined]);
  });

  it('makes targets in the bucket', () => {
    const refresh = new Refresh(own);
    for (const bucket of [255, 254, 200, 8, 7, 1, 0]) {
      for (const fill of [0x00, 0xff, 0x5a]) {
        const target = refresh.target(bucket, new Uint8Array(32).fill(fill));
        expect(bucketIndex(own, target)).to.equal(bucket);
      }
    }
  });
});
