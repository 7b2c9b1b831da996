// One source of seeds, read for as long as the node lives: when it fails it is asked again, and what it said last stands meanwhile.

import type { BootstrapSource, SeedUpdate, SourceContext } from '../contracts/bootstrap-source.js';
import { asDisgoverError, DisgoverError, typeName } from '../errors.js';
import { limits } from '../limits.js';
import type { Alarm, Alarms } from '../runtime/alarms.js';
import type { DialTarget } from '../session/dialler.js';
import { LAST_RETRY_MS, retryMs } from './retry.js';
import { resolveSeed } from './seed.js';

/** Between two updates: a source that has more to say is listened to for its last word. */
const UPDATE_GAP_MS = 100;

export interface SourceWatchDependencies {
  readonly source: BootstrapSource;
  readonly context: SourceContext;
  readonly alarms: Alarms;
  /** The names of the node's transports. */
  readonly transports: readonly string[];
  readonly onSeeds: (watch: SourceWatch, seeds: readonly DialTarget[]) => void;
  readonly onFault: (watch: SourceWatch, fault: DisgoverError) => void;
}

export class SourceWatch {
  readonly #deps: SourceWatchDependencies;
  readonly #abort = new AbortController();
  #pause: { readonly alarm: Alarm; readonly end: () => void } | undefined;
  #failures = 0;
  #seeds: number | undefined;
  #updatedAt: number | undefined;
  #fault: DisgoverError | undefined;
  // Bounded by limits.seedsPerSource.
  #faults: readonly DisgoverError[] = [];
  #nextTryAt: number | undefined;
  #ended: Promise<void> = Promise.resolve();

  constructor(deps: SourceWatchDependencies) {
    this.#deps = deps;
  }

  get name(): string {
    return this.#deps.source.name;
  }

  /** How many seeds it has named last; absent before it has. */
  get seeds(): number | undefined {
    return this.#seeds;
  }

  get updatedAt(): number | undefined {
    return this.#updatedAt;
  }

  /** Why it failed, when it was asked last. */
  get fault(): DisgoverError | undefined {
    return this.#fault;
  }

  /** Whether it can say who there is: nobody, of a source that fails, does not mean that there is nobody. */
  get isWell(): boolean {
    return this.#fault === undefined && (this.#faults.length === 0 || this.#seeds !== 0);
  }

  /** What of its last word could not be used. */
  get faults(): readonly DisgoverError[] {
    return this.#faults;
  }

  /** When it is asked again, where it has failed. */
  get nextTryAt(): number | undefined {
    return this.#nextTryAt;
  }

  /** Reads until it is closed. */
  start(): void {
    this.#ended = this.#run();
  }

  /** Resolves when the source has ended: it may have a last word. */
  close(): Promise<void> {
    this.#abort.abort();
    this.#endPause();
    return this.#ended;
  }

  async #run(): Promise<void> {
    const { source, context } = this.#deps;
    const { signal } = this.#abort;
    while (!signal.aborted) {
      const startedAt = context.runtime.now();
      this.#nextTryAt = undefined;
      try {
        for await (const update of source.seeds(signal, context)) {
          if (signal.aborted) return;
          this.#accept(update);
          await this.#wait(UPDATE_GAP_MS);
        }
        // It has said all that it will.
        return;
      } catch (fault) {
        if (signal.aborted) return;
        // One that went well for a while is not one that fails again and again.
        if (context.runtime.now() - startedAt > LAST_RETRY_MS) this.#failures = 0;
        await this.#failed(asDisgoverError(fault));
      }
    }
  }

  #endPause(): void {
    this.#pause?.alarm.cancel();
    this.#pause?.end();
  }

  #accept(update: SeedUpdate): void {
    const { source, context, transports, onSeeds, onFault } = this.#deps;
    if (!Array.isArray(update?.seeds))
      throw new DisgoverError(
        'BAD_SEED',
        `${source.name}: seeds must be an array, got ${typeName(update?.seeds)}`,
      );
    const targets: DialTarget[] = [];
    const faults: DisgoverError[] = [...(update.faults ?? [])].slice(0, limits.seedsPerSource);
    for (const seed of update.seeds.slice(0, limits.seedsPerSource)) {
      try {
        targets.push(resolveSeed(seed, transports));
      } catch (fault) {
        faults.push(asDisgoverError(fault));
      }
    }
    this.#faults = faults;
    this.#fault = undefined;
    this.#seeds = targets.length;
    this.#updatedAt = context.runtime.now();
    for (const fault of faults) onFault(this, fault);
    onSeeds(this, targets);
  }

  async #failed(fault: DisgoverError): Promise<void> {
    const { context, onFault } = this.#deps;
    const ms = retryMs(context.runtime, ++this.#failures);
    this.#fault = fault;
    this.#nextTryAt = context.runtime.now() + ms;
    onFault(this, fault);
    await this.#wait(ms);
  }

  /** Resolves when the time has passed, or when the watch is closed. */
  #wait(ms: number): Promise<void> {
    return new Promise((end) => {
      this.#pause = { alarm: this.#deps.alarms.after(ms, end), end };
      if (this.#abort.signal.aborted) this.#endPause();
    });
  }
}
