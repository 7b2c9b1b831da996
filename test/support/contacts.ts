// Contacts for tests.

import type { Contact } from '../../src/contracts/contact.js';
import type { Key } from '../../src/id/key.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { idInBucket, idOf, keyAtDistance } from './ids.js';

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

/** A contact with an address of its own on the in-memory network. */
export function encodedNodeOf(name: string, fields: Record<string, unknown> = {}): EncodedContact {
  return encodedOf(name, { transport: { type: 'memory', host: name, port: 1 }, ...fields });
}

/**
 * A node whose key is exactly so far from `base`, which no real id could be made for: only its id is still that of its name, so
 * that it is found by key and not by id.
 */
export function contactAtDistance(
  base: Key,
  distance: number | bigint,
  fields: Record<string, unknown> = {},
): EncodedContact {
  const contact = encodedNodeOf(`at-${distance}`, fields);
  Object.defineProperty(contact, 'key', { value: keyAtDistance(base, distance) });
  return contact;
}

/** `count` nodes whose keys fall in bucket `index` of the table of `own`, found by trying names. */
export function nodesInBucket(own: Key, index: number, count: number): EncodedContact[] {
  return Array.from({ length: count }, (_, salt) => {
    const { id } = contactInBucket(own, index, salt);
    return EncodedContact.from({ id, transport: { type: 'memory', host: `host-${index}-${salt}`, port: 1 } });
  });
}

/** Puts nodes into a table until bucket `index` holds `count`. Returns them, the first to come first. */
export function fillBucket(
  table: { add(contact: EncodedContact, now: number): unknown },
  own: Key,
  index: number,
  count: number,
  now = 0,
): EncodedContact[] {
  const nodes = nodesInBucket(own, index, count);
  for (const node of nodes) table.add(node, now);
  return nodes;
}
