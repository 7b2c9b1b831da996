// Nodes that have no place in the table, in a budget of bytes: whom replies have named, and who has answered at a full bucket. Only a
// walk of our own starts from them; nobody else is told of the former.
//
// By cells of the key space, as many as make some 4 to 8 a cell: the cells in the order of their distance to a target are those numbers whose
// XOR with the target's own cell is 0, 1, 2 and so on. All is in typed arrays, so that 28,000 hints are a dozen objects.

import { contactIn } from '#met-contacts';
import { type Key, keyBytes } from '../id/key.js';
import { limits } from '../limits.js';
import type { EncodedContact } from '../wire/contact-codec.js';

const CONTACT_BYTES = limits.hintContactBytes;
/** What a hint costs: its contact, and an element of each array. */
const HINT_BYTES = CONTACT_BYTES + 4 + 4 + 4 + 4 + 1 + 1 + 1;
const CELL_BYTES = 4;
/** Hints in a cell on average, at least, when all places are taken; and at most, so that nobody fills one by choosing keys. */
const CELL_MEAN = 4;
const CELL_MOST = 32;
const FIRST_CAPACITY = 16;
/** Cells that are compared to find one that is crowded. */
const CELLS_COMPARED = 4;
/** Tellers share 256 counts, each of which is for a sixteenth of all hints. */
const SHARES = 256;
const SHARE_OF_ALL = 16;
const SHARE_LEAST = 64;

const NONE = -1;
/** Before the first hint, which most of the nodes of a test never have. */
const NO_INT32 = new Int32Array(0);
const NO_UINT32 = new Uint32Array(0);
const NO_UINT8 = new Uint8Array(0);

/** Which share a hint counts for, when nobody told it: it has answered. */
type Teller = Key | undefined;

export class Hints {
  readonly #most: number;
  // Bounded by the budget: all arrays together have at most so many bytes.
  #capacity = 0;
  #bits = 1;
  #cells = NO_INT32;
  #next = NO_INT32;
  #high = NO_UINT32;
  #low = NO_UINT32;
  /** Seconds of the clock. */
  #seenAt = NO_UINT32;
  #isVerified = NO_UINT8;
  #share = NO_UINT8;
  #length = NO_UINT8;
  #contacts = NO_UINT8;
  /** By teller's share. */
  #told = NO_UINT32;
  /** The first of the places that nobody has, chained by `#next`. */
  #free = NONE;
  #size = 0;
  #hand = 0;

  /** `bytes`: for all of them. Fewer than a hint costs: none is kept. */
  constructor(bytes: number) {
    const forHints = bytes - 4 * SHARES - 2 * CELL_BYTES;
    this.#most = Math.max(0, Math.floor(forHints / (HINT_BYTES + CELL_BYTES / CELL_MEAN)));
  }

  get size(): number {
    return this.#size;
  }

  /** How many fit into the budget. */
  get most(): number {
    return this.#most;
  }

  /** What the arrays take, of the budget. */
  get bytes(): number {
    return this.#capacity * HINT_BYTES + this.#cells.byteLength + this.#told.byteLength;
  }

  /** `teller` has named the contact. What is known already of the node stands until it fails. */
  heard(contact: EncodedContact, teller: Key, now: number): void {
    this.#put(contact, teller, now);
  }

  /** The contact has answered, and the table has no place for it. */
  answered(contact: EncodedContact, now: number): void {
    this.#put(contact, undefined, now);
  }

  /** It has failed, or has a place in the table. */
  forget(key: Key): void {
    if (this.#size === 0) return;
    const at = this.#find(highOf(key), lowOf(key));
    if (at !== NONE) this.#remove(at);
  }

  /** The `count` closest, closest first, of those closer than `bar`. */
  closest(target: Key, count: number, now: number, bar?: Key): readonly EncodedContact[] {
    if (this.#size === 0) return [];
    const high = highOf(target);
    const low = lowOf(target);
    const limit = bar === undefined ? Number.POSITIVE_INFINITY : distance(high, low, highOf(bar), lowOf(bar));
    const seconds = Math.floor(now / 1_000);
    const own = this.#cellOf(high);
    const places: number[] = [];
    const distances: number[] = [];
    for (let cell = 0; cell < this.#cells.length && places.length < count; cell++) {
      // Nothing in this cell, or in those after it, is closer than its nearest corner.
      if (cell * 2 ** (53 - this.#bits) >= limit) break;
      const begin = places.length;
      for (let at = this.#cells[own ^ cell] as number, next = at; at !== NONE; at = next) {
        next = this.#next[at] as number;
        const far = distance(high, low, this.#high[at] as number, this.#low[at] as number);
        if (far >= limit) continue;
        if (this.#isStale(at, seconds)) {
          this.#remove(at);
          continue;
        }
        let place = places.length;
        if (place === count && far >= (distances[place - 1] as number)) continue;
        if (place === count) place--;
        for (; place > begin && (distances[place - 1] as number) > far; place--) {
          distances[place] = distances[place - 1] as number;
          places[place] = places[place - 1] as number;
        }
        distances[place] = far;
        places[place] = at;
      }
    }
    return places.map((at) => this.#contactAt(at));
  }

  #put(contact: EncodedContact, teller: Teller, now: number): void {
    const { bytes, key } = contact;
    if (bytes.length > CONTACT_BYTES || this.#most === 0) return;
    const high = highOf(key);
    const low = lowOf(key);
    const seconds = Math.floor(now / 1_000);
    const known = this.#size === 0 ? NONE : this.#find(high, low);
    if (known !== NONE) {
      const isNews = teller === undefined || this.#isStale(known, seconds);
      if (!isNews) return this.#hearAgain(known, seconds);
      this.#remove(known);
    }
    const share = teller === undefined ? 0 : (teller[keyBytes - 1] as number);
    if (teller !== undefined && (this.#told[share] as number) >= this.#sharedMost) return;
    if (!this.#makeRoomFor(high, teller !== undefined, seconds)) return;
    const at = this.#free;
    this.#free = this.#next[at] as number;
    this.#size++;
    this.#high[at] = high;
    this.#low[at] = low;
    this.#seenAt[at] = seconds;
    this.#isVerified[at] = teller === undefined ? 1 : 0;
    this.#share[at] = share;
    if (teller !== undefined) this.#told[share] = (this.#told[share] as number) + 1;
    this.#length[at] = bytes.length;
    this.#contacts.set(bytes, at * CONTACT_BYTES);
    this.#link(at);
  }

  get #sharedMost(): number {
    return Math.max(SHARE_LEAST, this.#most / SHARE_OF_ALL);
  }

  /** That others name it again keeps it from ageing; that it has answered is not renewed by that. */
  #hearAgain(at: number, seconds: number): void {
    if (this.#isVerified[at] === 0) this.#seenAt[at] = seconds;
  }

  /** Whether there is a place now: a new one, that of a stale or crowded hint, or none. */
  #makeRoomFor(high: number, isHearsay: boolean, seconds: number): boolean {
    if (this.#free === NONE && this.#capacity < this.#most) this.#grow();
    const cell = this.#cellOf(high);
    if (this.#countIn(cell) >= CELL_MOST && !this.#evictFrom(cell, isHearsay, seconds)) return false;
    if (this.#free !== NONE) return true;
    return this.#evictFrom(this.#crowded(), isHearsay, seconds);
  }

  /** So that those that stay are spread over the key space: the fullest of the next few cells. */
  #crowded(): number {
    const cells = this.#cells.length;
    let fullest = this.#hand;
    for (let i = 0; i < CELLS_COMPARED; i++) {
      this.#hand = (this.#hand + 1) % cells;
      if (this.#countIn(this.#hand) > this.#countIn(fullest)) fullest = this.#hand;
    }
    return fullest;
  }

  /** The oldest goes, hearsay first; hearsay does not take the place of one that has answered. */
  #evictFrom(cell: number, isHearsay: boolean, seconds: number): boolean {
    let victim = NONE;
    for (let at = this.#cells[cell] as number; at !== NONE; at = this.#next[at] as number) {
      const isSpared = isHearsay && this.#isVerified[at] === 1 && !this.#isStale(at, seconds);
      if (!isSpared && (victim === NONE || this.#goesBefore(at, victim))) victim = at;
    }
    if (victim !== NONE) this.#remove(victim);
    return victim !== NONE;
  }

  #goesBefore(a: number, b: number): boolean {
    const [verifiedA, verifiedB] = [this.#isVerified[a] as number, this.#isVerified[b] as number];
    if (verifiedA !== verifiedB) return verifiedA < verifiedB;
    return (this.#seenAt[a] as number) < (this.#seenAt[b] as number);
  }

  #isStale(at: number, seconds: number): boolean {
    const ms = this.#isVerified[at] === 1 ? limits.hintAnsweredMs : limits.hintHeardMs;
    return (seconds - (this.#seenAt[at] as number)) * 1_000 > ms;
  }

  #find(high: number, low: number): number {
    let at = this.#cells[this.#cellOf(high)] as number;
    while (at !== NONE && (this.#high[at] !== high || this.#low[at] !== low)) at = this.#next[at] as number;
    return at;
  }

  #countIn(cell: number): number {
    let count = 0;
    for (let at = this.#cells[cell] as number; at !== NONE; at = this.#next[at] as number) count++;
    return count;
  }

  #link(at: number): void {
    const cell = this.#cellOf(this.#high[at] as number);
    this.#next[at] = this.#cells[cell] as number;
    this.#cells[cell] = at;
  }

  #remove(at: number): void {
    const cell = this.#cellOf(this.#high[at] as number);
    const next = this.#next[at] as number;
    if (this.#cells[cell] === at) this.#cells[cell] = next;
    else {
      let before = this.#cells[cell] as number;
      while (this.#next[before] !== at) before = this.#next[before] as number;
      this.#next[before] = next;
    }
    const share = this.#share[at] as number;
    if (this.#isVerified[at] === 0) this.#told[share] = (this.#told[share] as number) - 1;
    this.#next[at] = this.#free;
    this.#free = at;
    this.#size--;
  }

  /** The first bits of the key, as many as number the cells. */
  #cellOf(high: number): number {
    return high >>> (32 - this.#bits);
  }

  /** Twice as many places; every hint finds its cell anew. */
  #grow(): void {
    const before = this.#capacity;
    this.#capacity = Math.min(this.#most, Math.max(FIRST_CAPACITY, 2 * before));
    this.#high = grown(this.#high, new Uint32Array(this.#capacity));
    this.#low = grown(this.#low, new Uint32Array(this.#capacity));
    this.#seenAt = grown(this.#seenAt, new Uint32Array(this.#capacity));
    this.#isVerified = grown(this.#isVerified, new Uint8Array(this.#capacity));
    this.#share = grown(this.#share, new Uint8Array(this.#capacity));
    this.#length = grown(this.#length, new Uint8Array(this.#capacity));
    this.#contacts = grown(this.#contacts, new Uint8Array(this.#capacity * CONTACT_BYTES));
    if (before === 0) this.#told = new Uint32Array(SHARES);
    this.#next = new Int32Array(this.#capacity);
    this.#bits = Math.max(1, Math.floor(Math.log2(this.#capacity / CELL_MEAN)));
    this.#cells = new Int32Array(2 ** this.#bits).fill(NONE);
    this.#hand = 0;
    for (let at = 0; at < before; at++) this.#link(at);
    for (let at = this.#capacity - 1; at >= before; at--) {
      this.#next[at] = this.#free;
      this.#free = at;
    }
  }

  #contactAt(at: number): EncodedContact {
    const begin = at * CONTACT_BYTES;
    return contactIn(this.#contacts, begin, begin + (this.#length[at] as number));
  }
}

/** Of the first 53 bits, which is all that a double holds exactly, and enough to tell two hints apart. */
function distance(highA: number, lowA: number, highB: number, lowB: number): number {
  return ((highA ^ highB) >>> 0) * 2 ** 21 + ((lowA ^ lowB) >>> 11);
}

function grown<Of extends Uint8Array | Uint32Array>(from: Of, to: Of): Of {
  to.set(from);
  return to;
}

function highOf(key: Key): number {
  return wordOf(key, 0);
}

function lowOf(key: Key): number {
  return wordOf(key, 4);
}

function wordOf(key: Key, at: number): number {
  const first = ((key[at] as number) << 24) | ((key[at + 1] as number) << 16);
  return (first | ((key[at + 2] as number) << 8) | (key[at + 3] as number)) >>> 0;
}
