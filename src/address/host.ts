// What may stand in `host` and `port`: one spelling for each address, so that no check is passed by another spelling of it.

import { DisgoverError, quote, typeName } from '../errors.js';
import { parseIp, printIp, unmappedIp } from './ip.js';
import { rangeOf } from './ranges.js';

const NAME_CHARACTERS = 253;
const label = /^(?!-)[a-z0-9_-]+(?<!-)$/i;
const longLabel = /[^.]{64}/;
/** The system's resolver reads a name whose last label is a number as an IPv4 address: `127.1`, `0x7f.1`, `2130706433`. */
const endsInNumber = /(?:^|\.)(?:\d+|0x[\da-f]*)$/i;

/** `::ffff:10.0.0.1` is 10.0.0.1, as a socket for both families tells it; any other host is as it is. */
export function unmapped(host: string): string {
  const bytes = parseIp(host);
  return bytes === undefined ? host : printIp(unmappedIp(bytes));
}

/** Whether a checked host is an IP literal, and no name. */
export function isLiteral(host: string): boolean {
  return parseIp(host) !== undefined;
}

/**
 * An IP literal as the system prints it, or a host name; an IPv4 address mapped into IPv6 comes out as IPv4.
 * @throws DisgoverError `ERR_BAD_HOST`.
 */
export function checkHost(host: unknown): string {
  if (typeof host !== 'string') throw new DisgoverError('BAD_HOST', `string, got ${typeName(host)}`);
  const bytes = parseIp(host);
  if (bytes !== undefined) return printIp(unmappedIp(bytes));
  if (host.includes(':') || endsInNumber.test(host)) {
    throw new DisgoverError('BAD_HOST', `not a canonical IP literal: ${quote(host)}`);
  }
  if (host.length > NAME_CHARACTERS || longLabel.test(host)) {
    throw new DisgoverError('BAD_HOST', `name too long: ${quote(host)}`);
  }
  if (!host.split('.').every((part) => label.test(part))) {
    throw new DisgoverError('BAD_HOST', `not a host name: ${quote(host)}`);
  }
  return host;
}

export function isPort(port: unknown): port is number {
  return typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= 65_535;
}

/** @throws DisgoverError `ERR_BAD_PORT`. */
export function checkPort(port: unknown): number {
  if (isPort(port)) return port;
  const shown = typeof port === 'string' ? ` ${quote(port)}` : typeof port === 'number' ? ` ${port}` : '';
  throw new DisgoverError('BAD_PORT', `integer 1..65535, got ${typeName(port)}${shown}`);
}

export function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

/** Loopback or a private network (RFC 1918, 6598, 4193), where an address in a completed handshake is its owner's. */
export function isPrivate(host: string): boolean {
  const bytes = parseIp(host);
  if (bytes === undefined) return false;
  const { scope } = rangeOf(bytes);
  return scope === 'loopback' || scope === 'private';
}

/** For logs: `127.0.0.1:6742`, `[::1]:6742`. */
export function endpoint(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
