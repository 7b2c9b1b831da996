// Seeds from the DNS: SRV records of a service, or the addresses of a name. Node only.

import { checkHost, checkPort, endpoint } from '../../address/host.js';
import type { BootstrapSource } from '../../contracts/bootstrap-source.js';
import { asDisgoverError, DisgoverError, quote } from '../../errors.js';
import { limits } from '../../limits.js';
import { checkOptionNames } from '../../option-names.js';
import { shuffled } from '../../runtime/random.js';
import { checkInteger, parseSourceUrl } from '../source-url.js';
import { addressesIn, addressesOf } from './addresses.js';
import { following, type Reading } from './follow.js';
import {
  checkName,
  type DnsOptions,
  dnsOptionNames,
  dnsOptionsOf,
  dnsQueryNames,
  resolveDnsOptions,
} from './options.js';
import { resolve } from './resolver.js';
import { inSrvOrder } from './srv-order.js';

export type { DnsOptions } from './options.js';

export interface DnsSrvOptions extends DnsOptions {
  /** The whole name of the service: `_disgover._tcp.example.net`. */
  readonly name: string;
}

export interface DnsNamesOptions extends DnsOptions {
  /** A whole name, each of whose addresses is a node: `disgover.default.svc.cluster.local`. Search domains are not tried. */
  readonly name: string;
  /** Where each of them listens. */
  readonly port: number;
}

const SRV_FORM = 'dnssrv://_service._proto.example.net[?server=127.0.0.1:5353]';
const NAMES_FORM = 'dns://name.example.net:port[?server=127.0.0.1:5353]';

/**
 * The targets of a service's SRV records (RFC 2782), by priority, then by lot with their weights; asked for anew when the TTL of the records
 * has passed, within `minTtlMs` and `maxTtlMs`, and up to a tenth of it (750 ms) later. Targets are resolved by the same servers, and those that
 * cannot be are left out while there are others; for `wss` they stay names, to which certificates are made out.
 * @throws DisgoverError `ERR_BAD_SOURCE`. Its seeds: `ERR_DNS_NOT_FOUND`, `ERR_DNS_NO_RECORDS`, `ERR_DNS_FAILED`, `ERR_DNS_TIMEOUT`,
 * `ERR_DNS_UNREACHABLE`, `ERR_DNS_BAD_ANSWER`.
 */
export function dnsSrv(source: string | DnsSrvOptions): BootstrapSource {
  const given = typeof source === 'string' ? srvOptionsOf(source) : source;
  checkOptionNames('dnsSrv', given, ['name', ...dnsOptionNames]);
  const name = checkName('dnsSrv', given.name);
  const options = resolveDnsOptions('dnsSrv', given);
  return following(`dnssrv ${name}`, options, async (servers, context, { transport }): Promise<Reading> => {
    const scheme = options.scheme ?? transport;
    const { records, ttlMs, additionals } = await resolve({ name, type: 'SRV' }, servers, context);
    // A lone dot says that the service is not offered.
    const targets = inSrvOrder(
      records.map(({ data }) => data),
      context.runtime,
    ).filter(({ target }) => target !== '.');
    if (targets.length === 0)
      throw new DisgoverError('DNS_NO_RECORDS', `${quote(name)} has no SRV records that name a target`);
    const readings = await Promise.allSettled(
      targets.slice(0, limits.seedsPerSource).map(async ({ target, port }) => {
        // What stands in a record may be anything.
        checkHost(target);
        checkPort(port);
        if (scheme === 'wss') return { seeds: [`wss://${target}:${port}`], ttlMs };
        const found = addressesIn(additionals, target) ?? (await addressesOf(target, servers, context));
        return readingOf(found.hosts, port, scheme, found.ttlMs);
      }),
    );
    return joined(readings, ttlMs);
  });
}

/**
 * The addresses of a name, A and AAAA, with a port: headless services, round-robin names. Asked for anew as the records of `dnsSrv` are.
 * @throws DisgoverError `ERR_BAD_SOURCE`. Its seeds: as those of `dnsSrv`.
 */
export function dnsNames(source: string | DnsNamesOptions): BootstrapSource {
  const given = typeof source === 'string' ? namesOptionsOf(source) : source;
  checkOptionNames('dnsNames', given, ['name', 'port', ...dnsOptionNames]);
  const name = checkName('dnsNames', given.name);
  const port = checkInteger('dnsNames: port', given.port, 1, 65_535);
  const options = resolveDnsOptions('dnsNames', given);
  return following(`dns ${name}:${port}`, options, async (servers, context, { transport }) => {
    const { hosts, ttlMs } = await addressesOf(name, servers, context);
    return readingOf(shuffled(context.runtime, hosts), port, options.scheme ?? transport, ttlMs);
  });
}

function srvOptionsOf(text: string): DnsSrvOptions {
  const url = parseSourceUrl(text, 'dnssrv', SRV_FORM, dnsQueryNames);
  return { name: url.hostname, ...dnsOptionsOf(url) };
}

function namesOptionsOf(text: string): DnsNamesOptions {
  const url = parseSourceUrl(text, 'dns', NAMES_FORM, dnsQueryNames);
  return { name: url.hostname, port: Number(url.port), ...dnsOptionsOf(url) };
}

function readingOf(hosts: readonly string[], port: number, scheme: string, ttlMs: number): Reading {
  return { seeds: hosts.map((host) => `${scheme}://${endpoint(host, port)}`), ttlMs };
}

/** What could be read; a target without an address costs the others nothing. */
function joined(readings: readonly PromiseSettledResult<Reading>[], ttlMs: number): Reading {
  const read = readings.flatMap((reading) => (reading.status === 'fulfilled' ? [reading.value] : []));
  const faults = readings.flatMap((one) => (one.status === 'rejected' ? [asDisgoverError(one.reason)] : []));
  if (read.length === 0) throw faults[0];
  return {
    seeds: [...new Set(read.flatMap(({ seeds }) => seeds))],
    ttlMs: Math.min(ttlMs, ...read.map((reading) => reading.ttlMs)),
    faults,
  };
}
