import { expect } from 'chai';
import { bucketIndex, compareDistance, keyInBucket } from '../../src/id/distance.js';
import { keyOfBytes } from '../../src/id/key.js';
import { keyAtDistance, keyOfName } from '../support/ids.js';

const own = keyOfName('own');

describe('compareDistance', () => {
  it('tells keys apart that a double would not', () => {
    const near = keyAtDistance(own, 2n ** 255n);
    const alsoNear = keyAtDistance(own, 2n ** 255n + 1n);
    expect(compareDistance(own, near, alsoNear)).to.be.below(0);
    expect(compareDistance(own, alsoNear, near)).to.be.above(0);
  });

  it('is zero for one key only', () => {
    expect(compareDistance(own, own, own)).to.equal(0);
    expect(compareDistance(own, keyAtDistance(own, 5), keyAtDistance(own, 5))).to.equal(0);
    expect(compareDistance(own, own, keyAtDistance(own, 1))).to.be.below(0);
  });
});

describe('bucketIndex', () => {
  it('has no bucket for our own key', () => {
    expect(bucketIndex(own, own)).to.equal(undefined);
  });

  it('is the position of the highest differing bit', () => {
    for (let bit = 0n; bit < 256n; bit++) {
      expect(bucketIndex(own, keyAtDistance(own, 2n ** bit))).to.equal(Number(bit));
      expect(bucketIndex(own, keyAtDistance(own, 2n ** (bit + 1n) - 1n))).to.equal(Number(bit));
    }
  });
});

describe('keyInBucket', () => {
  for (const [name, fill] of [
    ['zeros', 0x00],
    ['ones', 0xff],
    ['a pattern', 0xa5],
  ] as const) {
    it(`falls in the bucket asked for, with ${name} as random bytes`, () => {
      const random = new Uint8Array(32).fill(fill);
      for (let index = 0; index < 256; index++) {
        const key = keyInBucket(own, index, random);
        expect(bucketIndex(own, key), String(index)).to.equal(index);
        expect(key).to.have.length(32);
      }
    });
  }

  it('keeps the random bits below, and changes neither input', () => {
    const zero = keyOfBytes(new Uint8Array(32));
    const random = new Uint8Array(32).fill(0xff);
    const key = keyInBucket(zero, 9, random);
    expect(Buffer.from(key).toString('hex')).to.equal(`${'00'.repeat(30)}03ff`);
    expect(zero).to.deep.equal(new Uint8Array(32));
    expect(random).to.deep.equal(new Uint8Array(32).fill(0xff));
  });
});
