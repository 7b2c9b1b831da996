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
  for (const { type } of addressesOf(contact)) if (reach.has(type)) return true;
  return false;
}

/** Whether the contact's node speaks what who has the reach does not: it may know nodes that are beyond it. */
export function isBridging(reach: Reach, contact: EncodedContact): boolean {
  return addressesOf(contact).some(({ type }) => !reach.has(type));
}

/** The types of the contact's addresses, each once. */
function typesOf(contact: EncodedContact): ReadonlySet<string> {
  return new Set(addressesOf(contact).map(({ type }) => type));
}

interface Kind {
  readonly types: ReadonlySet<string>;
  count: number;
}

/** How many contacts have addresses of which types: whether all can be dialled by somebody is known without a look at each. */
export class KindCounts {
  // Bounded by the contacts; mostly there are one to three.
  readonly #kinds = new Map<string, Kind>();

  add(contact: EncodedContact): void {
    const types = typesOf(contact);
    const name = nameOf(types);
    const kind = this.#kinds.get(name) ?? { types, count: 0 };
    kind.count++;
    this.#kinds.set(name, kind);
  }

  remove(contact: EncodedContact): void {
    const name = nameOf(typesOf(contact));
    const kind = this.#kinds.get(name);
    if (kind !== undefined && --kind.count === 0) this.#kinds.delete(name);
  }

  areAllWithin(reach: Reach): boolean {
    for (const { types } of this.#kinds.values())
      if (![...types].some((type) => reach.has(type))) return false;
    return true;
  }
}

function nameOf(types: ReadonlySet<string>): string {
  return JSON.stringify([...types].sort());
}
