// The chance of a run, one stream for each purpose: who looks for what is the same, however many numbers the engine draws.

import { SeededRandom } from '../seeded-random.js';

export class Chance {
  readonly ids: SeededRandom;
  readonly join: SeededRandom;
  readonly churn: SeededRandom;
  readonly faults: SeededRandom;
  readonly entities: SeededRandom;
  readonly lookups: SeededRandom;
  /** For actions. */
  readonly actions: SeededRandom;

  constructor(seed: number) {
    const root = new SeededRandom(seed);
    const stream = () => new SeededRandom(root.next() * 2 ** 21 + (root.next() >>> 11));
    [this.ids, this.join, this.churn, this.faults] = [stream(), stream(), stream(), stream()];
    [this.entities, this.lookups, this.actions] = [stream(), stream(), stream()];
  }
}
