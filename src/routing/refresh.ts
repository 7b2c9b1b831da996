// Which part of the table was not looked at for long, and the target that renews it. Pure.

import { bucketIndex, keyInBucket } from '../id/distance.js';
import type { Key } from '../id/key.js';

export class Refresh {
  readonly #own: Key;
  // One moment a bucket, at most 256.
  readonly #walkedAt = new Map<number, number>();

  constructor(own: Key) {
    this.#own = own;
  }

  /** A lookup has walked towards `target`. */
  walked(target: Key, now: number): void {
    const bucket = bucketIndex(this.#own, target);
    if (bucket !== undefined) this.#walkedAt.set(bucket, now);
  }

  /**
   * The bucket that was not walked to for longest, if that is longer than `ms`. Only those at least as far as the closest node
   * known: below it there is nobody to find.
   */
  stale(closest: Key, now: number, ms: number): number | undefined {
    const nearest = bucketIndex(this.#own, closest);
    if (nearest === undefined) return undefined;
    let stalest: number | undefined;
    let oldest = now - ms;
    for (let bucket = 255; bucket >= nearest; bucket--) {
      const at = this.#walkedAt.get(bucket) ?? Number.NEGATIVE_INFINITY;
      if (at < oldest) {
        oldest = at;
        stalest = bucket;
      }
    }
    return stalest;
  }

  /** A key in the bucket. `random`: 32 bytes. */
  target(bucket: number, random: Uint8Array): Key {
    return keyInBucket(this.#own, bucket, random);
  }

  walkedAt(bucket: number): number | undefined {
    return this.#walkedAt.get(bucket);
  }
}
