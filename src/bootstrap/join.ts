// From the first seed to a table: asks the seeds, walks to ourselves so that our neighbours know us, and tries again for as long
// as we are alone.

import type { Runtime } from '../contracts/runtime.js';
import { asDisgoverError, DisgoverError } from '../errors.js';
import { type Abortable, abortable } from '../runtime/abort.js';
import type { Alarm, Alarms } from '../runtime/alarms.js';
import { randomFraction } from '../runtime/random.js';
import type { DialTarget } from '../session/dialler.js';
import type { EncodedContact } from '../wire/contact-codec.js';

/**
 * `joining`: seeds are being asked. `joined`: a node knows us. `alone`: there are no seeds to ask, and nobody has come.
 * `isolated`: no seed has answered; they are asked again.
 */
export type JoinState = 'joining' | 'joined' | 'alone' | 'isolated';

export interface JoinDependencies {
  readonly runtime: Runtime;
  readonly alarms: Alarms;
  readonly seeds: readonly DialTarget[];
  /** Asks a seed for the nodes closest to us. Rejects when it does not answer. */
  readonly ask: (seed: DialTarget) => Promise<readonly EncodedContact[]>;
  /** Walks towards our own key, from those that a seed has named. Does not reject. */
  readonly walkHome: (named: readonly EncodedContact[]) => Promise<unknown>;
  readonly hasNodes: () => boolean;
  readonly onState: (state: JoinState) => void;
  readonly onSeedFailed: (seed: DialTarget, fault: DisgoverError) => void;
}

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;

export class Join {
  readonly #deps: JoinDependencies;
  #state: JoinState = 'joining';
  #round: Promise<void> | undefined;
  #retryMs = FIRST_RETRY_MS;
  #alarm: Alarm | undefined;
  #lastFault: DisgoverError | undefined;
  #isClosed = false;

  constructor(deps: JoinDependencies) {
    this.#deps = deps;
  }

  get state(): JoinState {
    return this.#state;
  }

  /** Why the last seed that failed did. */
  get lastFault(): DisgoverError | undefined {
    return this.#lastFault;
  }

  /** Asks the seeds now, unless that is under way. Resolves when one has answered and home was walked to, or when none did. */
  async join(signal?: Abortable): Promise<void> {
    if (this.#isClosed) return;
    if (this.#deps.seeds.length === 0) return this.#set(this.#deps.hasNodes() ? 'joined' : 'alone');
    this.#alarm?.cancel();
    this.#round ??= this.#askAll().finally(() => {
      this.#round = undefined;
    });
    await abortable(this.#round, signal);
  }

  /** A node has entered the table, by whatever way. */
  onNode(): void {
    if (this.#round === undefined) this.#set('joined');
  }

  /** The table has become empty. */
  onAlone(): void {
    if (this.#isClosed) return;
    this.#set(this.#deps.seeds.length === 0 ? 'alone' : 'isolated');
    if (this.#deps.seeds.length > 0) this.#retryLater();
  }

  close(): void {
    this.#isClosed = true;
    this.#alarm?.cancel();
  }

  async #askAll(): Promise<void> {
    const asked = this.#deps.seeds.map((seed) => this.#ask(seed));
    let named: readonly EncodedContact[];
    try {
      // The first answer is enough to begin with; the others fill the table as they come.
      named = await Promise.any(asked);
    } catch (failed) {
      if (this.#deps.hasNodes()) return this.#set('joined');
      if (areAllOurselves((failed as AggregateError).errors)) return this.#set('alone');
      this.#set('isolated');
      return this.#retryLater();
    }
    if (this.#deps.hasNodes()) await this.#deps.walkHome(named);
    if (!this.#deps.hasNodes()) {
      this.#set('isolated');
      return this.#retryLater();
    }
    this.#retryMs = FIRST_RETRY_MS;
    this.#set('joined');
  }

  async #ask(seed: DialTarget): Promise<readonly EncodedContact[]> {
    try {
      return await this.#deps.ask(seed);
    } catch (fault) {
      this.#lastFault = asDisgoverError(fault);
      if (!this.#isClosed) this.#deps.onSeedFailed(seed, this.#lastFault);
      throw fault;
    }
  }

  /** Full jitter, so that a thousand nodes that lost one seed do not come back together. */
  #retryLater(): void {
    if (this.#isClosed) return;
    this.#alarm?.cancel();
    const ms = FIRST_RETRY_MS / 2 + randomFraction(this.#deps.runtime) * this.#retryMs;
    this.#retryMs = Math.min(2 * this.#retryMs, LAST_RETRY_MS);
    this.#alarm = this.#deps.alarms.after(ms, () => void this.join());
  }

  #set(state: JoinState): void {
    if (state === this.#state || this.#isClosed) return;
    this.#state = state;
    this.#deps.onState(state);
  }
}

function areAllOurselves(faults: readonly unknown[]): boolean {
  return faults.every((fault) => fault instanceof DisgoverError && fault.code === 'ERR_SELF_CONNECT');
}
