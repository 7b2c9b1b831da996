// What the contact of an entity says in place of an address of its host: who passes PINGs on to it. Pure.

import type { TransportInfo } from '../contracts/transport.js';
import { limits } from '../limits.js';
import { addressesOf } from '../wire/addresses.js';
import type { EncodedContact } from '../wire/contact-codec.js';

/** One address of each relay; where relays have several, of as many types as can be: not everybody dials every type. */
export function relayAddresses(relays: readonly EncodedContact[]): readonly TransportInfo[] {
  const types = new Set<string>();
  const chosen: TransportInfo[] = [];
  for (const relay of relays.slice(0, limits.addressesInContact)) {
    const addresses = addressesOf(relay);
    const address = addresses.find(({ type }) => !types.has(type)) ?? addresses[0];
    if (address === undefined) continue;
    types.add(address.type);
    chosen.push({ ...address, via: relay.id });
  }
  return chosen;
}
