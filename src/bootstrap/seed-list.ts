// What a source says, each time that it says something else.

import type { Seed, SeedUpdate } from '../contracts/bootstrap-source.js';

/** No source fills a node's memory, or its time, alone. */
export const MOST_SEEDS = 64;

export class SeedList {
  #last: string | undefined;

  /** The update, where it names other seeds than the one before; in which order they come is no news. */
  changed(seeds: readonly Seed[]): SeedUpdate | undefined {
    const first = seeds.slice(0, MOST_SEEDS);
    const text = first
      .map((seed) => JSON.stringify(seed))
      .sort()
      .join();
    if (text === this.#last) return undefined;
    this.#last = text;
    return { seeds: first };
  }
}
