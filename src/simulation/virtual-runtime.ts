// The Runtime of simulations: a clock that jumps from event to event, and chance from a seed. Node only: it needs setImmediate.

import type { Runtime, Timer } from '../contracts/runtime.js';
import { DisgoverError } from '../errors.js';
import { SeededRandom } from './seeded-random.js';
import { TimerHeap } from './timer-heap.js';

/**
 * Events that one turn of the event loop is shared by: looking for input of the real world costs more than an event (bench: `simulate`).
 * Few at first, for those who drive time by small steps.
 */
const EVENTS_FIRST_TURN = 8;
const EVENTS_A_TURN = 512;

export interface VirtualRuntimeOptions {
  /** Whence all randomness. Integer from 0 to 2^53 − 1, default 1. */
  readonly seed?: number;
  /** Where the clock starts. Milliseconds since the Unix epoch, default 1767225600000, the first moment of 2026. */
  readonly epochMs?: number;
}

export interface RunOptions {
  /** Most virtual time that the run may take. Milliseconds, default 3600000. */
  readonly maxMs?: number;
}

/**
 * Time stands still until `run` or `advance` drives it. Events run one by one, those of the same time in the order in
 * which their timers were set, and all promises that an event settles are followed to their end before the next event. So a
 * program that takes time and chance from here alone does the same on every run of a seed; one that waits for anything real
 * (a socket, a file, WebCrypto) does not, and is taken for stuck.
 */
export class VirtualRuntime implements Runtime {
  readonly seed: number;
  readonly #random: SeededRandom;
  readonly #timers = new TimerHeap();
  #now: number;
  #events = 0;
  #isDriven = false;

  /** @throws DisgoverError `ERR_BAD_OPTION` */
  constructor({ seed = 1, epochMs = 1_767_225_600_000 }: VirtualRuntimeOptions = {}) {
    if (!Number.isSafeInteger(seed) || seed < 0)
      throw new DisgoverError('BAD_OPTION', `seed must be an integer from 0 to 2^53 - 1, got ${seed}`);
    this.seed = seed;
    this.#random = new SeededRandom(seed);
    this.#now = epochMs;
  }

  now(): number {
    return this.#now;
  }

  setTimer(ms: number, run: () => void): Timer {
    return this.setTimerAt(this.#now + ms, run);
  }

  /** As `setTimer`, for a moment of the virtual clock; a moment that has passed means now. */
  setTimerAt(atMs: number, run: () => void): Timer {
    // Not `Math.max`: NaN, too, means now.
    return this.#timers.push(atMs > this.#now ? atMs : this.#now, run);
  }

  randomBytes(count: number): Uint8Array {
    return this.#random.bytes(count);
  }

  /** A number from 0 to below 1. */
  random(): number {
    return this.#random.fraction();
  }

  /** An integer from 0 to below `count`. */
  integer(count: number): number {
    return this.#random.integer(count);
  }

  /** Resolves when `ms` of virtual time have passed: how a scenario waits while `run` drives it. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.setTimer(ms, resolve));
  }

  /** Timers that have neither run nor been cancelled: zero when nothing was left behind. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Timers that have run since the beginning. */
  get events(): number {
    return this.#events;
  }

  /**
   * Drives time until the promise settles, and settles likewise. Rejects when a timer throws, with what it threw; with an
   * Error when nothing is left that could settle the promise, or when `maxMs` have passed.
   */
  async run<T>(
    task: PromiseLike<T> | (() => T | PromiseLike<T>),
    { maxMs = 3_600_000 }: RunOptions = {},
  ): Promise<T> {
    const startMs = this.#now;
    let isSettled = false;
    const settled = () => {
      isSettled = true;
    };
    const outcome = Promise.resolve(typeof task === 'function' ? task() : task);
    outcome.then(settled, settled);
    await this.#drive(startMs + maxMs, () => isSettled);
    if (isSettled) return outcome;
    throw new Error(
      this.pendingTimers === 0
        ? `stuck after ${this.#now - startMs} ms of virtual time: the promise is pending and no timer is left`
        : `the promise is pending after ${maxMs} ms of virtual time`,
    );
  }

  /** Runs all that is due within the next `ms`, and leaves the clock at their end. Rejects when a timer throws. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#now + ms;
    await this.#drive(untilMs, () => false);
    this.#now = untilMs;
  }

  async #drive(untilMs: number, isOver: () => boolean): Promise<void> {
    if (this.#isDriven) throw new Error('time is already driven: inside of `run`, wait with `sleep`');
    this.#isDriven = true;
    try {
      for (let events = EVENTS_FIRST_TURN; await this.#turn(events, untilMs, isOver); ) {
        events = Math.min(4 * events, EVENTS_A_TURN);
      }
    } finally {
      this.#isDriven = false;
    }
  }

  /**
   * One turn of the event loop. Between two callbacks of setImmediate all continuations of promises run, and those that they
   * cause: a callback an event is what keeps causes before effects. Resolves to whether there is more to do.
   */
  #turn(events: number, untilMs: number, isOver: () => boolean): Promise<boolean> {
    return new Promise((resolve, reject) => {
      let hasMore = true;
      const step = () => {
        if (!hasMore) return;
        const atMs = this.#timers.nextAt();
        hasMore = atMs !== undefined && atMs <= untilMs && !isOver();
        if (atMs === undefined || !hasMore) return;
        this.#now = atMs;
        this.#events++;
        try {
          this.#timers.take()();
        } catch (error) {
          hasMore = false;
          reject(error);
        }
      };
      for (let event = 0; event < events; event++) setImmediate(step);
      setImmediate(() => resolve(hasMore));
    });
  }
}
