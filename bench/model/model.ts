// Lookups in several networks of the model, each with its own seed.

import { partOf } from '../lib/part-of.js';
import { Network, type NetworkOptions, type Outcome } from './network.js';
import type { Parts } from './parts.js';

export interface ModelOptions extends NetworkOptions {
  readonly seed: number;
  /** Networks, and lookups in all of them together. */
  readonly networks: number;
  readonly lookups: number;
}

/** The outcomes of each network. `onNetwork` is called after each. */
export function runModel(options: ModelOptions, parts: Parts, onNetwork: () => void = () => {}): Outcome[][] {
  const { seed, networks, lookups } = options;
  return Array.from({ length: networks }, (_, i) => {
    // Seeds next to each other have nothing in common, and those of two runs do not meet.
    const network = new Network(options, seed * 1_000 + i, parts);
    const outcomes = Array.from({ length: partOf(lookups, networks, i) }, () => network.lookUp());
    onNetwork();
    return outcomes;
  });
}
