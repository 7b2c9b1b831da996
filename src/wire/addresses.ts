// Where a contact can be dialled, and when two addresses are the same.

import type { TransportInfo } from '../contracts/transport.js';
import { Refusal } from '../errors.js';
import type { EncodedContact } from './contact-codec.js';

/** The addresses at which a contact says it can be dialled; none when it cannot be parsed. */
export function addressesOf(contact: EncodedContact): readonly TransportInfo[] {
  const parsed = contact.parse();
  if (parsed instanceof Refusal || parsed.transport === undefined) return [];
  return Array.isArray(parsed.transport) ? parsed.transport : [parsed.transport as TransportInfo];
}

/** Of addresses that cannot change: a request to an address looks for its session by this. */
const keys = new WeakMap<TransportInfo, string>();

/** As JSON, which is total for what came as JSON: a peer may send a `host` that no template could turn into text. */
export function addressKey(address: TransportInfo): string {
  const known = keys.get(address);
  if (known !== undefined) return known;
  const { type, host, port } = address;
  const key = JSON.stringify(host === undefined ? address : [type, host, port]);
  if (Object.isFrozen(address)) keys.set(address, key);
  return key;
}

/** Whether two contacts are at the same place: each address of one is an address of the other. */
export function haveSameAddresses(a: EncodedContact, b: EncodedContact): boolean {
  const [keysA, keysB] = [a, b].map((contact) => addressesOf(contact).map(addressKey).sort().join());
  return keysA === keysB;
}
