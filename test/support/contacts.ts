// Contacts for tests.

import type { Contact } from '../../src/contracts/contact.js';
import type { Key } from '../../src/id/key.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { idInBucket, idOf } from './ids.js';

/** A contact whose id is that of `name`. */
export function contactOf(name: string, fields: Record<string, unknown> = {}): Contact {
  return { id: idOf(name), ...fields };
}

/** The same, with an address on the in-memory or TCP network. */
export function nodeContactOf(name: string, port: number, fields: Record<string, unknown> = {}): Contact {
  return contactOf(name, { transport: { type: 'tcp', host: '127.0.0.1', port }, ...fields });
}

export function encodedOf(name: string, fields: Record<string, unknown> = {}): EncodedContact {
  return EncodedContact.from(contactOf(name, fields));
}

/** A contact whose key falls in bucket `index` of the table of `own`. See `idInBucket` for what it costs. */
export function contactInBucket(
  own: Key,
  index: number,
  salt: string | number = 0,
  fields: Record<string, unknown> = {},
): Contact {
  return { id: idInBucket(own, index, salt), ...fields };
}

/** A contact that is exactly `bytes` long when encoded. */
export function contactOfLength(bytes: number, name = 'x'): Contact {
  const { length } = encodedOf(name, { data: '' }).bytes;
  return contactOf(name, { data: 'y'.repeat(bytes - length) });
}
