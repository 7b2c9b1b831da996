// Where a contact's host can be dialled, who passes PINGs on to one that cannot be, and when two addresses are the same.

import type { TransportInfo } from '../contracts/transport.js';
import { Refusal } from '../errors.js';
import { type ContactId, checkContactId } from '../id/contact-id.js';
import { EncodedContact } from './contact-codec.js';

/** A node that passes PINGs on to a host that cannot be dialled, and where that node is. */
export interface RelayAddress {
  readonly via: ContactId;
  readonly address: TransportInfo;
}

/** The addresses at which a contact says it can be dialled, none when it cannot be parsed; or those that are given. */
export function addressesOf(
  target: EncodedContact | TransportInfo | readonly TransportInfo[],
): readonly TransportInfo[] {
  if (!(target instanceof EncodedContact)) return Array.isArray(target) ? target : [target as TransportInfo];
  const { addresses } = target;
  for (const address of addresses)
    if (isRelayed(address)) return addresses.filter((other) => !isRelayed(other));
  return addresses;
}

/** The relays that a contact names; one whose id is none is passed over. */
export function relaysOf(contact: EncodedContact): readonly RelayAddress[] {
  return contact.addresses.flatMap(({ via, ...address }) => {
    const id = via === undefined ? undefined : checkContactId(via);
    return id === undefined || id instanceof Refusal ? [] : [{ via: id, address }];
  });
}

/** Whether there are addresses, and all of them are of relays: the host itself cannot be dialled. */
export function isRelayedOnly(contact: EncodedContact): boolean {
  const { addresses } = contact;
  return addresses.length > 0 && addresses.every(isRelayed);
}

/** Of addresses that cannot change: a request to an address looks for its session by this. */
const keys = new WeakMap<TransportInfo, string>();

/** As JSON, which is total for what came as JSON: a peer may send a `host` that no template could turn into text. */
export function addressKey(address: TransportInfo): string {
  const known = keys.get(address);
  if (known !== undefined) return known;
  const { type, host, port, path, via } = address;
  const key = JSON.stringify(host === undefined ? address : { type, host, port, path, via });
  if (Object.isFrozen(address)) keys.set(address, key);
  return key;
}

/** Whether two contacts are at the same place: each address of one is an address of the other. */
export function haveSameAddresses(a: EncodedContact, b: EncodedContact): boolean {
  if (a === b) return true;
  const [keysA, keysB] = [a, b].map((contact) => contact.addresses.map(addressKey).sort().join());
  return keysA === keysB;
}

function isRelayed({ via }: TransportInfo): boolean {
  return via !== undefined;
}
