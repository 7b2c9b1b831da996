// Whom a node can dial, as far as we know: who listens in a way dials in it too, and so does who has made a link in it.

import { addressesOf } from '../wire/addresses.js';
import type { EncodedContact } from '../wire/contact-codec.js';

/** Types of address. */
export type Reach = ReadonlySet<string>;

/** What the other end of a session can dial. */
export function reachOf(session: {
  readonly peer: EncodedContact | undefined;
  readonly linkType: string;
}): Reach {
  return new Set([session.linkType, ...(session.peer === undefined ? [] : typesOf(session.peer))]);
}

/** Whether who has the reach can dial the contact. */
export function isWithin(reach: Reach, contact: EncodedContact): boolean {
  return addressesOf(contact).some(({ type }) => reach.has(type));
}

/** Whether the contact's node speaks what who has the reach does not: it may know nodes that are beyond it. */
export function isBridging(reach: Reach, contact: EncodedContact): boolean {
  return addressesOf(contact).some(({ type }) => !reach.has(type));
}

/** The types of the contact's addresses, each once. */
function typesOf(contact: EncodedContact): ReadonlySet<string> {
  return new Set(addressesOf(contact).map(({ type }) => type));
}

/** How many contacts have an address of each type: where all of them have one of it, nobody who dials it needs a choice made. */
export class TypeCounts {
  // Bounded by limits.addressesInContact for each contact.
  readonly #counts = new Map<string, number>();
  #size = 0;

  add(contact: EncodedContact): void {
    this.#size++;
    for (const type of typesOf(contact)) this.#counts.set(type, (this.#counts.get(type) ?? 0) + 1);
  }

  remove(contact: EncodedContact): void {
    this.#size--;
    for (const type of typesOf(contact)) {
      const count = (this.#counts.get(type) ?? 0) - 1;
      if (count > 0) this.#counts.set(type, count);
      else this.#counts.delete(type);
    }
  }

  /** Whether every contact surely is within the reach: by one type that all have. */
  areAllWithin(reach: Reach): boolean {
    for (const type of reach) if (this.#counts.get(type) === this.#size) return true;
    return false;
  }

  /** Whether there is an address of a type that the reach has not. */
  hasOthers(reach: Reach): boolean {
    for (const type of this.#counts.keys()) if (!reach.has(type)) return true;
    return false;
  }
}
