// Whom to turn away where more wait than may: one of those who are most from one place, so that a flood pushes out itself.

import { masked } from './cidr.js';
import { parseIp, printIp, unmappedIp } from './ip.js';

const IPV6_PREFIX_BITS = 56;

/** The first of those that share a place with the most others. `hostOf`: where one comes from, `10.0.0.7`. */
export function oldestOfMost<Item>(
  oldestFirst: Iterable<Item>,
  hostOf: (item: Item) => string,
): Item | undefined {
  // Bounded as those who wait are.
  const places = new Map<string, { readonly oldest: Item; count: number }>();
  for (const item of oldestFirst) {
    const name = placeOf(hostOf(item));
    const place = places.get(name);
    if (place === undefined) places.set(name, { oldest: item, count: 1 });
    else place.count++;
  }
  let most: { readonly oldest: Item; readonly count: number } | undefined;
  for (const place of places.values()) if (most === undefined || place.count > most.count) most = place;
  return most?.oldest;
}

/** An address of IPv6 is one of many that a single host may have. */
function placeOf(host: string): string {
  const bytes = host.includes(':') ? parseIp(host) : undefined;
  const plain = bytes && unmappedIp(bytes);
  if (plain === undefined) return host;
  return printIp(plain.length === 4 ? plain : masked(plain, IPV6_PREFIX_BITS));
}
