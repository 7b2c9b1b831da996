// What fast-check makes contacts, ids, keys and messages of.

import fc from 'fast-check';
import { type ContactId, contactIdOfBytes } from '../../src/id/contact-id.js';
import { type Key, keyOfBytes } from '../../src/id/key.js';
import { limits } from '../../src/limits.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import type { Message } from '../../src/wire/messages.js';

const forbidden = ['__proto__', 'constructor', 'prototype'];

export const idBytes = fc.uint8Array({ minLength: 1, maxLength: limits.idBytes });
export const contactId: fc.Arbitrary<ContactId> = idBytes.map(contactIdOfBytes);
export const key: fc.Arbitrary<Key> = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(keyOfBytes);

/** Keys that often share their first or last bytes with each other: where comparisons go wrong. */
export const nearKey: fc.Arbitrary<Key> = fc
  .record({
    fill: fc.constantFrom(0x00, 0x7f, 0x80, 0xff),
    changes: fc.array(fc.tuple(fc.constantFrom(0, 1, 15, 30, 31), fc.nat(255)), { maxLength: 3 }),
  })
  .map(({ fill, changes }) => {
    const bytes = new Uint8Array(32).fill(fill);
    for (const [at, value] of changes) bytes[at] = value;
    return keyOfBytes(bytes);
  });

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const field = fc.oneof(
  { weight: 8, arbitrary: text },
  { weight: 1, arbitrary: fc.constantFrom('toString', 'hasOwnProperty', 'length', '', '1', '10', '2', 'é') },
);
const number = fc
  .oneof(fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true }))
  .filter((each) => !Number.isInteger(each) || Number.isSafeInteger(each))
  .map((each) => (Object.is(each, -0) ? 0 : each));

/** A JSON value that a contact may hold, as it is after a round trip: no -0, nothing undefined. */
export const json: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, true, false),
    number,
    text,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(
      field.filter((name) => !forbidden.includes(name)),
      tie('value'),
      { maxKeys: 5, noNullPrototype: true },
    ),
  ),
})).value;

export const address = fc.record(
  { type: fc.constantFrom('tcp', 'ws', 'quic', ''), host: text, port: fc.nat(70_000) },
  { requiredKeys: ['type'] },
);

/** Contacts as applications write them; those that turn out longer than 3 KiB are left out. */
export const contact: fc.Arbitrary<object> = fc
  .record(
    {
      id: contactId,
      data: json,
      transport: fc.oneof(address, fc.array(address, { maxLength: limits.addressesInContact })),
      vectorClock: fc.oneof(fc.maxSafeNat(), json),
      anything: json,
    },
    { requiredKeys: ['id'], noNullPrototype: true },
  )
  .filter((value) => EncodedContact.encode(value) instanceof EncodedContact);

export const encodedContact = contact.map((value) => EncodedContact.from(value));

const requestId = fc.nat({ max: 2 ** 32 - 1 });
const code = fc.string({ maxLength: 40 });
const few = fc.array(encodedContact, { maxLength: 4 });

export const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record(
    {
      type: fc.constant('hello' as const),
      minVersion: requestId,
      maxVersion: requestId,
      nonce: fc.uint8Array({ minLength: 16, maxLength: 16 }),
      group: fc.string({ maxLength: 21, unit: 'binary' }).filter((name) => Buffer.byteLength(name) <= 64),
      expectedId: idBytes,
      contact: encodedContact,
    },
    { requiredKeys: ['type', 'minVersion', 'maxVersion', 'nonce', 'group', 'contact'] },
  ),
  fc.record({ type: fc.constant('close' as const), code }),
  fc.record({ type: fc.constant('ping' as const), requestId, id: idBytes }),
  fc.record(
    { type: fc.constant('pong' as const), requestId, contact: encodedContact },
    { requiredKeys: ['type', 'requestId'] },
  ),
  fc.record({
    type: fc.constant('findNode' as const),
    requestId,
    target: fc.oneof(fc.record({ id: idBytes }), fc.record({ key })),
    announced: few,
    withdrawn: few,
  }),
  fc.record(
    {
      type: fc.constant('nodes' as const),
      requestId,
      exact: fc.record({ contact: encodedContact, ttlSeconds: requestId }),
      contacts: few,
      conflicts: few,
    },
    { requiredKeys: ['type', 'requestId', 'contacts', 'conflicts'] },
  ),
  fc.record({ type: fc.constant('error' as const), requestId, code }),
);
