// The table and what keeps it true: liveness checks, replacements, quarantine, refresh.

import { Filler } from '#filler';
import { Hints } from '#hints';
import type { Runtime } from '../contracts/runtime.js';
import { DisgoverError } from '../errors.js';
import { equalBytes } from '../id/bytes.js';
import { closestOf } from '../id/closest-list.js';
import { bytesOfContactId, type ContactId } from '../id/contact-id.js';
import { bucketIndex } from '../id/distance.js';
import { type Key, keyOf } from '../id/key.js';
import { limits } from '../limits.js';
import type { Alarm, Alarms } from '../runtime/alarms.js';
import { jittered } from '../runtime/random.js';
import { wasNotDialled } from '../session/dial-policy.js';
import { haveSameAddresses } from '../wire/addresses.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import { healthReport, type RoutingHealth } from './health-report.js';
import { NetworkSize } from './network-size.js';
import { Quarantine } from './quarantine.js';
import { isWithin, type Reach } from './reach.js';
import { Refresh } from './refresh.js';
import { Replacements } from './replacements.js';
import { RoutingTable, type RoutingTableOptions } from './routing-table.js';
import { Verifier } from './verifier.js';

/** Of the table, how many a walk asks at once; beyond alpha, it does not matter who is first. */
const FIRST_ASKED = 3;
/** Failures in a row that cost an entry its place. */
const FAILURES_ALLOWED = 2;
/** Who answered within this is not asked again, whoever would have its place. */
const FRESH_MS = 60_000;
/** Between two looks at what is stale. */
const TICK_MS = 60_000;
/** A bucket that no lookup walked to for so long is walked to, and a node that did not answer for so long is asked. */
const STALE_MS = 900_000;

/** What else says that nobody was asked. */
const OURS: ReadonlySet<string> = new Set(['ERR_BUSY', 'ERR_CLOSED']);

export interface RoutingDependencies extends RoutingTableOptions {
  readonly runtime: Runtime;
  readonly alarms: Alarms;
  /** For nodes that have no place in the table. */
  readonly hintBytes: number;
  /** Asks a node whether it is there, at its address. Rejects when it is not. */
  readonly ping: (contact: EncodedContact) => Promise<unknown>;
  /** Asks whether the contact's id answers at the contact's address, over a link of its own. Rejects when it does not. */
  readonly pingAddress: (contact: EncodedContact) => Promise<unknown>;
  /** Asks a node for those closest to a key. Rejects when it does not answer. */
  readonly findNode: (contact: EncodedContact, target: Key) => Promise<readonly EncodedContact[]>;
  /** Walks to our own key, for the sake of whom it meets. Does not reject. */
  readonly walkHome: () => Promise<unknown>;
  readonly onAdded: (contact: EncodedContact) => void;
  readonly onRemoved: (contact: EncodedContact) => void;
}

export class Routing {
  readonly #deps: RoutingDependencies;
  readonly #table: RoutingTable;
  readonly #replacements: Replacements;
  readonly #hints: Hints;
  readonly #quarantine = new Quarantine();
  /** Of entries, and of those that may take their place. */
  readonly #checks: Verifier;
  /** Of what others say of themselves, who must not keep us from the former. */
  readonly #claims: Verifier;
  readonly #refresh: Refresh;
  readonly #filler: Filler;
  readonly #networkSize: NetworkSize;
  // Bounded by limits.verifications.
  readonly #contested = new Set<ContactId>();
  #tick: Alarm | undefined;
  /** When whom we did not ask on our way home may be asked again. */
  #walkAgainAt: number | undefined;
  #isRefreshing = false;
  #isClosed = false;

  constructor(deps: RoutingDependencies) {
    this.#deps = deps;
    this.#table = new RoutingTable(deps);
    this.#replacements = new Replacements(deps.own);
    this.#hints = new Hints(deps.hintBytes);
    this.#refresh = new Refresh(deps.own);
    this.#networkSize = new NetworkSize({
      ...deps,
      now: () => deps.runtime.now(),
      closest: () => this.closest(deps.own, deps.k).map(({ key }) => key),
    });
    const verifier = (atOnce: number) =>
      new Verifier({
        now: () => deps.runtime.now(),
        alarms: deps.alarms,
        atOnce,
        check: (contact) => this.#check(contact),
      });
    this.#checks = verifier(limits.checksAtOnce);
    this.#claims = verifier(limits.claimsAtOnce);
    this.#filler = new Filler({
      ...deps,
      table: this.#table,
      due: () => this.#due(),
      onFilled: (bucket) => this.#refresh.filled(bucket, deps.runtime.now()),
      isHeldBack: (contact) => this.isQuarantined(contact.id, contact),
      isEligible: (contact) =>
        this.#table.at(contact.key) === undefined &&
        !this.isQuarantined(contact.id, contact) &&
        deps.isDialable(contact),
    });
  }

  get size(): number {
    return this.#table.size;
  }

  /** How many nodes there are in all, about. */
  get networkSize(): number {
    return this.#networkSize.size;
  }

  /** A node proved who it is and where: it answered at the address in its contact. */
  add(contact: EncodedContact): void {
    if (this.#isClosed || !this.#deps.isDialable(contact)) return;
    this.#quarantine.clear(contact.id);
    const outcome = this.#table.add(contact, this.#deps.runtime.now());
    if (outcome.type === 'added') this.#deps.onAdded(contact);
    // A live old entry is never evicted for a new one: whether it lives is asked, and the newcomer waits.
    if (outcome.type === 'full') {
      this.#replacements.add(contact);
      this.#hints.answered(contact, this.#deps.runtime.now());
      if (!this.#isFresh(outcome.oldest)) this.#checks.add(outcome.oldest);
    } else this.#hints.forget(contact.key);
    if (outcome.type === 'kept') void this.#contest(outcome.incumbent, contact);
    this.#tick ??= this.#setTick();
  }

  /**
   * A node named itself, or was named by the application: it is asked at its address before it is believed. Not one that has answered there a
   * moment ago, or waits for a place since it did: it may dial us to verify ours, and would be dialled for that in turn, without end.
   */
  verify(contact: EncodedContact): void {
    if (this.#isClosed || !this.#deps.isDialable(contact)) return;
    const isKnown = this.known(contact)?.equals(contact) && this.#isFresh(contact);
    const hasToWait = !this.#hasRoomFor(contact.key) && this.#replacements.has(contact);
    if (!isKnown && !hasToWait) this.#claims.add(contact);
  }

  get(id: ContactId): EncodedContact | undefined {
    return this.#table.get(id)?.contact;
  }

  /** What the table has of the contact's node. Unlike `get` it needs no digest, for the contact remembers its own. */
  known({ key }: EncodedContact): EncodedContact | undefined {
    return this.#table.at(key)?.contact;
  }

  /** Whether the table has the node under another address. */
  isElsewhere(contact: EncodedContact): boolean {
    const known = this.known(contact);
    return known !== undefined && !haveSameAddresses(known, contact);
  }

  /** A node that was asked has named these: where a walk of our own may start from, and nothing more. */
  heard(contacts: readonly EncodedContact[], { key: teller }: EncodedContact): void {
    const { own, runtime, hintBytes } = this.#deps;
    if (hintBytes === 0 || this.#isClosed) return;
    const now = runtime.now();
    for (const contact of contacts)
      if (!equalBytes(contact.key, own)) this.#hints.heard(contact, teller, now);
  }

  /** A node has answered a request. */
  answered(contact: EncodedContact): void {
    if (!this.#isClosed) this.#table.touch(contact, this.#deps.runtime.now());
  }

  /**
   * A node did not answer. `asked`: the contact it was asked by; at another address than ours it does not count against ours. `askedAt`:
   * what was in flight together fails together, and is one failure.
   */
  failed(
    id: ContactId,
    asked: EncodedContact | undefined = this.get(id),
    askedAt = this.#deps.runtime.now(),
  ): void {
    if (this.#isClosed) return;
    const now = this.#deps.runtime.now();
    this.#quarantine.strike(id, now, asked);
    if (asked !== undefined) this.#hints.forget(asked.key);
    const entry = asked === undefined ? undefined : this.#table.at(asked.key);
    if (entry === undefined || asked === undefined || this.isElsewhere(asked)) return;
    if (entry.failures > 0 && askedAt < entry.failedAt) return;
    entry.failedAt = now;
    entry.failures++;
    if (entry.failures >= FAILURES_ALLOWED) this.remove(id);
    else this.#checks.add(entry.contact);
  }

  /** This node may not, or cannot, dial the contact: nothing is known against it, and nobody else is sent there by us. */
  denied(contact: EncodedContact): void {
    this.#hints.forget(contact.key);
    if (this.known(contact)?.equals(contact)) this.remove(contact.id);
  }

  /** Takes the node out of the table; one that waits for its place is asked to fill it. */
  remove(id: ContactId): void {
    const entry = this.#table.get(id);
    if (entry === undefined) return;
    this.#table.remove(entry.key);
    this.#deps.onRemoved(entry.contact);
    this.#promote(entry.key);
  }

  /** The application says that the contact does not work. */
  unreachable(id: ContactId): void {
    this.#hints.forget(keyOf(bytesOfContactId(id)));
    this.#quarantine.strike(id, this.#deps.runtime.now(), this.get(id));
    this.remove(id);
  }

  /** Whether a node failed a short while ago. `contact`: whether by this one; what others say of it may still be true. */
  isQuarantined(id: ContactId, contact?: EncodedContact): boolean {
    const now = this.#deps.runtime.now();
    return contact === undefined
      ? this.#quarantine.holds(id, now)
      : this.#quarantine.holdsContact(contact, now);
  }

  /** The verified nodes closest to a key, closest first: what others are told. `reach`: of those that they can dial. */
  closest(target: Key, count: number, reach?: Reach): readonly EncodedContact[] {
    return this.#table.closest(target, count, { reach }).map(({ contact }) => contact);
  }

  /** Whether nodes are known that who has the reach cannot dial. */
  isBeyond(reach: Reach): boolean {
    return this.#table.isBeyond(reach);
  }

  /** Where a walk of our own starts: the same with a few hints, and the doubtful when there is nobody else. */
  start(target: Key, count: number, reach?: Reach): readonly EncodedContact[] {
    const sure = this.closest(target, count, reach);
    if (sure.length === 0)
      return this.#table.closest(target, count, { doubtful: true, reach }).map(({ contact }) => contact);
    const hints = this.#hintsFor(target, sure, reach);
    return hints.length === 0 ? sure : closestOf(target, [...hints, ...sure], count + hints.length);
  }

  /** Only such as are closer than whom a walk asks first anyway: whatever a hint is worth, those have answered. */
  #hintsFor(
    target: Key,
    sure: readonly EncodedContact[],
    reach: Reach | undefined,
  ): readonly EncodedContact[] {
    const now = this.#deps.runtime.now();
    const bar = sure[FIRST_ASKED - 1]?.key;
    return this.#hints
      .closest(target, limits.hintsAWalk, now, bar)
      .filter((contact) => !this.#quarantine.holdsContact(contact, now))
      .filter((contact) => reach === undefined || isWithin(reach, contact));
  }

  /** A lookup has walked towards `target`: its bucket is fresh. */
  walked(target: Key): void {
    this.#refresh.walked(target, this.#deps.runtime.now());
  }

  /** We are known again: what was found for the buckets while nobody answered says nothing, and our neighbours may have been passed over. */
  joined(): Promise<void> {
    this.#refresh.forgetFilled();
    this.#walkAgainAt = this.#quarantine.lastUntil(this.#deps.runtime.now());
    return this.refresh();
  }

  /** Walks home, if nobody did for 15 minutes, and begins to fill the buckets that have room and were not walked to for as long. */
  async refresh(): Promise<void> {
    if (this.#isRefreshing || this.#isClosed || this.size === 0) return;
    this.#isRefreshing = true;
    try {
      const now = this.#deps.runtime.now();
      const isDue = now >= (this.#walkAgainAt ?? Number.POSITIVE_INFINITY);
      if (isDue) this.#walkAgainAt = undefined;
      if (isDue || this.#refresh.isHomeStale(now, STALE_MS)) await this.#deps.walkHome();
    } finally {
      this.#isRefreshing = false;
    }
    if (!this.#isClosed && this.#due().length > 0) this.#filler.start();
  }

  health(): RoutingHealth {
    return healthReport(this.#table, this.#deps.own, this.#refresh, this.#deps.runtime.now());
  }

  /** How much each collection holds. */
  sizes(): {
    readonly table: number;
    readonly replacements: number;
    readonly quarantine: number;
    readonly verifications: number;
    readonly hints: number;
  } {
    return {
      table: this.#table.size,
      replacements: this.#replacements.size,
      quarantine: this.#quarantine.size,
      verifications: this.#checks.size + this.#claims.size,
      hints: this.#hints.size,
    };
  }

  /** How many hints the budget is for. */
  get mostHints(): number {
    return this.#hints.most;
  }

  *contacts(): Iterable<EncodedContact> {
    for (const { contact } of this.#table.entries()) yield contact;
  }

  close(): void {
    this.#isClosed = true;
    this.#tick?.cancel();
    this.#filler.close();
    this.#checks.close();
    this.#claims.close();
  }

  /** Whether it answered a moment ago. A crowd that joins through this node would have it asked without end. */
  #isFresh({ key }: EncodedContact): boolean {
    const entry = this.#table.at(key);
    return entry !== undefined && entry.verifiedAt > this.#deps.runtime.now() - FRESH_MS;
  }

  /** The arbiter prefers another contact of the same node: so it is, as long as the node answers there. */
  async #contest(incumbent: EncodedContact, newcomer: EncodedContact): Promise<void> {
    const { id } = incumbent;
    if (this.#contested.has(id) || this.#contested.size >= limits.verifications) return;
    this.#contested.add(id);
    try {
      await this.#deps.pingAddress(incumbent);
    } catch (fault) {
      if (this.#isClosed || isOurs(fault)) return;
      this.remove(id);
      this.add(newcomer);
    } finally {
      this.#contested.delete(id);
    }
  }

  /** An entry may answer over any session. A claim must hold at its own address, though the id is known elsewhere. */
  async #check(contact: EncodedContact): Promise<boolean> {
    const isEntry = this.known(contact)?.equals(contact) === true;
    try {
      await (isEntry ? this.#deps.ping(contact) : this.#deps.pingAddress(contact));
      this.add(contact);
      return true;
    } catch (fault) {
      // Who pinged an entry has counted the failure.
      if (isEntry) return false;
      if (!isOurs(fault)) this.#quarantine.strike(contact.id, this.#deps.runtime.now(), contact);
      this.#promote(contact.key);
      return false;
    }
  }

  /** The newest that waits at the bucket of `key` is asked, if there is a place for it. */
  #promote(key: Key): void {
    const bucket = bucketIndex(this.#deps.own, key);
    if (this.#isClosed || bucket === undefined || !this.#hasRoomFor(key)) return;
    const replacement = this.#replacements.take(key);
    if (replacement === undefined) this.#refresh.lost(bucket);
    else this.#checks.add(replacement);
  }

  #hasRoomFor(key: Key): boolean {
    const bucket = bucketIndex(this.#deps.own, key);
    return bucket !== undefined && this.#table.sizeOf(bucket) < this.#deps.k;
  }

  /** Furthest first. */
  #due(): readonly number[] {
    const nearest = this.#table.bucketOfNearest(this.#deps.k);
    return nearest === undefined ? [] : this.#refresh.stale(nearest, this.#deps.runtime.now(), STALE_MS);
  }

  /** Once a minute: walks where nobody walked, and asks who did not answer for long, as many as the verifier takes. */
  #setTick(): Alarm {
    return this.#deps.alarms.after(jittered(this.#deps.runtime, TICK_MS, 0.2), () => {
      this.#tick = this.#isClosed ? undefined : this.#setTick();
      void this.refresh();
      const longAgo = this.#deps.runtime.now() - STALE_MS;
      for (const { contact, verifiedAt } of this.#table.entries()) {
        if (verifiedAt < longAgo) this.#checks.add(contact);
      }
    });
  }
}

/** That we cannot ask now, or never could, says nothing of the node. */
function isOurs(fault: unknown): boolean {
  return fault instanceof DisgoverError && (wasNotDialled(fault) || OURS.has(fault.code));
}
