// What finds have brought, for as long as the holder would have kept it and no longer than 10 minutes.

import { LRUCache } from 'lru-cache';
import type { ContactId } from '../id/contact-id.js';
import { limits } from '../limits.js';
import type { EncodedContact } from '../wire/contact-codec.js';

interface Clock {
  readonly perf: { readonly now: () => number };
  readonly ttlResolution: 0;
}

export class ContactCache {
  readonly #clock: Clock;
  // Bounded by limits.cacheEntries and limits.cacheBytes. Made when it is first wanted: it takes the memory of all its entries at
  // once, and a node that finds nothing needs none (bench: `memory`).
  #cache: LRUCache<ContactId, EncodedContact> | undefined;
  // Ids that the network did not know. Bounded by limits.misses; likewise.
  #misses: LRUCache<ContactId, true> | undefined;

  constructor(now: () => number) {
    // Without a resolution of 0 it would set timers of its own.
    this.#clock = { perf: { now }, ttlResolution: 0 };
  }

  get size(): number {
    return this.#cache?.size ?? 0;
  }

  get bytes(): number {
    return this.#cache?.calculatedSize ?? 0;
  }

  get misses(): number {
    return this.#misses?.size ?? 0;
  }

  get(id: ContactId): EncodedContact | undefined {
    return this.#cache?.get(id);
  }

  /** Milliseconds for which the entry will still be there. */
  ttlMs(id: ContactId): number {
    return this.#cache?.getRemainingTTL(id) ?? 0;
  }

  set(contact: EncodedContact, ttlMs: number): void {
    this.#misses?.delete(contact.id);
    const ttl = Math.ceil(Math.min(ttlMs, limits.cacheMs));
    if (ttl <= 0) return;
    this.#cache ??= new LRUCache({
      ...this.#clock,
      max: limits.cacheEntries,
      maxSize: limits.cacheBytes,
      sizeCalculation: ({ bytes }) => bytes.length,
    });
    this.#cache.set(contact.id, contact, { ttl });
  }

  delete(id: ContactId): void {
    this.#cache?.delete(id);
    this.#misses?.delete(id);
  }

  missed(id: ContactId): void {
    this.#misses ??= new LRUCache({ ...this.#clock, max: limits.misses, ttl: limits.missMs });
    this.#misses.set(id, true);
  }

  isMissing(id: ContactId): boolean {
    return this.#misses?.has(id) ?? false;
  }
}
