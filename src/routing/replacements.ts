// Newcomers that wait at a full bucket for one of its entries to go (Kademlia §4.1).

import { bucketIndex } from '../id/distance.js';
import type { Key } from '../id/key.js';
import { limits } from '../limits.js';
import type { EncodedContact } from '../wire/contact-codec.js';

export class Replacements {
  readonly #own: Key;
  // At most limits.replacementsPerBucket in each of at most 256 buckets; the oldest goes.
  readonly #byBucket = new Map<number, EncodedContact[]>();

  constructor(own: Key) {
    this.#own = own;
  }

  add(contact: EncodedContact): void {
    const bucket = bucketIndex(this.#own, contact.key);
    if (bucket === undefined) return;
    const waiting = (this.#byBucket.get(bucket) ?? []).filter(({ id }) => id !== contact.id);
    waiting.push(contact);
    if (waiting.length > limits.replacementsPerBucket) waiting.shift();
    this.#byBucket.set(bucket, waiting);
  }

  has(contact: EncodedContact): boolean {
    const bucket = bucketIndex(this.#own, contact.key);
    const waiting = bucket === undefined ? undefined : this.#byBucket.get(bucket);
    return waiting?.some((other) => other.equals(contact)) ?? false;
  }

  /** The newest that waits for a place in the bucket that `key` left: it was seen last. */
  take(key: Key): EncodedContact | undefined {
    const bucket = bucketIndex(this.#own, key);
    if (bucket === undefined) return undefined;
    const waiting = this.#byBucket.get(bucket);
    const newest = waiting?.pop();
    if (waiting?.length === 0) this.#byBucket.delete(bucket);
    return newest;
  }

  get size(): number {
    let size = 0;
    for (const waiting of this.#byBucket.values()) size += waiting.length;
    return size;
  }
}
