// What an address is for, by the block that it lies in.

import { type Cidr, holds, parseCidr } from './cidr.js';
import { unmappedIp } from './ip.js';

export type Scope =
  | 'loopback'
  | 'private'
  | 'reserved'
  | 'link-local'
  | 'metadata'
  | 'multicast'
  | 'broadcast'
  | 'unspecified'
  | 'public';

/** A part of the address space with one use. Each is one object: who lives in it can be told by it. */
export interface Range {
  readonly scope: Scope;
  readonly blocks: readonly Cidr[];
}

/** The first that holds an address decides. */
const ranges: readonly Range[] = [
  // Where clouds tell a machine its credentials, outside the link-local block
  range('metadata', '100.100.100.200', '168.63.129.16', '192.0.0.192', 'fd00:ec2::254', 'fd20:ce::254'),
  range('loopback', '127.0.0.0/8', '::1'),
  range('unspecified', '0.0.0.0/8', '::'),
  range('link-local', '169.254.0.0/16', 'fe80::/10', 'fec0::/10'),
  // RFC 1918, 6598, 4193: each may be somebody else's network
  range('private', '10.0.0.0/8'),
  range('private', '172.16.0.0/12'),
  range('private', '192.168.0.0/16'),
  range('private', '100.64.0.0/10'),
  range('private', 'fc00::/7'),
  range('broadcast', '255.255.255.255'),
  range('multicast', '224.0.0.0/4', 'ff00::/8'),
  // For protocols, documentation, benchmarks, tunnels that tell nothing of their end, and a future that did not come
  range('reserved', '192.0.0.0/24'),
  range('reserved', '192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32', '3fff::/20'),
  range('reserved', '198.18.0.0/15'),
  range('reserved', '192.88.99.0/24'),
  range('reserved', '240.0.0.0/4'),
  range('reserved', '2001::/23'),
  range('public', '0.0.0.0/0', '2000::/3'),
  range('reserved', '::/0'),
];

/** The range of an address, taken as it stands. */
export function rangeOf(address: Uint8Array): Range {
  return ranges.find(({ blocks }) => blocks.some((block) => holds(block, address))) as Range;
}

/** Blocks whose addresses lead to an IPv4 address within them, and where it stands. */
const wrappings: readonly (readonly [block: Cidr, at: number])[] = [
  // Translation (RFC 6052, and 7915's predecessor), 6to4, and the compatible addresses of old
  [cidr('64:ff9b::/96'), 12],
  [cidr('::ffff:0:0:0/96'), 12],
  [cidr('2002::/16'), 2],
  [cidr('::/96'), 12],
];

/** The address that a packet to this one may end at: IPv4 where it carries one. */
export function innermost(address: Uint8Array): Uint8Array {
  const plain = unmappedIp(address);
  const { scope } = rangeOf(plain);
  if (scope === 'loopback' || scope === 'unspecified') return plain;
  const [, at] = wrappings.find(([block]) => holds(block, plain)) ?? [];
  return at === undefined ? plain : plain.subarray(at, at + 4);
}

function range(scope: Scope, ...blocks: string[]): Range {
  return { scope, blocks: blocks.map(cidr) };
}

function cidr(text: string): Cidr {
  return parseCidr(text) as Cidr;
}
