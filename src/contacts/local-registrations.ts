// What this process hosts, and what is known elsewhere of the same ids.

import type { ContactId } from '../id/contact-id.js';
import type { EncodedContact } from '../wire/contact-codec.js';

/** What stands after meeting the contacts of others: a newer one of an actor that moved, the union of a set. */
interface Standing {
  readonly contact: EncodedContact;
  /** Until when what others said counts; then our own stands again. */
  readonly until: number;
}

export class LocalRegistrations {
  // As registered here: what is announced, again and again. Bounded by what the application registers.
  readonly #own = new Map<ContactId, EncodedContact>();
  // Where it is not our own that stands: apart, since there may be a million of the others (bench: `memory`). Bounded as above.
  readonly #standing = new Map<ContactId, Standing>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  get size(): number {
    return this.#own.size;
  }

  /** The contact that is given to whoever asks. */
  current(id: ContactId): EncodedContact | undefined {
    return this.#standingNow(id)?.contact ?? this.#own.get(id);
  }

  has(id: ContactId): boolean {
    return this.#own.has(id);
  }

  own(id: ContactId): EncodedContact | undefined {
    return this.#own.get(id);
  }

  /** Milliseconds for which what stands will, whoever else is silent; `Infinity` where that is our own. */
  ttlMs(id: ContactId): number {
    const standing = this.#standingNow(id);
    return standing === undefined ? Number.POSITIVE_INFINITY : standing.until - this.#now();
  }

  /** Registers, or registers anew. `current`: what stands now, and for how long if it is not our own. */
  set(own: EncodedContact, current: EncodedContact, ttlMs: number): void {
    this.#own.set(own.id, own);
    if (current === own) this.#standing.delete(own.id);
    else this.#standing.set(own.id, { contact: current, until: this.#now() + ttlMs });
  }

  /** What stands after a contact from elsewhere has met the registration. */
  learn(id: ContactId, current: EncodedContact, ttlMs: number): void {
    const own = this.#own.get(id);
    if (own !== undefined) this.set(own, current, ttlMs);
  }

  /** What stands was heard of again. */
  renew(id: ContactId, ttlMs: number): void {
    if (this.ttlMs(id) < ttlMs) this.learn(id, this.current(id) as EncodedContact, ttlMs);
  }

  delete(id: ContactId): boolean {
    this.#standing.delete(id);
    return this.#own.delete(id);
  }

  #standingNow(id: ContactId): Standing | undefined {
    const standing = this.#standing.size === 0 ? undefined : this.#standing.get(id);
    return standing !== undefined && this.#now() < standing.until ? standing : undefined;
  }
}
