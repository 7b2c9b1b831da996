// How one bucket is filled, and spread over its range: whom to ask for what next. Pure.
//
// A walk to one place meets the neighbours of one place; a bucket that holds half of the key space would know a corner of it, and
// lookups would pay with a hop. So the bucket is cut into sub-ranges by the bits below its own, and what is emptiest is served
// first (Salah, Roos, Strufe 2014). A request does two things: who answers is an entry, and its answer names the next.

import { equalBytes } from '../id/bytes.js';
import type { ContactId } from '../id/contact-id.js';
import { bitAt, bucketIndex, keyInBucket } from '../id/distance.js';
import { type Key, keyBytes } from '../id/key.js';
import type { EncodedContact } from '../wire/contact-codec.js';

export interface BucketFillOptions {
  readonly own: Key;
  readonly bucket: number;
  /** Entries wanted. */
  readonly k: number;
  readonly entries: readonly EncodedContact[];
  /** Whether a contact that somebody has named may be asked: no entry yet, and nothing against it. */
  readonly isEligible: (contact: EncodedContact) => boolean;
  readonly randomBytes: (count: number) => Uint8Array;
}

/** `peer`: whom to ask; absent for whoever of the table is closest to the target. */
export interface FillRequest {
  readonly peer: EncodedContact | undefined;
  readonly target: Key;
}

interface SubRange {
  readonly place: number;
  /** Entries of the table, and those in flight that are to become one. */
  taken: number;
  /** Named by others, and not asked. At most HEARD of them. */
  readonly heard: EncodedContact[];
  /** How often somebody was asked who is there, or would have said so: at SOUGHT it is left alone. */
  sought: number;
}

/** Candidates kept for one sub-range: one is asked, another is for when that one does not answer. */
const HEARD = 2;
/** Whoever was asked for another place has said so by the way, and may be new here: it takes two of them. */
const SOUGHT = 2;
/** Requests for each entry that is missing, and beyond: what is dead or silent must not be asked without end. */
const REQUESTS_AN_ENTRY = 2;
const SPARE_REQUESTS = 4;

export class BucketFill {
  readonly #own: Key;
  readonly #bucket: number;
  readonly #k: number;
  readonly #isEligible: BucketFillOptions['isEligible'];
  readonly #randomBytes: BucketFillOptions['randomBytes'];
  /** By the bits below that of the bucket. */
  readonly #ranges: readonly SubRange[];
  /** Halvings from the bucket to a sub-range. */
  readonly #bits: number;
  // Whom not to ask again. Bounded by the requests.
  readonly #asked = new Set<ContactId>();
  // And where an entry is to come of it. Bounded by the requests in flight.
  readonly #inFlight = new Map<FillRequest, SubRange | undefined>();
  #taken: number;
  #requestsLeft: number;

  constructor({ own, bucket, k, entries, isEligible, randomBytes }: BucketFillOptions) {
    this.#own = own;
    this.#bucket = bucket;
    this.#k = k;
    this.#isEligible = isEligible;
    this.#randomBytes = randomBytes;
    this.#bits = Math.min(bucket, Math.ceil(Math.log2(k)));
    this.#ranges = Array.from({ length: 2 ** this.#bits }, (_, place) => ({
      place,
      taken: 0,
      heard: [],
      sought: 0,
    }));
    for (const { key } of entries) this.#rangeOf(key).taken++;
    this.#taken = entries.length;
    this.#requestsLeft = REQUESTS_AN_ENTRY * (k - entries.length) + SPARE_REQUESTS;
  }

  /** Whether there is nothing left to ask, and nothing to wait for. */
  get isDone(): boolean {
    return this.#inFlight.size === 0 && !this.#hasMore;
  }

  /** Whom to ask now, and for what; it counts as asked. Absent: nobody, before an answer or at all. */
  next(): FillRequest | undefined {
    if (!this.#hasMore) return undefined;
    // A candidate for an empty place is best: it becomes an entry. Then somebody for an empty place is looked for.
    const isNeeded = this.#emptiest(isNamedAlone) ?? this.#emptiest(isUnknown);
    const range = (isNeeded ?? this.#emptiest(isNamed) ?? this.#emptiest(isUnsought)) as SubRange;
    const peer = range.heard.shift();
    let sought = range;
    if (peer !== undefined) {
      this.#asked.add(peer.id);
      range.taken++;
      this.#taken++;
      sought = this.#emptiest(isUnknown) ?? this.#emptiest(isUnsought) ?? range;
    }
    sought.sought += SOUGHT;
    const request = { peer, target: this.#targetIn(sought.place) };
    this.#requestsLeft--;
    this.#inFlight.set(request, peer === undefined ? undefined : range);
    return request;
  }

  /** `by` answered the request, and named these. */
  answered(request: FillRequest, by: Key, contacts: readonly EncodedContact[]): void {
    if (!this.#inFlight.delete(request)) return;
    for (const contact of contacts) this.hear(contact);
    if (bucketIndex(this.#own, by) !== this.#bucket) return;
    // Whoever lives here knows who else does: nobody else is closer to the target than the last that it named.
    const furthest = contacts.at(-1);
    if (furthest === undefined || bucketIndex(this.#own, furthest.key) !== this.#bucket)
      for (const range of this.#ranges) range.sought++;
    else this.#soughtWithin(this.#placeOf(request.target), this.#placeOf(furthest.key));
  }

  /** It was not answered. */
  failed(request: FillRequest): void {
    const range = this.#inFlight.get(request);
    if (!this.#inFlight.delete(request)) return;
    if (range !== undefined) {
      range.taken--;
      this.#taken--;
    }
    this.#rangeOf(request.target).sought -= SOUGHT;
  }

  /** Somebody has named the contact. */
  hear(contact: EncodedContact): void {
    if (bucketIndex(this.#own, contact.key) !== this.#bucket) return;
    const { heard } = this.#rangeOf(contact.key);
    if (heard.length >= HEARD) return;
    for (const { key } of heard) if (equalBytes(key, contact.key)) return;
    if (!this.#asked.has(contact.id) && this.#isEligible(contact)) heard.push(contact);
  }

  get #hasMore(): boolean {
    return this.#taken < this.#k && this.#requestsLeft > 0 && this.#ranges.some(isOpen);
  }

  /** The sub-range that is found by going into the emptier half each time, of those that fit. */
  #emptiest(isFit: (range: SubRange) => boolean): SubRange | undefined {
    if (!this.#ranges.some(isFit)) return undefined;
    const chance = this.#randomBytes(1)[0] as number;
    let begin = 0;
    let length = this.#ranges.length;
    for (let level = 0; length > 1; level++) {
      length /= 2;
      const middle = begin + length;
      const isLowEmptier =
        this.#takenIn(begin, length) - this.#takenIn(middle, length) < ((chance >> level) & 1);
      const isLow =
        !this.#hasFit(isFit, middle, length) || (isLowEmptier && this.#hasFit(isFit, begin, length));
      if (!isLow) begin = middle;
    }
    return this.#ranges[begin];
  }

  #takenIn(begin: number, length: number): number {
    let taken = 0;
    for (let place = begin; place < begin + length; place++) taken += (this.#ranges[place] as SubRange).taken;
    return taken;
  }

  #hasFit(isFit: (range: SubRange) => boolean, begin: number, length: number): boolean {
    for (let place = begin; place < begin + length; place++)
      if (isFit(this.#ranges[place] as SubRange)) return true;
    return false;
  }

  #rangeOf(key: Key): SubRange {
    return this.#ranges[this.#placeOf(key)] as SubRange;
  }

  #placeOf(key: Key): number {
    let place = 0;
    for (let bit = 1; bit <= this.#bits; bit++) place = 2 * place + bitAt(key, this.#bucket - bit);
    return place;
  }

  #targetIn(place: number): Key {
    const target = keyInBucket(this.#own, this.#bucket, this.#randomBytes(keyBytes));
    for (let bit = 1; bit <= this.#bits; bit++) {
      const index = this.#bucket - bit;
      const byte = keyBytes - 1 - (index >> 3);
      if (bitAt(target, index) !== ((place >> (this.#bits - bit)) & 1))
        target[byte] = (target[byte] as number) ^ (1 << (index & 7));
    }
    return target;
  }

  /** Of the sub-ranges all of which is closer to the one at `from` than the one at `to` is. */
  #soughtWithin(from: number, to: number): void {
    for (const range of this.#ranges) if ((range.place ^ from) < (to ^ from)) range.sought++;
  }
}

/** Somebody is named for it. */
function isNamed({ heard }: SubRange): boolean {
  return heard.length > 0;
}

/** Nobody has been asked enough whether anybody is there. */
function isUnsought({ heard, sought }: SubRange): boolean {
  return heard.length === 0 && sought < SOUGHT;
}

/** The same two, of those without an entry. */
function isNamedAlone(range: SubRange): boolean {
  return range.taken === 0 && isNamed(range);
}

function isUnknown(range: SubRange): boolean {
  return range.taken === 0 && isUnsought(range);
}

function isOpen(range: SubRange): boolean {
  return isNamed(range) || isUnsought(range);
}
