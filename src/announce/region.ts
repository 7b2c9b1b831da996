// Regions of the key space: all keys that begin with the same bits. The k closest to a key are in every region around it that has
// k nodes, since whatever is outside of a region is further from each of its keys than whatever is inside.

import { PREFIX_BITS } from '../id/prefix.js';

export interface Region {
  /** How many first bits its keys share. */
  readonly bits: number;
  /** The least and the greatest prefix (id/prefix.ts) in it. */
  readonly first: number;
  readonly last: number;
}

/** The region of all keys that share the first `bits` bits of a prefix. */
export function regionOf(prefix: number, bits: number): Region {
  const size = sizeOf(bits);
  const first = prefix - (prefix % size);
  return { bits, first, last: first + size - 1 };
}

/** The smallest region around a prefix that has `count` of the nodes; all of the key space where there are not so many. `nodes`: sorted. */
export function regionAround(prefix: number, nodes: readonly number[], count: number): Region {
  for (let bits = PREFIX_BITS; bits > 0; bits--) {
    const region = regionOf(prefix, bits);
    const [from, to] = placesIn(region, nodes);
    if (to - from >= count) return region;
  }
  return regionOf(prefix, 0);
}

/** Which part of the key space a region is. */
export function shareOf({ bits }: Region): number {
  return 2 ** -bits;
}

/** Where the prefixes that are in a region begin and end among others. `prefixes`: sorted. */
export function placesIn({ first, last }: Region, prefixes: readonly number[]): [from: number, to: number] {
  return [placeOf(first, prefixes), placeOf(last + 1, prefixes)];
}

/** The first place whose prefix is not below this one. */
function placeOf(prefix: number, prefixes: readonly number[]): number {
  let low = 0;
  let high = prefixes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((prefixes[middle] as number) < prefix) low = middle + 1;
    else high = middle;
  }
  return low;
}

function sizeOf(bits: number): number {
  return 2 ** (PREFIX_BITS - bits);
}
