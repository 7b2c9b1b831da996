// Which part of the table was not looked at for long. Pure.

import { bucketIndex } from '../id/distance.js';
import type { Key } from '../id/key.js';

export class Refresh {
  readonly #own: Key;
  // One moment a bucket, at most 256.
  readonly #walkedAt = new Map<number, number>();
  // Buckets that were filled, at most 256: until then, that a lookup went there is not enough.
  readonly #filled = new Set<number>();
  #walkedHomeAt = Number.NEGATIVE_INFINITY;

  constructor(own: Key) {
    this.#own = own;
  }

  /** A lookup has walked towards `target`. */
  walked(target: Key, now: number): void {
    const bucket = bucketIndex(this.#own, target);
    if (bucket === undefined) this.#walkedHomeAt = now;
    else this.#walkedAt.set(bucket, now);
  }

  /** The bucket has all that was found for it. */
  filled(bucket: number, now: number): void {
    this.#filled.add(bucket);
    this.#walkedAt.set(bucket, now);
  }

  /** All buckets are to be filled anew. */
  forgetFilled(): void {
    this.#filled.clear();
  }

  /** The bucket has lost an entry that nobody replaces. */
  lost(bucket: number): void {
    this.#filled.delete(bucket);
  }

  /** Whether our neighbours were not looked for within `ms`. */
  isHomeStale(now: number, ms: number): boolean {
    return this.#walkedHomeAt < now - ms;
  }

  /**
   * The buckets that were never filled, or not walked to within `ms`, furthest first. `nearest`: the bucket of the furthest of our
   * neighbours; below it, walking home meets everybody.
   */
  stale(nearest: number, now: number, ms: number): readonly number[] {
    const stale: number[] = [];
    for (let bucket = 255; bucket >= nearest; bucket--)
      if (!this.#filled.has(bucket) || (this.#walkedAt.get(bucket) as number) < now - ms) stale.push(bucket);
    return stale;
  }

  walkedAt(bucket: number): number | undefined {
    return this.#walkedAt.get(bucket);
  }
}
