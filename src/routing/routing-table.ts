// The nodes we know, each proved by a session: a bucket for each number of first bits that a key shares with ours, and at most k
// nodes in each (Maymounkov, Mazières 2002, §2.2 and 2.4).

import { equalBytes } from '../id/bytes.js';
import { bytesOfContactId, type ContactId } from '../id/contact-id.js';
import { bitAt, bucketIndex, compareDistance } from '../id/distance.js';
import { type Key, keyOf } from '../id/key.js';
import { prefixOf } from '../id/prefix.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import { isWithin, KindCounts, type Reach } from './reach.js';

export interface TableEntry {
  readonly key: Key;
  /** Of the key. */
  readonly prefix: number;
  contact: EncodedContact;
  /** When the node last answered. */
  verifiedAt: number;
  /** Requests in a row that it has not answered. */
  failures: number;
  /** When the last of them was noticed. */
  failedAt: number;
}

export interface RoutingTableOptions {
  readonly own: Key;
  /** Entries in a bucket. */
  readonly k: number;
  /** What stands, of the contact in the table and one that has just been proved. */
  readonly arbitrate: (incumbent: EncodedContact | undefined, candidate: EncodedContact) => EncodedContact;
  /** Whether the contact has an address that this node can dial: only such are of use here. */
  readonly isDialable: (contact: EncodedContact) => boolean;
}

export interface ClosestOptions {
  /** Also those that left a request unanswered. Default false. */
  readonly doubtful?: boolean;
  /** Only those that can be dialled by who has this reach. Default all. */
  readonly reach?: Reach | undefined;
}

/** `kept`: the arbiter preferred what is there. `full`: no place in the bucket, whose oldest entry is given. */
export type AddOutcome =
  | { readonly type: 'added' | 'updated' | 'touched' | 'own' }
  | { readonly type: 'kept'; readonly incumbent: EncodedContact }
  | { readonly type: 'full'; readonly oldest: EncodedContact };

type Bucket = TableEntry[];

const NONE: Bucket = [];

export class RoutingTable {
  readonly #own: Key;
  readonly #k: number;
  readonly #arbitrate: RoutingTableOptions['arbitrate'];
  readonly #isDialable: RoutingTableOptions['isDialable'];
  readonly #kinds = new KindCounts();
  // By bucket index; at most k entries in each of at most 256 buckets, who answered longest ago first.
  readonly #buckets = new Map<number, Bucket>();
  /** The indexes of buckets that hold something, highest first. */
  #indexes: readonly number[] = [];
  #size = 0;

  constructor({ own, k, arbitrate, isDialable }: RoutingTableOptions) {
    this.#own = own;
    this.#k = k;
    this.#arbitrate = arbitrate;
    this.#isDialable = isDialable;
  }

  get size(): number {
    return this.#size;
  }

  /** Adds, updates or freshens the entry of a node that has just proved itself. */
  add(contact: EncodedContact, now: number): AddOutcome {
    const { key } = contact;
    const index = bucketIndex(this.#own, key);
    if (index === undefined) return { type: 'own' };
    const bucket = this.#buckets.get(index) ?? NONE;
    const at = placeIn(bucket, key);
    if (at >= 0) return this.#meet(bucket, at, contact, now);
    const [oldest] = bucket;
    if (oldest !== undefined && bucket.length >= this.#k) return { type: 'full', oldest: oldest.contact };
    const accepted = this.#dialable(this.#arbitrate(undefined, contact), contact);
    const entry = {
      key,
      prefix: prefixOf(key),
      contact: accepted,
      verifiedAt: now,
      failures: 0,
      failedAt: 0,
    };
    if (oldest === undefined) this.#open(index, entry);
    else bucket.push(entry);
    this.#size++;
    this.#kinds.add(accepted);
    return { type: 'added' };
  }

  /** The node has answered: its entry is fresh. */
  touch(contact: EncodedContact, now: number): void {
    const bucket = this.#bucketOf(contact.key);
    const at = placeIn(bucket, contact.key);
    if (bucket[at]?.contact.equals(contact)) this.#meet(bucket, at, contact, now);
  }

  get(id: ContactId): TableEntry | undefined {
    return this.at(keyOf(bytesOfContactId(id)));
  }

  /** The same for who has the key, which costs no digest. */
  at(key: Key): TableEntry | undefined {
    const bucket = this.#bucketOf(key);
    return bucket[placeIn(bucket, key)];
  }

  remove(key: Key): boolean {
    const bucket = this.#bucketOf(key);
    const at = placeIn(bucket, key);
    const [entry] = at < 0 ? [] : bucket.splice(at, 1);
    if (entry === undefined) return false;
    if (bucket.length === 0) this.#close(key);
    this.#kinds.remove(entry.contact);
    this.#size--;
    return true;
  }

  /** The `count` entries closest to a key, closest first. */
  closest(
    target: Key,
    count: number,
    { doubtful = false, reach }: ClosestOptions = {},
  ): readonly TableEntry[] {
    const chosen = reach === undefined || this.#kinds.areAllWithin(reach) ? undefined : reach;
    const isFit = ({ failures, contact }: TableEntry) =>
      (doubtful || failures === 0) && (chosen === undefined || isWithin(chosen, contact));
    const sorted = new Sorted(target, count);
    for (const bucket of this.#byDistance(target)) {
      if (sorted.isFull) break;
      sorted.begin();
      for (const entry of bucket) if (isFit(entry)) sorted.add(entry);
    }
    return sorted.entries;
  }

  /** Whether there are entries that cannot be dialled by who has the reach. */
  isBeyond(reach: Reach): boolean {
    return !this.#kinds.areAllWithin(reach);
  }

  /** The bucket of the last of the `count` entries closest to our own key, or of the furthest that there is. */
  bucketOfNearest(count: number): number | undefined {
    let left = count;
    for (let at = this.#indexes.length - 1; at > 0; at--) {
      left -= this.sizeOf(this.#indexes[at] as number);
      if (left <= 0) return this.#indexes[at];
    }
    return this.#indexes[0];
  }

  /** Entries in a bucket. */
  sizeOf(bucket: number): number {
    return this.#buckets.get(bucket)?.length ?? 0;
  }

  /** The entries of a bucket, who answered longest ago first. Not a copy: do not change it. */
  entriesOf(bucket: number): readonly TableEntry[] {
    return this.#buckets.get(bucket) ?? NONE;
  }

  *entries(): Iterable<TableEntry> {
    for (const bucket of this.#buckets.values()) yield* bucket;
  }

  /**
   * The buckets, each with all that is closer to the target than whatever is in those after it. Where own key and target differ
   * in the bit of a bucket, its keys agree with the target there, and are closer than all that share more bits with ours; where
   * they agree, it is the other way round.
   */
  #byDistance(target: Key): readonly Bucket[] {
    const nearer: Bucket[] = [];
    const beyond: Bucket[] = [];
    for (const index of this.#indexes) {
      const agrees = bitAt(this.#own, index) === bitAt(target, index);
      (agrees ? beyond : nearer).push(this.#buckets.get(index) ?? NONE);
    }
    return nearer.concat(beyond.reverse());
  }

  #bucketOf(key: Key): Bucket {
    const index = bucketIndex(this.#own, key);
    return (index === undefined ? undefined : this.#buckets.get(index)) ?? NONE;
  }

  #open(index: number, entry: TableEntry): void {
    this.#buckets.set(index, [entry]);
    this.#indexes = [...this.#buckets.keys()].sort((a, b) => b - a);
  }

  #close(key: Key): void {
    const index = bucketIndex(this.#own, key) as number;
    this.#buckets.delete(index);
    this.#indexes = this.#indexes.filter((other) => other !== index);
  }

  #meet(bucket: Bucket, at: number, contact: EncodedContact, now: number): AddOutcome {
    const stored = bucket[at] as TableEntry;
    const isSame = stored.contact.equals(contact);
    const winner = isSame ? stored.contact : this.#arbitrate(stored.contact, contact);
    if (!isSame && winner === stored.contact) return { type: 'kept', incumbent: winner };
    if (!isSame) {
      this.#kinds.remove(stored.contact);
      stored.contact = this.#dialable(winner, contact);
      this.#kinds.add(stored.contact);
    }
    stored.verifiedAt = now;
    stored.failures = 0;
    // To the fresh end.
    bucket.splice(at, 1);
    bucket.push(stored);
    return { type: isSame ? 'touched' : 'updated' };
  }

  /** A merged contact that cannot be dialled is good data about a set, and no node: the one that has proved itself stays. */
  #dialable(winner: EncodedContact, proved: EncodedContact): EncodedContact {
    return this.#isDialable(winner) ? winner : proved;
  }
}

/** The entries closest to a target, bucket after bucket: what is in the next is further than all before. */
class Sorted {
  readonly entries: TableEntry[] = [];
  // By their first bits, which nearly always decide, so that nothing else of an entry is read.
  readonly #distances: number[] = [];
  readonly #target: Key;
  readonly #prefix: number;
  readonly #count: number;
  #begin = 0;

  constructor(target: Key, count: number) {
    this.#target = target;
    this.#prefix = prefixOf(target);
    this.#count = count;
  }

  get isFull(): boolean {
    return this.entries.length >= this.#count;
  }

  /** The entries of another bucket follow. */
  begin(): void {
    this.#begin = this.entries.length;
  }

  add(entry: TableEntry): void {
    const { entries } = this;
    const distance = (entry.prefix ^ this.#prefix) >>> 0;
    let at = entries.length;
    if (at === this.#count) {
      if (!this.#isCloser(entry, distance, at - 1)) return;
      at--;
    }
    for (; at > this.#begin && this.#isCloser(entry, distance, at - 1); at--) {
      entries[at] = entries[at - 1] as TableEntry;
      this.#distances[at] = this.#distances[at - 1] as number;
    }
    entries[at] = entry;
    this.#distances[at] = distance;
  }

  #isCloser(entry: TableEntry, distance: number, than: number): boolean {
    if (than < this.#begin) return false;
    const other = this.#distances[than] as number;
    if (distance !== other) return distance < other;
    return compareDistance(this.#target, entry.key, (this.entries[than] as TableEntry).key) < 0;
  }
}

/** Where in the bucket the entry of the key is; -1 where it is not. */
function placeIn(bucket: Bucket, key: Key): number {
  return bucket.findIndex((entry) => equalBytes(entry.key, key));
}
