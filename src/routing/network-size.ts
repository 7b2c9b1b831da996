// How many nodes there are, by how near to each other those around our own key are.

import type { Key } from '../id/key.js';
import { PREFIX_BITS, prefixOf } from '../id/prefix.js';

export interface NetworkSizeDependencies {
  readonly own: Key;
  readonly k: number;
  readonly now: () => number;
  /** The keys of the k closest nodes that are known, closest first. */
  readonly closest: () => readonly Key[];
}

/** An estimate is good for so long. */
const LASTS_MS = 1_000;

export class NetworkSize {
  readonly #deps: NetworkSizeDependencies;
  #size = 0;
  #madeAt = Number.NEGATIVE_INFINITY;

  constructor(deps: NetworkSizeDependencies) {
    this.#deps = deps;
  }

  /** An estimate: within a quarter of it, mostly, where there are more than k. */
  get size(): number {
    const now = this.#deps.now();
    if (now - this.#madeAt < LASTS_MS) return this.#size;
    this.#madeAt = now;
    this.#size = this.#estimate();
    return this.#size;
  }

  #estimate(): number {
    const { own, k, closest } = this.#deps;
    const keys = closest();
    const furthest = keys[k - 1];
    // Fewer than k are all that there are.
    if (furthest === undefined) return keys.length;
    const distance = ((prefixOf(own) ^ prefixOf(furthest)) >>> 0) + 1;
    return Math.max(k, (k * 2 ** PREFIX_BITS) / distance);
  }
}
