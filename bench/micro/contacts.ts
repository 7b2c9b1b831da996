// Contacts and keys to time with, the same in each run.

import { EncodedContact, type Key, keyOfBytes, SeededRandom } from './engine.js';

const random = new SeededRandom(1);

export function anyKey(): Key {
  return keyOfBytes(random.bytes(32));
}

/** As a peer sends it: id of 20 bytes, one address. */
export function anyContact(fields: object = {}): EncodedContact {
  const id = Buffer.from(random.bytes(20)).toString('base64');
  const transport = { type: 'tcp', host: `10.0.${random.next() % 256}.${random.next() % 256}`, port: 6742 };
  return EncodedContact.from({ id, transport, ...fields });
}

/** The same contact again, of which nothing is remembered: as it comes from the wire. */
export function fresh({ bytes }: EncodedContact): EncodedContact {
  return EncodedContact.ofBytes(bytes);
}
