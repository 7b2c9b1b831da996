// Where first addresses come from, as the application writes them.

import { checkUrlPath } from '../address/url-path.js';
import type { Seed } from '../contracts/bootstrap-source.js';
import type { TransportInfo } from '../contracts/transport.js';
import { DisgoverError, quote, typeName } from '../errors.js';
import type { DialTarget } from '../session/dialler.js';
import { addressesOf } from '../wire/addresses.js';
import { EncodedContact } from '../wire/contact-codec.js';

const LAST_PORT = 65_535;
/** What a URL may say, or not, for the path that is meant when an address has none: docs/PROTOCOL.md 2.4. */
const assumedPaths = ['', '/', '/disgover'];

/** Of URLs without one; nodes have no port of their own to be assumed. */
const ASSUMED_PORTS: Readonly<Record<string, number>> = { ws: 80, wss: 443 };

/**
 * A seed that a node with transports of these `names` can dial: one that can never be dialled would have the node try for ever.
 * @throws DisgoverError as `parseSeed`.
 */
export function resolveSeed(seed: Seed, names: readonly string[]): DialTarget {
  const target = parseSeed(seed, names[0] as string);
  const types = addressesOf(target).map(({ type }) => type);
  if (types.length === 0)
    throw new DisgoverError('BAD_SEED', 'a seed needs an address of its own, not of relays');
  if (types.some((type) => names.includes(type))) return target;
  const shown = typeof seed === 'string' ? seed : types.join(', ');
  throw badSeed(shown, `this node speaks ${names.join(', ')} only`);
}

/** @throws DisgoverError `ERR_BAD_SEED`, `ERR_BAD_URL`; for a contact with an id, what a contact must be. `type`: for addresses without one. */
export function parseSeed(seed: Seed, type: string): DialTarget {
  if (typeof seed === 'string') return parseDialled(seed, type);
  if (typeof seed !== 'object' || seed === null) {
    throw new DisgoverError('BAD_SEED', `expected an address or a contact, got ${typeName(seed)}`);
  }
  const addresses = (Array.isArray(seed.transport) ? seed.transport : [seed.transport]) as (
    | TransportInfo
    | undefined
  )[];
  const [first] = addresses;
  if (typeof first !== 'object' || first === null)
    throw new DisgoverError('BAD_SEED', 'a seed needs a transport');
  const typed = addresses.map((address) => ({ type, ...address }) as TransportInfo);
  const transport = typed.length === 1 ? (typed[0] as TransportInfo) : typed;
  return seed.id === undefined ? transport : EncodedContact.from({ ...seed, transport });
}

function parseDialled(text: string, type: string): TransportInfo {
  const address = parseAddress(text, type);
  const { port = 0 } = address;
  if (port >= 1 && port <= LAST_PORT) return address;
  throw badSeed(text, `a port is 1..${LAST_PORT}`);
}

/**
 * `scheme://host:port`, or `host:port` with the scheme of the node's own transport. IPv6 hosts stand in brackets. The port is
 * not checked. `ws` and `wss` may have a path, which is `/disgover` when there is none.
 * @throws DisgoverError `ERR_BAD_SEED`; `ERR_BAD_URL` for credentials, queries, fragments, other paths, and for `http`.
 */
export function parseAddress(text: string, type: string): TransportInfo {
  const [, scheme = type, rest = ''] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*)$/s.exec(text) ?? [];
  if (/^(?:ws|http)s?$/.test(scheme)) return parseUrl(text, scheme, rest);
  return parseEndpoint(text, scheme, rest.replace(/\/$/, ''));
}

/** What reads as a URL and is not one of a WebSocket says so; what it may not have would be lost, or sent to others. */
function parseUrl(text: string, scheme: string, rest: string): TransportInfo {
  if (!scheme.startsWith('ws')) throw badUrl(text, 'ws or wss, where a WebSocket is meant');
  const [, authority = '', path = ''] = /^([^/?#]*)(.*)$/s.exec(rest) ?? [];
  if (authority.includes('@')) throw badUrl(text, 'credentials not allowed');
  if (path.includes('?')) throw badUrl(text, 'query not allowed');
  if (path.includes('#')) throw badUrl(text, 'fragment not allowed');
  if (authority !== '' && !/:\d*$/.test(authority)) {
    throw badSeed(text, `give the port, ${scheme}://${authority}:${ASSUMED_PORTS[scheme]}${path}`);
  }
  const address = parseEndpoint(text, 'ws', authority);
  return {
    ...address,
    ...(!assumedPaths.includes(path) && { path: checkUrlPath(path) }),
    ...(scheme === 'wss' && { tls: true }),
  };
}

function parseEndpoint(text: string, type: string, rest: string): TransportInfo {
  if (rest.startsWith('[') !== rest.includes(']')) throw badSeed(text, 'unbalanced bracket');
  if (/^[^[\]]*:[^[\]]*:[^[\]]*$/.test(rest)) {
    const at = rest.lastIndexOf(':');
    throw badSeed(text, `write [${rest.slice(0, at)}]:${rest.slice(at + 1)}`);
  }
  const [, bracketed, plain, port] = /^(?:\[([^[\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(rest) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || port === undefined) throw badSeed(text, 'expected host:port');
  return { type, host, port: Number(port) };
}

function badUrl(text: string, why: string): DisgoverError {
  return new DisgoverError('BAD_URL', `${quote(text)}: ${why}`);
}

function badSeed(text: string, why: string): DisgoverError {
  return new DisgoverError('BAD_SEED', `${quote(text)}: ${why}`);
}
