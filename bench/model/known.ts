// What a node remembers beyond its table: contacts at random, as what is heard in lookups is. Nothing is stored for them (32,768
// each of a million nodes would be 131 GB): whether a node knows another is a hash of the two.

import type { Nodes, Point } from './nodes.js';

export class Known {
  readonly #nodes: Nodes;
  readonly #seed: number;
  /** Below which a hash means yes. */
  readonly #threshold: number;
  readonly count: number;

  /** `count`: how many others a node knows, in the mean. */
  constructor(nodes: Nodes, count: number, seed: number) {
    this.#nodes = nodes;
    this.#seed = seed;
    this.count = Math.min(count, nodes.count - 1);
    this.#threshold = nodes.count > 1 ? (this.count / (nodes.count - 1)) * 2 ** 32 : 0;
  }

  /** `entries`, the closest of the table, closest first, with those of the known that are closer. At most `count`. */
  joinedTo(entries: readonly number[], index: number, target: Point, count: number): number[] {
    if (this.#threshold === 0) return [...entries];
    const joined: number[] = [];
    let next = 0;
    this.#nodes.visit(target, (other) => {
      if (other === entries[next]) next++;
      else if (other === index || !this.#knows(index, other)) return true;
      joined.push(other);
      // Nothing further than the last of a full list of entries is of use.
      return joined.length < count;
    });
    return joined;
  }

  #knows(index: number, other: number): boolean {
    let hash = Math.imul(index ^ this.#seed, 0x9e3779b1);
    hash = Math.imul(hash ^ (hash >>> 15) ^ other, 0x21f0aaad);
    hash = Math.imul(hash ^ (hash >>> 15) ^ Math.imul(other, 0x85ebca6b), 0x735a2d97);
    return (hash ^ (hash >>> 15)) >>> 0 < this.#threshold;
  }
}
