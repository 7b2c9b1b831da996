// A bounded list sorted by distance to one target. The only sorter.

import { compareDistance } from './distance.js';
import type { Key } from './key.js';

export class ClosestList<Item extends { readonly key: Key }> {
  readonly #target: Key;
  // Bounded by `capacity`.
  readonly #items: Item[] = [];
  readonly #capacity: number;

  constructor(target: Key, capacity: number) {
    this.#target = target;
    this.#capacity = capacity;
  }

  /** Closest first. Not a copy: do not change it. */
  get items(): readonly Item[] {
    return this.#items;
  }

  /**
   * Puts the item in its place. Returns what has no place (any more): the item pushed out at the far end, `item` itself when
   * it is too far or when an item of the same key is there, or `undefined` when nothing had to go.
   */
  add(item: Item): Item | undefined {
    const at = this.#placeOf(item.key);
    const there = this.#items[at];
    if (there !== undefined && compareDistance(this.#target, there.key, item.key) === 0) return item;
    if (at >= this.#capacity) return item;
    this.#items.splice(at, 0, item);
    return this.#items.length > this.#capacity ? this.#items.pop() : undefined;
  }

  remove(key: Key): boolean {
    const at = this.#placeOf(key);
    const there = this.#items[at];
    if (there === undefined || compareDistance(this.#target, there.key, key) !== 0) return false;
    this.#items.splice(at, 1);
    return true;
  }

  /** The first index whose item is not closer than `key`. */
  #placeOf(key: Key): number {
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareDistance(this.#target, (this.#items[middle] as Item).key, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The `count` closest of `items`, closest first. */
export function closestOf<Item extends { readonly key: Key }>(
  target: Key,
  items: Iterable<Item>,
  count: number,
): Item[] {
  const list = new ClosestList<Item>(target, count);
  for (const item of items) list.add(item);
  return [...list.items];
}
