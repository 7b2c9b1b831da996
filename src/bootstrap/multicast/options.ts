import { parseIp } from '../../address/ip.js';
import { rangeOf } from '../../address/ranges.js';
import { DisgoverError, quote } from '../../errors.js';
import { checkOptionNames } from '../../option-names.js';
import { checkInteger, numbersOf, parseSourceUrl } from '../source-url.js';
import type { Family } from './interfaces.js';

export interface MulticastOptions {
  /** A multicast group (239.0.0.0/8 or ff02::/16 are for such uses), or an IPv4 address of broadcast: 255.255.255.255, 10.0.0.255. */
  readonly address: string;
  /** The UDP port that all share. */
  readonly port: number;
  /** The interface to speak on, by name or by one of its addresses. Default: all that are up, but for loopback. */
  readonly interface?: string;
  /** Time between two announcements, give or take a fifth; one that is not heard for three and a half of them is forgotten. Milliseconds, default 30000. */
  readonly intervalMs?: number;
}

export interface MulticastTarget {
  readonly address: string;
  readonly port: number;
  readonly family: Family;
  readonly isBroadcast: boolean;
  readonly interface: string | undefined;
  readonly intervalMs: number;
}

const FORM = 'multicast://239.255.67.42:6742[?interface=eth0] or multicast://[ff02::67:42]:6742';
const QUERY_NAMES = ['interface', 'intervalMs'];

/** @throws DisgoverError `ERR_BAD_SOURCE`, `ERR_BAD_MULTICAST_GROUP`. */
export function resolveTarget(source: string | MulticastOptions): MulticastTarget {
  const given = typeof source === 'string' ? optionsOf(source) : source;
  checkOptionNames('multicast', given, ['address', 'port', ...QUERY_NAMES]);
  const { address, interface: wanted, intervalMs = 30_000 } = given;
  const bytes = typeof address === 'string' ? parseIp(address) : undefined;
  const scope = bytes === undefined ? undefined : rangeOf(bytes).scope;
  const isBroadcast =
    scope === 'broadcast' || (bytes?.length === 4 && bytes[3] === 255 && scope !== 'multicast');
  if (bytes === undefined || (scope !== 'multicast' && !isBroadcast)) {
    throw new DisgoverError(
      'BAD_MULTICAST_GROUP',
      `${quote(String(address))} is neither a multicast group (239.0.0.0/8, ff02::/16) nor a broadcast address`,
    );
  }
  if (wanted !== undefined && (typeof wanted !== 'string' || wanted === ''))
    throw new DisgoverError('BAD_SOURCE', 'multicast: interface must be the name or an address of one');
  return {
    address,
    port: checkInteger('multicast: port', given.port, 1, 65_535),
    family: bytes.length === 4 ? 'IPv4' : 'IPv6',
    isBroadcast,
    interface: wanted,
    intervalMs: checkInteger('multicast: intervalMs', intervalMs, 100, 100_000),
  };
}

function optionsOf(text: string): MulticastOptions {
  const url = parseSourceUrl(text, 'multicast', FORM, QUERY_NAMES);
  const wanted = url.searchParams.get('interface');
  return {
    address: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port),
    ...(wanted !== null && { interface: wanted }),
    ...numbersOf(url, ['intervalMs']),
  };
}
