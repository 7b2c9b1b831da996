// Contacts, ids and addresses as people read them.

import { bytesOfContactId, type Contact, type ContactId, type TransportInfo } from '../index.js';
import { aligned, cut, printable } from './output.js';

const CELL = 120;

/** A contact, one field a line; `--json` has what is cut here. */
export function contactLines({ id, transport, ...fields }: Contact): string[] {
  return aligned([
    ['id', idText(id)],
    ['transport', transportText(transport)],
    ...Object.entries(fields).map(([name, value]) => [
      cut(printable(name), CELL / 4),
      cut(printable(JSON.stringify(value)), CELL),
    ]),
  ]);
}

/** The id, and the name that its bytes spell where they spell one. */
export function idText(id: ContactId): string {
  const name = nameOf(id);
  return name === undefined ? id : `${cut(id, CELL)} ("${cut(name, CELL)}")`;
}

export function transportText(transport: Contact['transport']): string {
  if (transport === undefined) return 'none';
  const addresses: readonly TransportInfo[] = Array.isArray(transport) ? transport : [transport];
  return addresses.map(addressText).join(', ');
}

/** `tcp://127.0.0.1:6742`, as `--seed` takes it; of a relay with its id, for nobody is hosted there. */
export function addressText({ via, ...address }: TransportInfo): string {
  const text = plainText(address as TransportInfo);
  return via === undefined ? text : `through the relay ${cut(printable(String(via)), CELL)} at ${text}`;
}

function plainText({ type, host, port, path, tls, ...rest }: TransportInfo): string {
  if (typeof host !== 'string')
    return cut(printable(JSON.stringify({ type, port, path, tls, ...rest })), CELL);
  const scheme = type === 'ws' && tls === true ? 'wss' : type;
  const at = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return cut(printable(`${scheme}://${at}${typeof path === 'string' ? path : ''}`), CELL);
}

/** The text that the bytes of the id are, where all of it can be shown. */
function nameOf(id: ContactId): string | undefined {
  try {
    const name = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytesOfContactId(id));
    return printable(name) === name ? name : undefined;
  } catch {
    return undefined;
  }
}
