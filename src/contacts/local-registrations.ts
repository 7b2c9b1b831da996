// What this process hosts, and what is known elsewhere of the same ids.

import type { ContactId } from '../id/contact-id.js';
import type { EncodedContact } from '../wire/contact-codec.js';

export interface Registration {
  /** As registered here: what is announced, again and again. */
  readonly own: EncodedContact;
  /** What stands after meeting the contacts of others: a newer one of an actor that moved, the union of a set. */
  readonly current: EncodedContact;
  /** Until when what others said counts; then `own` stands again. */
  readonly currentUntil: number;
}

export class LocalRegistrations {
  // Bounded by what the application registers.
  readonly #byId = new Map<ContactId, Registration>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** The contact that is given to whoever asks. */
  current(id: ContactId): EncodedContact | undefined {
    const registration = this.#byId.get(id);
    if (registration === undefined) return undefined;
    return this.#now() < registration.currentUntil ? registration.current : registration.own;
  }

  has(id: ContactId): boolean {
    return this.#byId.has(id);
  }

  own(id: ContactId): EncodedContact | undefined {
    return this.#byId.get(id)?.own;
  }

  /** Milliseconds for which what stands will, whoever else is silent; `Infinity` where that is our own. */
  ttlMs(id: ContactId): number {
    const ttlMs = (this.#byId.get(id)?.currentUntil ?? 0) - this.#now();
    return ttlMs > 0 ? ttlMs : Number.POSITIVE_INFINITY;
  }

  /** Registers, or registers anew. `current`: what stands now, and for how long if it is not our own. */
  set(own: EncodedContact, current: EncodedContact, ttlMs: number): void {
    const currentUntil = current === own ? Number.POSITIVE_INFINITY : this.#now() + ttlMs;
    this.#byId.set(own.id, { own, current, currentUntil });
  }

  /** What stands after a contact from elsewhere has met the registration. */
  learn(id: ContactId, current: EncodedContact, ttlMs: number): void {
    const registration = this.#byId.get(id);
    if (registration !== undefined) this.set(registration.own, current, ttlMs);
  }

  /** What stands was heard of again. */
  renew(id: ContactId, ttlMs: number): void {
    if (this.ttlMs(id) < ttlMs) this.learn(id, this.current(id) as EncodedContact, ttlMs);
  }

  delete(id: ContactId): boolean {
    return this.#byId.delete(id);
  }
}
