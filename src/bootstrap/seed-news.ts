// What a source says, each time that it says something else.

import type { Seed, SeedUpdate } from '../contracts/bootstrap-source.js';
import type { DisgoverError } from '../errors.js';
import { limits } from '../limits.js';

export class SeedNews {
  #last: string | undefined;

  /** The update, where it differs from the one before; in which order seeds come is no news. */
  of(seeds: readonly Seed[], faults: readonly DisgoverError[] = []): SeedUpdate | undefined {
    const first = seeds.slice(0, limits.seedsPerSource);
    const text = [...first.map((seed) => JSON.stringify(seed)), ...faults.map(({ message }) => message)]
      .sort()
      .join();
    if (text === this.#last) return undefined;
    this.#last = text;
    return { seeds: first, ...(faults.length > 0 && { faults }) };
  }
}
