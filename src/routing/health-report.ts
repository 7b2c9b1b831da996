// How well the table is filled, as a value.

import { bucketIndex } from '../id/distance.js';
import type { Key } from '../id/key.js';
import type { Refresh } from './refresh.js';
import type { RoutingTable } from './routing-table.js';

export interface BucketHealth {
  /** The highest bit in which its keys differ from ours: 255 holds half of the key space. */
  readonly index: number;
  readonly size: number;
  /** Entries that left their last request unanswered. */
  readonly doubtful: number;
  /** Milliseconds since an entry of it answered last. */
  readonly verifiedMsAgo: number;
  /** Milliseconds since a lookup walked there; absent: never. */
  readonly walkedMsAgo?: number;
}

export interface RoutingHealth {
  readonly size: number;
  readonly doubtful: number;
  /** Furthest first; only buckets that hold something. */
  readonly buckets: readonly BucketHealth[];
  /** Buckets further than the closest entry that hold nothing: where lookups have to detour. */
  readonly gaps: readonly number[];
}

export function healthReport(table: RoutingTable, own: Key, refresh: Refresh, now: number): RoutingHealth {
  const buckets = new Map<number, { size: number; doubtful: number; verifiedAt: number }>();
  let doubtful = 0;
  for (const entry of table.entries()) {
    const index = bucketIndex(own, entry.key) as number;
    const bucket = buckets.get(index) ?? { size: 0, doubtful: 0, verifiedAt: 0 };
    bucket.size++;
    bucket.verifiedAt = Math.max(bucket.verifiedAt, entry.verifiedAt);
    if (entry.failures > 0) {
      bucket.doubtful++;
      doubtful++;
    }
    buckets.set(index, bucket);
  }
  const indexes = [...buckets.keys()].sort((a, b) => b - a);
  const nearest = indexes.at(-1) ?? 256;
  const gaps: number[] = [];
  for (let index = 255; index > nearest; index--) if (!buckets.has(index)) gaps.push(index);
  return {
    size: table.size,
    doubtful,
    gaps,
    buckets: indexes.map((index) => {
      const { size, doubtful, verifiedAt } = buckets.get(index) as {
        size: number;
        doubtful: number;
        verifiedAt: number;
      };
      const walkedAt = refresh.walkedAt(index);
      const walked = walkedAt === undefined ? {} : { walkedMsAgo: now - walkedAt };
      return { index, size, doubtful, verifiedMsAgo: now - verifiedAt, ...walked };
    }),
  };
}
