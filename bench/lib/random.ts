// Choices that are the same under the same seed (mulberry32).

/** Returns what draws an integer from 0 to below `count`. */
export function chooser(seed: number): (count: number) => number {
  let state = seed >>> 0;
  return (count) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32) * count);
  };
}

/** In place. */
export function shuffle<Item>(items: Item[], choose: (count: number) => number): Item[] {
  for (let i = items.length - 1; i > 0; i--) {
    const other = choose(i + 1);
    [items[i], items[other]] = [items[other] as Item, items[i] as Item];
  }
  return items;
}
