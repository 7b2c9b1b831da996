// How many nodes there are in a part of the key space, by what a sweep has met so far: keys are uniform, so it is alike everywhere.

import { type Region, shareOf } from './region.js';

/** Where so many of the nodes to be expected are known, those who are told will name the others. */
const ENOUGH = 0.6;

export class Density {
  #nodes = 0;
  #share = 0;

  /** All nodes of a region are known, as far as they themselves know. */
  learn(region: Region, nodes: number): void {
    this.#nodes += nodes;
    this.#share += shareOf(region);
  }

  /** Whether so many nodes are about as many as there can be in the region. Nothing is, before anything was learnt. */
  isMet(region: Region, nodes: number): boolean {
    return this.#share > 0 && nodes >= (ENOUGH * this.#nodes * shareOf(region)) / this.#share;
  }
}
