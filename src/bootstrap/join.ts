// From the first seed to a table, and on from there: asks the seeds, walks to ourselves so that our neighbours know us, and meets the
// other seeds too, so that two networks which one node was told of become one. Seeds that fail are asked again, joined or not.

import type { Runtime } from '../contracts/runtime.js';
import { asDisgoverError, type DisgoverError } from '../errors.js';
import type { ContactId } from '../id/contact-id.js';
import { limits } from '../limits.js';
import { type Abortable, abortable } from '../runtime/abort.js';
import type { Alarm, Alarms } from '../runtime/alarms.js';
import { randomFraction } from '../runtime/random.js';
import type { DialTarget } from '../session/dialler.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import type { JoinState } from './report.js';
import { FIRST_RETRY_MS, retryMs } from './retry.js';
import { type KnownSeed, type Namer, SeedList } from './seed-list.js';

/** What a seed says: who it is, and the nodes closest to us. */
export interface SeedAnswer {
  readonly id: ContactId | undefined;
  readonly named: readonly EncodedContact[];
}

export interface JoinDependencies {
  readonly runtime: Runtime;
  readonly alarms: Alarms;
  /** How many nodes the group begins with, this one included. Absent: however many there are. */
  readonly expected: number | undefined;
  /** Rejects when the seed does not answer. */
  readonly ask: (seed: DialTarget) => Promise<SeedAnswer>;
  /** Walks towards our own key, from those that a seed has named. Does not reject. */
  readonly walkHome: (named: readonly EncodedContact[]) => Promise<unknown>;
  readonly hasNodes: () => boolean;
  /** Whether the table has the seed's node. `id`: of who answered there, once somebody has. */
  readonly isKnown: (seed: DialTarget, id: ContactId | undefined) => boolean;
  /** Whether one of them is a neighbour of ours that we have not met. */
  readonly isNews: (named: readonly EncodedContact[]) => boolean;
  /** Sources of seeds that have said nothing yet, and whether all is well with those that have. */
  readonly sources: () => { readonly waitedFor: number; readonly areWell: boolean };
  readonly onState: (state: JoinState) => void;
  /** Another part of the network has been met. */
  readonly onMerged: () => void;
  readonly onSeedFailed: (seed: DialTarget, fault: DisgoverError) => void;
}

/** Who names several seeds is one of many, which may all start now: each waits for a part of this, or of as long as a seed needs for all of them. */
const START_MS = 300;
const START_MS_A_NODE = 120;
const LONGEST_START_MS = 12_000;
/** Once joined there is no hurry: the other seeds are met within this, so that a crowd does not meet them together. */
const SPREAD_MS = 10_000;
/** A seed that answered and has no place in our table is asked again after this, or up to twice as much. */
const REVISIT_MS = 900_000;

export class Join {
  readonly #deps: JoinDependencies;
  readonly #seeds = new SeedList();
  #state: JoinState = 'joining';
  #round: { readonly over: Promise<void>; readonly end: () => void; readonly until: number } | undefined;
  #walk: Promise<unknown> | undefined;
  #hasWalked = false;
  #wasJoined = false;
  #changedAt: number;
  /** The seed that was asked last goes alone until then. */
  #headStartUntil = 0;
  #turnAlarm: Alarm | undefined;
  #settleAlarm: Alarm | undefined;
  #lastFault: DisgoverError | undefined;
  #isStarted = false;
  #isClosed = false;

  constructor(deps: JoinDependencies) {
    this.#deps = deps;
    this.#changedAt = this.#now;
  }

  get state(): JoinState {
    return this.#state;
  }

  /** Why the last seed that failed did. */
  get lastFault(): DisgoverError | undefined {
    return this.#lastFault;
  }

  get seeds(): SeedList {
    return this.#seeds;
  }

  /** The seeds as `by` names them now. Who is joined goes on as it is; who is not asks new ones at once. */
  offer(by: Namer, targets: readonly DialTarget[]): void {
    if (this.#isClosed) return;
    const nextAt = this.#deps.hasNodes() ? this.#soon(SPREAD_MS) : this.#now;
    if (this.#seeds.offer(by, targets, nextAt)) this.#changedAt = this.#now;
    this.#turn();
  }

  /** Asks the seeds now, unless that is under way. Resolves when one has answered and home was walked to, or when none did. */
  async join(signal?: Abortable): Promise<void> {
    if (this.#isClosed) return;
    if (this.#round === undefined) {
      this.#round = newRound(this.#now + limits.handshakeMs);
      for (const seed of this.#seeds.others) seed.nextAt = Math.min(seed.nextAt, this.#now);
      if (!this.#isStarted) this.#headStartUntil = this.#soon(this.#startMs);
      this.#isStarted = true;
      this.#turn();
    }
    await abortable(this.#round?.over ?? Promise.resolve(), signal);
  }

  /** Asks all seeds beside each other, and waits for each. */
  async askAll(signal?: Abortable): Promise<void> {
    await abortable(Promise.all(this.#seeds.others.map((seed) => this.#ask(seed))), signal);
  }

  /** What is known of sources has changed. */
  onSource(): void {
    this.#settle();
  }

  /** A node has entered the table, by whatever way. */
  onNode(): void {
    this.#settle();
  }

  /** A node has left the table. */
  onNodeGone(id: ContactId): void {
    if (this.#isClosed) return;
    const isAlone = !this.#deps.hasNodes();
    if (isAlone) this.#hasWalked = false;
    // Full jitter, so that a thousand nodes that lost one seed do not come back together.
    const retryAt = FIRST_RETRY_MS / 2 + this.#soon(FIRST_RETRY_MS);
    for (const seed of this.#seeds.others)
      if (isAlone || seed.id === id) seed.nextAt = Math.min(seed.nextAt, retryAt);
    this.#turn();
  }

  close(): void {
    this.#isClosed = true;
    this.#turnAlarm?.cancel();
    this.#settleAlarm?.cancel();
    this.#endRound();
  }

  get #now(): number {
    return this.#deps.runtime.now();
  }

  get #startMs(): number {
    const { expected } = this.#deps;
    if (expected !== undefined) return Math.min(expected * START_MS_A_NODE, LONGEST_START_MS);
    return this.#seeds.others.length > 1 ? START_MS : 0;
  }

  #soon(ms: number): number {
    return this.#now + randomFraction(this.#deps.runtime) * ms;
  }

  /** Asks who is due, one at a time while there is hope that the last one answers. */
  #turn(): void {
    this.#turnAlarm?.cancel();
    for (;;) {
      const seed = this.#isClosed || !this.#isStarted ? undefined : this.#seeds.next(this.#now);
      if (seed === undefined) break;
      const at = Math.max(seed.nextAt, this.#headStartUntil);
      if (at > this.#now) {
        this.#turnAlarm = this.#deps.alarms.at(at, () => this.#turn());
        break;
      }
      if (this.#deps.isKnown(seed.target, seed.id)) {
        seed.nextAt = this.#soon(REVISIT_MS) + REVISIT_MS;
        continue;
      }
      this.#headStartUntil = this.#now + limits.dialHeadStartMs;
      void this.#ask(seed);
    }
    this.#settle();
  }

  async #ask(seed: KnownSeed): Promise<void> {
    seed.isAsked = true;
    seed.triedAt = this.#now;
    try {
      const { id, named } = await this.#deps.ask(seed.target);
      seed.id = id;
      seed.fault = undefined;
      seed.failures = 0;
      await this.#walkHome(named);
      seed.nextAt = this.#deps.hasNodes() ? this.#soon(REVISIT_MS) + REVISIT_MS : this.#retryAt(seed);
    } catch (fault) {
      this.#failed(seed, asDisgoverError(fault));
    }
    seed.isAsked = false;
    this.#headStartUntil = 0;
    this.#turn();
  }

  /** Once; and again where a seed turns out to know others than we have met. */
  async #walkHome(named: readonly EncodedContact[]): Promise<void> {
    while (this.#walk !== undefined) await this.#walk;
    const isFirst = !this.#hasWalked;
    if (this.#isClosed || !this.#deps.hasNodes() || !(isFirst || this.#deps.isNews(named))) return;
    this.#hasWalked = true;
    if (isFirst) this.#spread();
    this.#walk = this.#deps.walkHome(named);
    await this.#walk;
    this.#walk = undefined;
    if (!isFirst) this.#deps.onMerged();
  }

  #failed(seed: KnownSeed, fault: DisgoverError): void {
    if (this.#isClosed) return;
    const isKnownFault = seed.fault?.code === fault.code && this.#state === 'joined';
    this.#lastFault = fault;
    seed.fault = fault;
    seed.isSelf = fault.code === 'ERR_SELF_CONNECT';
    seed.nextAt = this.#retryAt(seed);
    if (!isKnownFault) this.#deps.onSeedFailed(seed.target, fault);
  }

  #retryAt(seed: KnownSeed): number {
    return this.#now + retryMs(this.#deps.runtime, ++seed.failures);
  }

  /** What the state is now, and whether who waits for it need wait no longer. */
  #settle(): void {
    if (this.#isClosed || !this.#isStarted) return;
    this.#settleAlarm?.cancel();
    if (this.#deps.hasNodes()) {
      // Our own seed has come into the table as it answered: home is walked to first.
      if (this.#walk !== undefined && !this.#wasJoined) return;
      const asked = this.#seeds.others.filter(({ isAsked }) => isAsked);
      const patientUntil = Math.max(0, ...asked.map(({ triedAt = 0 }) => triedAt + limits.dialHeadStartMs));
      if (!this.#hasWalked && patientUntil > this.#now) return this.#settleAt(patientUntil);
      return this.#joined();
    }
    if (this.#round !== undefined) {
      if (this.#isUndecided(this.#round.until)) return;
      this.#endRound();
    }
    this.#set(this.#stateWithoutNodes());
  }

  #isUndecided(until: number): boolean {
    const { others } = this.#seeds;
    if (others.some(({ isAsked, nextAt }) => isAsked || nextAt <= this.#now)) return true;
    if (this.#deps.sources().waitedFor === 0 || until <= this.#now) return false;
    this.#settleAt(until);
    return true;
  }

  #joined(): void {
    if (this.#state !== 'joined') this.#spread();
    this.#wasJoined = true;
    this.#set('joined');
    this.#endRound();
  }

  /** There is no hurry any more with those that were not asked yet. */
  #spread(): void {
    for (const seed of this.#seeds.others)
      if (seed.triedAt === undefined) seed.nextAt = this.#soon(SPREAD_MS);
  }

  /** A group of one is founded by who need not wait for others, or has waited for as many as are to come. */
  #stateWithoutNodes(): JoinState {
    const { expected, sources } = this.#deps;
    const { others } = this.#seeds;
    const { waitedFor, areWell } = sources();
    if (expected === undefined || this.#wasJoined)
      return others.length === 0 && waitedFor === 0 && areWell ? 'alone' : 'isolated';
    // Who asks for a group of one, and names nobody else, has it at once.
    const isOne = expected === 1 && others.length === 0;
    const stableAt = isOne ? this.#now : this.#changedAt + limits.seedsStableMs;
    if (others.length + 1 < expected) return 'joining';
    if (stableAt <= this.#now) return others.every(({ failures }) => failures > 0) ? 'alone' : 'joining';
    this.#settleAt(stableAt);
    return 'joining';
  }

  #settleAt(at: number): void {
    this.#settleAlarm = this.#deps.alarms.at(at, () => this.#settle());
  }

  #endRound(): void {
    this.#round?.end();
    this.#round = undefined;
  }

  #set(state: JoinState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#deps.onState(state);
  }
}

function newRound(until: number) {
  let end = () => {};
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { over, end, until };
}
