// What of the engine runs in the model: the lookups themselves, as the engine runs them, and the source of chance of its simulator.
// Handed in, so that a bench takes the build and a test the sources.

import type { DisjointLookup } from '../../src/lookup/disjoint-lookup.js';
import type { likelyHolders } from '../../src/lookup/holders.js';
import type { Lookup } from '../../src/lookup/lookup.js';
import type { SeededRandom } from '../../src/simulation/seeded-random.js';

export interface Parts {
  readonly Lookup: typeof Lookup;
  readonly DisjointLookup: typeof DisjointLookup;
  readonly likelyHolders: typeof likelyHolders;
  readonly SeededRandom: typeof SeededRandom;
  /** Most requests of a lookup on one path, and on several together. */
  readonly maxRequests: number;
  readonly maxPathsRequests: number;
  readonly maxCandidates: number;
}

/** An integer from 0 to below `count`. */
export function integerBelow(random: SeededRandom, count: number): number {
  return Math.floor((random.next() / 2 ** 32) * count);
}
