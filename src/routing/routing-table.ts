// The nodes we know, each proved by a session: k-bucket's tree, with our order and our arbiter.

import KBucket from 'k-bucket';
import { closestOf } from '../id/closest-list.js';
import { bytesOfContactId, type ContactId } from '../id/contact-id.js';
import { bucketIndex } from '../id/distance.js';
import { type Key, keyOf } from '../id/key.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import { isWithin, KindCounts, type Reach } from './reach.js';

export interface TableEntry {
  readonly key: Key;
  readonly contact: EncodedContact;
  /** When the node last answered. */
  verifiedAt: number;
  /** Requests in a row that it has not answered. */
  failures: number;
}

interface Stored extends TableEntry {
  // What k-bucket asks of its entries.
  readonly id: Uint8Array;
  readonly vectorClock: number;
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

/** Entries beyond those wanted that k-bucket is asked for: what it may cut wrongly, and the doubtful ones. */
const SPARE = 4;

/**
 * k-bucket's distance is a double, and what it leaves out may be as far, as doubles, as the last that it gives: only what is
 * closer than that one is surely all there is. It is then sorted exactly, and cut here.
 */
function isCloserAsDouble(target: Key, a: Stored | undefined, b: Stored | undefined): boolean {
  return (
    a !== undefined && b !== undefined && KBucket.distance(target, a.id) < KBucket.distance(target, b.id)
  );
}

export class RoutingTable {
  readonly #own: Key;
  readonly #arbitrate: RoutingTableOptions['arbitrate'];
  readonly #isDialable: RoutingTableOptions['isDialable'];
  readonly #kinds = new KindCounts();
  // At most k entries in each of at most 256 buckets.
  readonly #tree: KBucket<Stored>;
  #size = 0;
  #oldestOfFull: Stored | undefined;

  constructor({ own, k, arbitrate, isDialable }: RoutingTableOptions) {
    this.#own = own;
    this.#arbitrate = arbitrate;
    this.#isDialable = isDialable;
    this.#tree = new KBucket<Stored>({
      localNodeId: own,
      numberOfNodesPerKBucket: k,
      numberOfNodesToPing: 1,
      // What wins has been decided before an entry is added.
      arbiter: (_incumbent, candidate) => candidate,
    });
    this.#tree.on('ping', ([oldest]: Stored[]) => {
      this.#oldestOfFull = oldest;
    });
  }

  get size(): number {
    return this.#size;
  }

  /** Adds, updates or freshens the entry of a node that has just proved itself. */
  add(contact: EncodedContact, now: number): AddOutcome {
    const { key } = contact;
    if (bucketIndex(this.#own, key) === undefined) return { type: 'own' };
    const stored = this.#tree.get(key);
    if (stored !== null) return this.#meet(stored, contact, now);
    const accepted = this.#dialable(this.#arbitrate(undefined, contact), contact);
    this.#oldestOfFull = undefined;
    this.#tree.add({ id: key, key, vectorClock: 0, contact: accepted, verifiedAt: now, failures: 0 });
    const full = this.#oldestOfFull as Stored | undefined;
    if (full !== undefined) return { type: 'full', oldest: full.contact };
    this.#size++;
    this.#kinds.add(accepted);
    return { type: 'added' };
  }

  /** The node has answered: its entry is fresh. */
  touch(contact: EncodedContact, now: number): void {
    const stored = this.#tree.get(contact.key);
    if (stored?.contact.equals(contact)) this.#meet(stored, contact, now);
  }

  get(id: ContactId): TableEntry | undefined {
    return this.#tree.get(keyOf(bytesOfContactId(id))) ?? undefined;
  }

  remove(key: Key): boolean {
    const stored = this.#tree.get(key);
    if (stored === null) return false;
    this.#tree.remove(key);
    this.#kinds.remove(stored.contact);
    this.#size--;
    return true;
  }

  /** The `count` entries closest to a key, closest first. */
  closest(
    target: Key,
    count: number,
    { doubtful = false, reach }: ClosestOptions = {},
  ): readonly TableEntry[] {
    if (this.#size === 0) return [];
    const chosen = reach === undefined || this.#kinds.areAllWithin(reach) ? undefined : reach;
    const isFit = ({ failures, contact }: Stored) =>
      (doubtful || failures === 0) && (chosen === undefined || isWithin(chosen, contact));
    for (let wanted = count + SPARE; ; wanted *= 4) {
      const near = this.#tree.closest(target, Math.min(wanted, this.#size));
      const fit = near.filter(isFit);
      const isSure = fit.length >= count && isCloserAsDouble(target, fit[count - 1], near.at(-1));
      if (isSure || near.length === this.#size) return closestOf(target, fit, count);
    }
  }

  /** Whether there are entries that cannot be dialled by who has the reach. */
  isBeyond(reach: Reach): boolean {
    return !this.#kinds.areAllWithin(reach);
  }

  /** Entries in a bucket. */
  sizeOf(bucket: number): number {
    let size = 0;
    for (const { key } of this.#tree.toArray()) if (bucketIndex(this.#own, key) === bucket) size++;
    return size;
  }

  *entries(): Iterable<TableEntry> {
    yield* this.#tree.toArray();
  }

  #meet(stored: Stored, contact: EncodedContact, now: number): AddOutcome {
    if (stored.contact.equals(contact)) {
      stored.verifiedAt = now;
      stored.failures = 0;
      // Only the stored object itself moves to the fresh end of its bucket.
      this.#tree.add(stored);
      return { type: 'touched' };
    }
    const winner = this.#arbitrate(stored.contact, contact);
    if (winner === stored.contact) return { type: 'kept', incumbent: winner };
    const accepted = this.#dialable(winner, contact);
    this.#kinds.remove(stored.contact);
    this.#kinds.add(accepted);
    this.#tree.add({ ...stored, contact: accepted, verifiedAt: now, failures: 0 });
    return { type: 'updated' };
  }

  /** A merged contact that cannot be dialled is good data about a set, and no node: the one that has proved itself stays. */
  #dialable(winner: EncodedContact, proved: EncodedContact): EncodedContact {
    return this.#isDialable(winner) ? winner : proved;
  }
}
