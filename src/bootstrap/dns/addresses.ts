// The addresses of names, A and AAAA.

import type { Answer, StringAnswer } from 'dns-packet';
import { canonicalIp } from '../../address/ip.js';
import { asDisgoverError, DisgoverError, quote } from '../../errors.js';
import type { ExchangeContext } from './exchange.js';
import type { Server } from './options.js';
import { resolve } from './resolver.js';

export interface Addresses {
  readonly hosts: readonly string[];
  readonly ttlMs: number;
}

/**
 * The addresses of a name, IPv4 and IPv6; one family is enough.
 * @throws DisgoverError `ERR_DNS_NO_RECORDS`, or why neither could be asked for.
 */
export async function addressesOf(
  name: string,
  servers: readonly Server[],
  context: ExchangeContext,
): Promise<Addresses> {
  const families = await Promise.allSettled([
    resolve({ name, type: 'A' }, servers, context),
    resolve({ name, type: 'AAAA' }, servers, context),
  ]);
  const found = families.flatMap((family) => (family.status === 'fulfilled' ? [family.value] : []));
  const hosts = found.flatMap(({ records }) => hostsOf(records));
  if (hosts.length > 0) return { hosts, ttlMs: Math.min(...found.map(({ ttlMs }) => ttlMs)) };
  context.signal.throwIfAborted();
  const failed = families.find((family) => family.status === 'rejected');
  if (failed !== undefined) throw asDisgoverError(failed.reason);
  throw new DisgoverError('DNS_NO_RECORDS', `${quote(name)} has no A and no AAAA records`);
}

/** The addresses of a name among what came along with its SRV record, which spares the questions. */
export function addressesIn(additionals: readonly Answer[], name: string): Addresses | undefined {
  const records = additionals.flatMap((record) =>
    (record.type === 'A' || record.type === 'AAAA') && record.name.toLowerCase() === name.toLowerCase()
      ? [record]
      : [],
  );
  if (records.length === 0) return undefined;
  return {
    hosts: hostsOf(records),
    ttlMs: 1_000 * Math.min(...records.map(({ ttl = 0 }) => ttl)),
  };
}

/** The package that decodes has spellings of its own. */
function hostsOf(records: readonly StringAnswer[]): string[] {
  return records.flatMap(({ data }) => canonicalIp(data) ?? []);
}
