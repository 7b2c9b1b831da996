// Nodes that speak what we do not, as we meet them: they may find for us what we do not reach. The table keeps whom it has a place
// for, and in a large network that may be none of them.

import { closestOf } from '../id/closest-list.js';
import type { ContactId } from '../id/contact-id.js';
import type { Key } from '../id/key.js';
import { limits } from '../limits.js';
import type { EncodedContact } from '../wire/contact-codec.js';

export class Bridges {
  readonly #isBridging: (contact: EncodedContact) => boolean;
  // Bounded by limits.bridges: who was not met for longest goes.
  readonly #met = new Map<ContactId, EncodedContact>();

  constructor(isBridging: (contact: EncodedContact) => boolean) {
    this.#isBridging = isBridging;
  }

  get size(): number {
    return this.#met.size;
  }

  /** Who was met last comes first. */
  get contacts(): readonly EncodedContact[] {
    return [...this.#met.values()].reverse();
  }

  /** They, the closest to the key first, and then the others: for what is to be reached from everywhere. */
  aheadOf(others: readonly EncodedContact[], key: Key): readonly EncodedContact[] {
    const bridges = closestOf(key, this.#met.values(), limits.bridges);
    return [...bridges, ...others.filter(({ id }) => !this.#met.has(id))];
  }

  /** A node has answered at its address. */
  met(contact: EncodedContact): void {
    this.#met.delete(contact.id);
    if (!this.#isBridging(contact)) return;
    this.#met.set(contact.id, contact);
    const [oldest] = this.#met.keys();
    if (this.#met.size > limits.bridges && oldest !== undefined) this.#met.delete(oldest);
  }

  /** It did not answer. */
  failed(id: ContactId): void {
    this.#met.delete(id);
  }
}
