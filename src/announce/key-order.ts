// Many ids in the order of their keys, for 8 bytes each: what a sweep walks along.

/** The bits of a double that the prefix leaves for the index. */
const MOST_ITEMS = 2 ** 20;

export class KeyOrder {
  /** How many items there may be. */
  static readonly mostItems = MOST_ITEMS;
  // Prefix and index as one number, since numbers are sorted a dozen times as fast as anything else. Bounded by MOST_ITEMS.
  readonly #order: Float64Array;

  /** `prefixes`: of the keys of the items, in the order of the items. */
  constructor(prefixes: Uint32Array) {
    if (prefixes.length > MOST_ITEMS) throw new RangeError(`${prefixes.length} > ${MOST_ITEMS} items`);
    this.#order = Float64Array.from(prefixes, (prefix, index) => prefix * MOST_ITEMS + index).sort();
  }

  get size(): number {
    return this.#order.length;
  }

  prefixAt(place: number): number {
    return Math.floor((this.#order[place] as number) / MOST_ITEMS);
  }

  /** The index of the item at a place of the order. */
  indexAt(place: number): number {
    return (this.#order[place] as number) % MOST_ITEMS;
  }

  /** The first place whose prefix is not below `prefix`. */
  placeOf(prefix: number): number {
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.prefixAt(middle) < prefix) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
