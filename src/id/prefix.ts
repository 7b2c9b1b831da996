// The first bits of a key as one number: enough to order keys and to tell regions apart, and quick.

import type { Key } from './key.js';

export const PREFIX_BITS = 32;

/** The first 32 bits of a key, as a number. */
export function prefixOf(key: Key): number {
  const [a = 0, b = 0, c = 0, d = 0] = key;
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

/** How far a key is from another, as a share of the whole key space: from 0 to below 1. */
export function shareBetween(a: Key, b: Key): number {
  return ((prefixOf(a) ^ prefixOf(b)) >>> 0) / 2 ** PREFIX_BITS;
}
