// The nodes we know, each proved by a session: a bucket for each number of first bits that a key shares with ours, and at most k
// nodes in each (Maymounkov, Mazières 2002, §2.2 and 2.4).

import { equalBytes } from '../id/bytes.js';
import { bytesOfContactId, type ContactId } from '../id/contact-id.js';
import { bitAt, bucketIndex, compareDistance } from '../id/distance.js';
import { type Key, keyOf } from '../id/key.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import { isWithin, KindCounts, type Reach } from './reach.js';

export interface TableEntry {
  readonly key: Key;
  contact: EncodedContact;
  /** When the node last answered. */
  verifiedAt: number;
  /** Requests in a row that it has not answered. */
  failures: number;
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
    const entry = { key, contact: accepted, verifiedAt: now, failures: 0 };
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
    const closest: TableEntry[] = [];
    for (const bucket of this.#byDistance(target)) {
      const begin = closest.length;
      if (begin >= count) break;
      for (const entry of bucket) if (isFit(entry)) insert(target, closest, begin, count, entry);
    }
    return closest;
  }

  /** Whether there are entries that cannot be dialled by who has the reach. */
  isBeyond(reach: Reach): boolean {
    return !this.#kinds.areAllWithin(reach);
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
  *#byDistance(target: Key): Iterable<Bucket> {
    const beyond: number[] = [];
    for (const index of this.#indexes) {
      if (bitAt(this.#own, index) === bitAt(target, index)) beyond.push(index);
      else yield this.#buckets.get(index) ?? NONE;
    }
    for (let i = beyond.length - 1; i >= 0; i--) yield this.#buckets.get(beyond[i] as number) ?? NONE;
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

/** Puts the entry in its place among those from `begin` on; what has none among the first `count` is left out. */
function insert(target: Key, sorted: TableEntry[], begin: number, count: number, entry: TableEntry): void {
  let at = sorted.length < count ? sorted.length : count;
  for (; at > begin; at--) {
    const before = sorted[at - 1] as TableEntry;
    if (compareDistance(target, entry.key, before.key) > 0) break;
    if (at < count) sorted[at] = before;
  }
  if (at < count) sorted[at] = entry;
}

/** Where in the bucket the entry of the key is; -1 where it is not. */
function placeIn(bucket: Bucket, key: Key): number {
  return bucket.findIndex((entry) => equalBytes(entry.key, key));
}
