// The opposite of the closest list: who goes when there are too many.

import { type Key, keyBytes } from './key.js';

/**
 * The `count` items furthest from a key, in no order. By radix, byte after byte: linear, however somebody has chosen the keys,
 * where sorting 50,000 of them would stop the event loop for a fifth of a second.
 */
export function furthestOf<Item extends { readonly key: Key }>(
  target: Key,
  items: readonly Item[],
  count: number,
  byte = 0,
): readonly Item[] {
  if (items.length <= count || byte === keyBytes) return items.slice(0, count);
  const byDistance: Item[][] = Array.from({ length: 256 }, () => []);
  for (const item of items) byDistance[(item.key[byte] as number) ^ (target[byte] as number)]?.push(item);
  let furthest: readonly Item[] = [];
  for (let distance = 255; furthest.length < count; distance--) {
    const group = byDistance[distance] ?? [];
    furthest = furthest.concat(furthestOf(target, group, count - furthest.length, byte + 1));
  }
  return furthest;
}
