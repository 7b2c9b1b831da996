// Ideal tables: of each sibling range as many nodes as fit in a bucket, uniformly at random.

import type { SeededRandom } from '../../src/simulation/seeded-random.js';
import type { Nodes, Point } from './nodes.js';
import { integerBelow } from './parts.js';

export interface TableOptions {
  /** Entries in a bucket. */
  readonly k: number;
  /** Spreads the entries of a bucket over its sub-ranges. */
  readonly diverse: boolean;
}

export class Tables {
  readonly #nodes: Nodes;
  // The entries of all nodes, one node after the other: 330 a node among a million, with k = 20.
  readonly #slots: Uint32Array;
  /** Where the entries of a node start; one more than there are nodes. */
  readonly #starts: Uint32Array;

  constructor(nodes: Nodes, { k, diverse }: TableOptions, random: SeededRandom) {
    this.#nodes = nodes;
    this.#starts = startsOf(nodes, k);
    this.#slots = new Uint32Array(this.#starts[nodes.count] as number);
    const ends = this.#starts.slice(0, nodes.count);
    const fill = diverse ? this.#spread : this.#draw;
    nodes.forEachParting((from, middle, to, bit) => {
      for (let i = from; i < to; i++) {
        const [low, high] = i < middle ? [middle, to] : [from, middle];
        ends[i] = fill.call(this, low, high, k, ends[i] as number, random, bit + 1);
      }
    });
  }

  sizeOf(index: number): number {
    return (this.#starts[index + 1] as number) - (this.#starts[index] as number);
  }

  /** The `count` entries of a node closest to the target, closest first. */
  closest(index: number, target: Point, count: number): number[] {
    const nearest: number[] = [];
    const end = this.#starts[index + 1] as number;
    for (let at = this.#starts[index] as number; at < end; at++) {
      const entry = this.#slots[at] as number;
      let place = nearest.length;
      while (place > 0 && this.#nodes.compare(target, entry, nearest[place - 1] as number) < 0) place--;
      if (place === count) continue;
      nearest.splice(place, 0, entry);
      if (nearest.length > count) nearest.pop();
    }
    return nearest;
  }

  /** Puts `count` different nodes of the range, or all there are, from `at` on. Returns where they end. */
  #draw(from: number, to: number, count: number, at: number, random: SeededRandom): number {
    const size = to - from;
    if (size <= count) {
      for (let i = 0; i < size; i++) this.#slots[at + i] = from + i;
      return at + size;
    }
    for (let end = at; end < at + count; ) {
      const drawn = from + integerBelow(random, size);
      let before = at;
      while (before < end && this.#slots[before] !== drawn) before++;
      if (before === end) this.#slots[end++] = drawn;
    }
    return at + count;
  }

  /** As `#draw`, with as many from each half of the range as there can be, and so on in each half. */
  #spread(from: number, to: number, count: number, at: number, random: SeededRandom, bit: number): number {
    if (count < 2 || to - from <= count) return this.#draw(from, to, count, at, random);
    const middle = this.#nodes.middleOf(from, to, bit);
    const odd = count % 2 === 1 && random.next() % 2 === 1 ? 1 : 0;
    const half = Math.floor(count / 2) + odd;
    const low = Math.min(middle - from, Math.max(half, count - (to - middle)));
    const end = this.#spread(from, middle, low, at, random, bit + 1);
    return this.#spread(middle, to, count - low, end, random, bit + 1);
  }
}

function startsOf(nodes: Nodes, k: number): Uint32Array {
  // By how much a table is larger than that of the node before.
  const steps = new Int32Array(nodes.count + 1);
  const add = (from: number, to: number, entries: number) => {
    steps[from] = (steps[from] as number) + entries;
    steps[to] = (steps[to] as number) - entries;
  };
  nodes.forEachParting((from, middle, to) => {
    add(from, middle, Math.min(k, to - middle));
    add(middle, to, Math.min(k, middle - from));
  });
  const starts = new Uint32Array(nodes.count + 1);
  let size = 0;
  for (let i = 0; i < nodes.count; i++) {
    size += steps[i] as number;
    starts[i + 1] = (starts[i] as number) + size;
  }
  return starts;
}
