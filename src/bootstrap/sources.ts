// The sources of a node's seeds, all read at once.

import type { BootstrapSource } from '../contracts/bootstrap-source.js';
import type { Runtime } from '../contracts/runtime.js';
import { DisgoverError } from '../errors.js';
import { limits } from '../limits.js';
import { SourceWatch, type SourceWatchDependencies } from './source-watch.js';

/** A source that is closed may have a last word. One that does not end is not waited for any longer. */
const LAST_WORD_MS = 500;

export class Sources {
  readonly #watches: readonly SourceWatch[];
  readonly #runtime: Runtime;

  /** @throws DisgoverError `ERR_BAD_OPTION`. */
  constructor(sources: readonly BootstrapSource[], deps: Omit<SourceWatchDependencies, 'source'>) {
    if (sources.length > limits.sources)
      throw badOption(`at most ${limits.sources} sources, got ${sources.length}`);
    for (const { name } of sources) if (typeof name !== 'string') throw badOption('a source needs a name');
    this.#runtime = deps.context.runtime;
    this.#watches = sources.map((source) => new SourceWatch({ ...deps, source }));
  }

  get all(): readonly SourceWatch[] {
    return this.#watches;
  }

  /** How many have neither named seeds nor failed. */
  get waitedFor(): number {
    return this.#watches.filter(({ updatedAt, fault }) => updatedAt === undefined && fault === undefined)
      .length;
  }

  /** Whether none of them has failed. */
  get areWell(): boolean {
    return this.#watches.every(({ isWell }) => isWell);
  }

  start(): void {
    for (const watch of this.#watches) watch.start();
  }

  /** Resolves when all have ended, or have had their time. */
  async close(): Promise<void> {
    if (this.#watches.length === 0) return;
    const ended = Promise.all(this.#watches.map((watch) => watch.close()));
    await new Promise<void>((resolve) => {
      const timer = this.#runtime.setTimer(LAST_WORD_MS, resolve);
      void ended.then(() => {
        timer.cancel();
        resolve();
      });
    });
  }
}

function badOption(detail: string): DisgoverError {
  return new DisgoverError('BAD_OPTION', `seeds: ${detail}`);
}
