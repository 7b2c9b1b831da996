// A million nodes as sorted numbers: a node is the index of its key. Of the 256 bits of a key 64 are drawn: enough to tell all nodes
// apart, and figures do not depend on the width of the key space.

import type { Key } from '../../src/id/key.js';
import type { SeededRandom } from '../../src/simulation/seeded-random.js';

const KEY_BYTES = 32;

/** A place in the key space, as the two words in which it differs from others. */
export interface Point {
  readonly high: number;
  readonly low: number;
}

export function randomPoint(random: SeededRandom): Point {
  return { high: random.next(), low: random.next() };
}

export function keyOfPoint({ high, low }: Point): Key {
  const bytes = new Uint8Array(KEY_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, high);
  view.setUint32(4, low);
  return bytes as Key;
}

export class Nodes {
  readonly count: number;
  /** The words of each node's key, by its index. Read only. */
  readonly high: Uint32Array;
  readonly low: Uint32Array;

  constructor(count: number, random: SeededRandom) {
    this.count = count;
    const keys = new BigUint64Array(count);
    const words = new Uint32Array(keys.buffer);
    for (let i = 0; i < words.length; i++) words[i] = random.next();
    keys.sort();
    this.high = Uint32Array.from({ length: count }, (_, i) => Number((keys[i] as bigint) >> 32n));
    this.low = Uint32Array.from({ length: count }, (_, i) => Number((keys[i] as bigint) & 0xffff_ffffn));
  }

  pointOf(index: number): Point {
    return { high: this.high[index] as number, low: this.low[index] as number };
  }

  /** Of nodes that share the bits before `bit` (0 is the highest): the first that has it set, or `to`. */
  middleOf(from: number, to: number, bit: number): number {
    const words = bit < 32 ? this.high : this.low;
    const mask = 0x8000_0000 >>> (bit & 31);
    let low = from;
    let high = to;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (((words[middle] as number) & mask) === 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Visits every range of nodes that share a prefix and part at the next bit: the buckets of one half are in the other. */
  forEachParting(
    part: (from: number, middle: number, to: number, bit: number) => void,
    from = 0,
    to = this.count,
    bit = 0,
  ): void {
    if (to - from < 2) return;
    const middle = this.middleOf(from, to, bit);
    if (middle > from && middle < to) part(from, middle, to, bit);
    this.forEachParting(part, from, middle, bit + 1);
    this.forEachParting(part, middle, to, bit + 1);
  }

  /** Visits all nodes, closest to the target first, until `visit` returns false. */
  visit(target: Point, visit: (index: number) => boolean, from = 0, to = this.count, bit = 0): boolean {
    if (from === to) return true;
    if (to - from === 1) return visit(from);
    const middle = this.middleOf(from, to, bit);
    const word = bit < 32 ? target.high : target.low;
    const isHigh = (word & (0x8000_0000 >>> (bit & 31))) !== 0;
    return isHigh
      ? this.visit(target, visit, middle, to, bit + 1) && this.visit(target, visit, from, middle, bit + 1)
      : this.visit(target, visit, from, middle, bit + 1) && this.visit(target, visit, middle, to, bit + 1);
  }

  /** The `count` nodes closest to the target of those that are eligible, closest first. */
  closest(target: Point, count: number, isEligible: (index: number) => boolean = () => true): number[] {
    const found: number[] = [];
    if (count === 0) return found;
    this.visit(target, (index) => {
      if (isEligible(index)) found.push(index);
      return found.length < count;
    });
    return found;
  }

  /** Negative when node `a` is closer to the target than node `b`. */
  compare({ high, low }: Point, a: number, b: number): number {
    const highA = ((this.high[a] as number) ^ high) >>> 0;
    const highB = ((this.high[b] as number) ^ high) >>> 0;
    if (highA !== highB) return highA - highB;
    return (((this.low[a] as number) ^ low) >>> 0) - (((this.low[b] as number) ^ low) >>> 0);
  }
}
