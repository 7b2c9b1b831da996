// What finds have brought, for as long as the holder would have kept it and no longer than 10 minutes.

import { LRUCache } from 'lru-cache';
import type { ContactId } from '../id/contact-id.js';
import { limits } from '../limits.js';
import type { EncodedContact } from '../wire/contact-codec.js';

export class ContactCache {
  // Bounded by limits.cacheEntries and limits.cacheBytes.
  readonly #cache: LRUCache<ContactId, EncodedContact>;
  // Ids that the network did not know. Bounded by limits.misses.
  readonly #misses: LRUCache<ContactId, true>;

  constructor(now: () => number) {
    // Without a resolution of 0 it would set timers of its own.
    const clock = { perf: { now }, ttlResolution: 0 } as const;
    this.#cache = new LRUCache({
      ...clock,
      max: limits.cacheEntries,
      maxSize: limits.cacheBytes,
      sizeCalculation: ({ bytes }) => bytes.length,
    });
    this.#misses = new LRUCache({ ...clock, max: limits.misses, ttl: limits.missMs });
  }

  get size(): number {
    return this.#cache.size;
  }

  get bytes(): number {
    return this.#cache.calculatedSize;
  }

  get misses(): number {
    return this.#misses.size;
  }

  get(id: ContactId): EncodedContact | undefined {
    return this.#cache.get(id);
  }

  /** Milliseconds for which the entry will still be there. */
  ttlMs(id: ContactId): number {
    return this.#cache.getRemainingTTL(id);
  }

  set(contact: EncodedContact, ttlMs: number): void {
    this.#misses.delete(contact.id);
    const ttl = Math.ceil(Math.min(ttlMs, limits.cacheMs));
    if (ttl > 0) this.#cache.set(contact.id, contact, { ttl });
  }

  delete(id: ContactId): void {
    this.#cache.delete(id);
    this.#misses.delete(id);
  }

  missed(id: ContactId): void {
    this.#misses.set(id, true);
  }

  isMissing(id: ContactId): boolean {
    return this.#misses.has(id);
  }
}
