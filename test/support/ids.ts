// Ids and keys for tests, in the words of the paper.

import { bytesOfContactId, type ContactId, idOf } from '../../src/id/contact-id.js';
import { bucketIndex } from '../../src/id/distance.js';
import { type Key, keyBytes, keyOf, keyOfBytes } from '../../src/id/key.js';

export { idOf };

export function idBytesOf(id: ContactId): Uint8Array {
  return bytesOfContactId(id);
}

/** The key of the id of a name. */
export function keyOfName(name: string): Key {
  return keyOf(bytesOfContactId(idOf(name)));
}

/** The one key whose XOR distance to `base` is exactly `distance`, from 0 to 2^256 - 1. */
export function keyAtDistance(base: Key, distance: number | bigint): Key {
  const key = Uint8Array.from(base);
  let rest = BigInt(distance);
  for (let i = keyBytes - 1; i >= 0 && rest > 0n; i--) {
    key[i] = (key[i] as number) ^ Number(rest & 0xffn);
    rest >>= 8n;
  }
  if (rest !== 0n) throw new RangeError(`no key is at distance ${distance}`);
  return keyOfBytes(key);
}

/** The XOR distance of two keys. Only for tests: the engine compares, it never computes. */
export function distanceOf(a: Key, b: Key): bigint {
  let distance = 0n;
  for (let i = 0; i < keyBytes; i++) {
    distance = (distance << 8n) | BigInt((a[i] as number) ^ (b[i] as number));
  }
  return distance;
}

/**
 * An id whose key falls in bucket `index` of the table of `own`, found by trying names: ids can be chosen, their keys cannot.
 * Costs 2^(256 - index) tries on average, so 240 is about as low as a test can afford. `salt` makes another one.
 */
export function idInBucket(own: Key, index: number, salt: string | number = 0): ContactId {
  for (let i = 0; ; i++) {
    const id = idOf(`${salt}-${i}`);
    if (bucketIndex(own, keyOf(bytesOfContactId(id))) === index) return id;
  }
}
