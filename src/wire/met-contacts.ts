// Contacts that have come in lately: the same bytes are the same object, so that what is named again and again is copied, hashed and
// parsed once (bench: `micro decode`). Invisible but for the time and the memory that it saves.

import { limits } from '../limits.js';
import { EncodedContact } from './contact-codec.js';
import { copyOf } from './slab.js';

const PAIRS = limits.contactsMet / 2;

export class MetContacts {
  // Pairs of places: whoever comes in takes the first of a pair, and who was there the second. Bounded by limits.contactsMet.
  readonly #places = new Array<EncodedContact | undefined>(limits.contactsMet);
  #nodes = 0;

  /** A node runs. Returns what says that it has ended: with the last one all that was met is forgotten. */
  open(): () => void {
    this.#nodes++;
    return () => {
      if (--this.#nodes === 0) this.#places.fill(undefined);
    };
  }

  /** The contact that stands in `frame` from `start` to `end`; its lengths have been checked. */
  contactIn(frame: Uint8Array, start: number, end: number): EncodedContact {
    if (end - start > limits.contactMetBytes) return EncodedContact.ofBytes(copyOf(frame, start, end));
    const places = this.#places;
    const first = 2 * (hashOfId(frame, start) % PAIRS);
    const newer = places[first];
    if (newer !== undefined && holds(newer.bytes, frame, start, end)) return newer;
    const older = places[first + 1];
    places[first + 1] = newer;
    if (older !== undefined && holds(older.bytes, frame, start, end)) {
      places[first] = older;
      return older;
    }
    const contact = EncodedContact.shared(copyOf(frame, start, end));
    places[first] = contact;
    return contact;
  }
}

/** Of all nodes of the process. */
const met = new MetContacts();

/** As `MetContacts.open`. */
export function meetContacts(): () => void {
  return met.open();
}

/** As `MetContacts.contactIn`. */
export function contactIn(frame: Uint8Array, start: number, end: number): EncodedContact {
  return met.contactIn(frame, start, end);
}

/** FNV-1a. Whoever makes ids that collide spoils two places. */
function hashOfId(frame: Uint8Array, start: number): number {
  const end = start + 1 + (frame[start] as number);
  let hash = 0x811c9dc5;
  for (let at = start + 1; at < end; at++) hash = Math.imul(hash ^ (frame[at] as number), 0x01000193);
  return hash >>> 0;
}

function holds(bytes: Uint8Array, frame: Uint8Array, start: number, end: number): boolean {
  if (bytes.length !== end - start) return false;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== frame[start + i]) return false;
  return true;
}
