// XOR distance (Maymounkov, Mazières 2002, §2.1). The only place that decides which of two keys is closer.

import { type Key, keyBytes } from './key.js';

/** Negative when `a` is closer to `target` than `b`, positive when it is further, 0 only for equal keys. */
export function compareDistance(target: Key, a: Key, b: Key): number {
  for (let i = 0; i < keyBytes; i++) {
    const byteA = a[i] as number;
    const byteB = b[i] as number;
    if (byteA !== byteB) return (byteA ^ (target[i] as number)) - (byteB ^ (target[i] as number));
  }
  return 0;
}

/**
 * The highest bit in which two keys differ, 255 for the first: the index of the bucket that `other` belongs to in the table
 * of `own`. `undefined` for equal keys: our own key has no bucket.
 */
export function bucketIndex(own: Key, other: Key): number | undefined {
  for (let i = 0; i < keyBytes; i++) {
    const differing = (own[i] as number) ^ (other[i] as number);
    if (differing !== 0) return 8 * (keyBytes - i) - 1 - (Math.clz32(differing) - 24);
  }
  return undefined;
}

/** The bit of a bucket in a key: 255 is the first. */
export function bitAt(key: Key, index: number): number {
  return ((key[keyBytes - 1 - (index >> 3)] as number) >> (index & 7)) & 1;
}

/** A key that shares its first bits with `own`, differs in bit `index`, and has the bits of `random` below it. */
export function keyInBucket(own: Key, index: number, random: Uint8Array): Key {
  const made = Uint8Array.from(random.subarray(0, keyBytes));
  const byte = keyBytes - 1 - (index >> 3);
  const bit = 1 << (index & 7);
  made.set(own.subarray(0, byte));
  const below = bit - 1;
  made[byte] =
    ((own[byte] as number) & ~(below | bit)) |
    (~(own[byte] as number) & bit) |
    ((made[byte] as number) & below);
  return made as Key;
}
