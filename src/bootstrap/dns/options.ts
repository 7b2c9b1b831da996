import { getServers } from 'node:dns';
import { checkHost, isLiteral } from '../../address/host.js';
import { DisgoverError, quote } from '../../errors.js';
import { checkInteger, checkScheme, numbersOf } from '../source-url.js';

export interface DnsOptions {
  /** Resolvers to ask, in order: `127.0.0.1`, `127.0.0.1:5353`, `[::1]:5353`. Default: those of the system. */
  readonly servers?: readonly string[];
  /** Least time between two questions, whatever the record's TTL. Milliseconds, default 5000, at least 500. Lower follows short TTLs, and asks more. */
  readonly minTtlMs?: number;
  /** Most time between two questions. Milliseconds, default 300000. */
  readonly maxTtlMs?: number;
  /** How long one resolver is waited for; each is asked twice. Milliseconds, default 2000. */
  readonly timeoutMs?: number;
  /** The scheme of the seeds: `tcp`, `ws`, `wss`. Default: that of the node's first transport. */
  readonly scheme?: string;
}

export interface Server {
  readonly host: string;
  readonly port: number;
}

export type ResolvedDnsOptions = Required<Omit<DnsOptions, 'scheme' | 'servers'>> & {
  readonly scheme: string | undefined;
  /** Empty: the system's, as they are at the moment. */
  readonly servers: readonly Server[];
};

export const dnsOptionNames = ['servers', 'minTtlMs', 'maxTtlMs', 'timeoutMs', 'scheme'];
export const dnsQueryNames = ['server', 'minTtlMs', 'maxTtlMs', 'timeoutMs', 'scheme'];

const LONGEST_MS = 86_400_000;

/** The options in a URL's query. */
export function dnsOptionsOf(url: URL): DnsOptions {
  const scheme = url.searchParams.get('scheme');
  const servers = url.searchParams.getAll('server');
  return {
    ...numbersOf(url, ['minTtlMs', 'maxTtlMs', 'timeoutMs']),
    ...(servers.length > 0 && { servers }),
    ...(scheme !== null && { scheme }),
  };
}

/** @throws DisgoverError `ERR_BAD_SOURCE`. */
export function resolveDnsOptions(where: string, options: DnsOptions): ResolvedDnsOptions {
  const { servers = [], minTtlMs = 5_000, maxTtlMs = 300_000, timeoutMs = 2_000, scheme } = options;
  if (!Array.isArray(servers)) throw new DisgoverError('BAD_SOURCE', `${where}: servers must be an array`);
  const least = checkInteger(`${where}: minTtlMs`, minTtlMs, 500, LONGEST_MS);
  return {
    servers: servers.map(parseServer),
    minTtlMs: least,
    maxTtlMs: checkInteger(`${where}: maxTtlMs`, maxTtlMs, least, LONGEST_MS),
    timeoutMs: checkInteger(`${where}: timeoutMs`, timeoutMs, 10, 60_000),
    scheme: scheme === undefined ? undefined : checkScheme(where, scheme),
  };
}

/** The system's resolvers as they are now: a laptop takes others with it from one network to the next. */
export function serversOf({ servers }: ResolvedDnsOptions): readonly Server[] {
  return servers.length > 0 ? servers : getServers().map(parseServer);
}

function parseServer(text: unknown): Server {
  const [, bracketed, plain, port = '53'] =
    /^(?:\[([^[\]]+)\]|([^[\]:]+|[^[\]]*:[^[\]]*:[^[\]]*))(?::(\d{1,5}))?$/.exec(String(text)) ?? [];
  const host = bracketed ?? plain ?? '';
  // A scope (`fe80::1%eth0`) is the system's own affair.
  const [address = ''] = host.split('%');
  try {
    if (isLiteral(checkHost(address))) {
      return { host, port: checkInteger('port', Number(port), 1, 65_535) };
    }
  } catch {
    // said below
  }
  throw new DisgoverError(
    'BAD_SOURCE',
    `${quote(String(text))}: a resolver is an IP address, with a port where it is not 53`,
  );
}

/**
 * @throws DisgoverError `ERR_BAD_SOURCE` for what is no host name; services (`_disgover._tcp`) are names.
 */
export function checkName(where: string, name: unknown): string {
  const text = String(name).replace(/\.$/, '');
  try {
    if (typeof name === 'string' && text !== '' && !isLiteral(checkHost(text))) return text;
  } catch {
    // said below
  }
  throw new DisgoverError('BAD_SOURCE', `${where}: ${quote(String(name))} is not a domain name`);
}
