// Reads the language-neutral vectors of test/vectors, and turns their form of a message into ours.

import { readFileSync } from 'node:fs';
import { contactIdOfBytes, parseContactId } from '../../src/id/contact-id.js';
import { keyOfBytes } from '../../src/id/key.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import type { Message, Target } from '../../src/wire/messages.js';
import { idBytesOf } from './ids.js';

type Json = Record<string, unknown>;

/** A message as the vectors write it: ids in base64, other bytes in hexadecimal, contacts as objects. */
export type MessageVector = Json & { readonly type: Message['type'] };

export function readVectors<Shape>(name: string): Shape {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8')) as Shape;
}

export function bytesOfHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

export function messageOf(vector: MessageVector): Message {
  const {
    contact,
    announced,
    withdrawn,
    contacts,
    conflicts,
    nonce,
    id,
    expectedId,
    target,
    exact,
    ...rest
  } = vector;
  return {
    ...rest,
    ...(contact !== undefined && { contact: EncodedContact.from(contact) }),
    ...(announced !== undefined && { announced: listOf(announced) }),
    ...(withdrawn !== undefined && { withdrawn: listOf(withdrawn) }),
    ...(contacts !== undefined && { contacts: listOf(contacts) }),
    ...(conflicts !== undefined && { conflicts: listOf(conflicts) }),
    ...(nonce !== undefined && { nonce: bytesOfHex(nonce as string) }),
    ...(id !== undefined && { id: idBytesOf(parseContactId(id)) }),
    ...(expectedId !== undefined && { expectedId: idBytesOf(parseContactId(expectedId)) }),
    ...(target !== undefined && { target: targetOf(target as Json) }),
    ...(exact !== undefined && {
      exact: { ...(exact as Json), contact: EncodedContact.from((exact as Json).contact) },
    }),
  } as unknown as Message;
}

/** The way back: what a decoded message says, in the form of the vectors. */
export function vectorOf(message: Message): Json {
  return Object.fromEntries(Object.entries(message).map(([field, value]) => [field, plain(field, value)]));
}

function plain(field: string, value: unknown): unknown {
  if (value instanceof EncodedContact) return value.contact;
  if (Array.isArray(value)) return value.map((item) => plain(field, item));
  if (value instanceof Uint8Array) {
    return field === 'id' || field === 'expectedId' ? contactIdOfBytes(value) : hexOf(value);
  }
  return typeof value === 'object' && value !== null ? vectorOf(value as Message) : value;
}

function listOf(contacts: unknown): EncodedContact[] {
  return (contacts as unknown[]).map((contact) => EncodedContact.from(contact));
}

function targetOf(target: Json): Target {
  return 'key' in target
    ? { key: keyOfBytes(bytesOfHex(target.key as string)) }
    : { id: idBytesOf(parseContactId(target.id)) };
}
