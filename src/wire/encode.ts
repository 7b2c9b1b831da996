// Message → bytes. Each function returns a view of one shared buffer, good until the next call: links copy what they send.

import { utf8 } from '../id/bytes.js';
import { ByteWriter } from './byte-writer.js';
import type { EncodedContact } from './contact-codec.js';
import { type FindNode, type Hello, HelloPart, Kind, MAGIC, type Message, type Proof } from './messages.js';

const writer = new ByteWriter();
const NO_PARTS = 0;
const ABSENT = new Uint8Array(0);

export function encode(message: Message): Uint8Array {
  switch (message.type) {
    case 'hello':
      return encodeHello(message);
    case 'proof':
      return encodeProof(message);
    case 'close':
      return writer.start(Kind.close).short(utf8(message.code)).u8(NO_PARTS).frame();
    case 'ping':
      return writer.start(Kind.ping).u32(message.requestId).short(message.id).u8(NO_PARTS).frame();
    case 'pong':
      writer.start(Kind.pong).u32(message.requestId);
      return writeOptional(message.contact).u8(NO_PARTS).frame();
    case 'findNode':
      return encodeFindNode(message);
    case 'nodes':
      writer.start(Kind.nodes).u32(message.requestId);
      writeOptional(message.exact?.contact);
      if (message.exact !== undefined) writer.u32(message.exact.ttlSeconds);
      writer.u8(message.contacts.length);
      for (const contact of message.contacts) writer.long(contact.bytes);
      return writeList(message.conflicts).u8(NO_PARTS).frame();
    case 'error':
      return writer.start(Kind.error).u32(message.requestId).short(utf8(message.code)).u8(NO_PARTS).frame();
  }
}

function encodeHello(hello: Hello): Uint8Array {
  const { key, exchangeKey, remembered, provesSecret } = hello;
  writer.start(Kind.hello).raw(MAGIC).u32(hello.minVersion).u32(hello.maxVersion).raw(hello.nonce);
  writer
    .short(utf8(hello.group))
    .short(hello.expectedId ?? ABSENT)
    .long(hello.contact.bytes);
  const parts = [
    [HelloPart.key, key],
    [HelloPart.exchangeKey, exchangeKey],
    [HelloPart.remembered, remembered],
    [HelloPart.secret, provesSecret ? ABSENT : undefined],
  ] as const;
  writer.u8(parts.filter(([, bytes]) => bytes !== undefined).length);
  for (const [tag, bytes] of parts) if (bytes !== undefined) writer.u8(tag).long(bytes);
  return writer.frame();
}

function encodeProof({ identity, secret }: Proof): Uint8Array {
  writer.start(Kind.proof);
  if (identity === undefined) writer.u8(0);
  else writer.u8(identity.how === 'signed' ? 1 : 2).raw(identity.bytes);
  if (secret === undefined) writer.u8(0);
  else writer.u8(1).raw(secret);
  return writer.u8(NO_PARTS).frame();
}

function encodeFindNode({ requestId, target, announced, withdrawn }: FindNode): Uint8Array {
  writer.start(Kind.findNode).u32(requestId);
  if ('id' in target) writer.u8(0).short(target.id);
  else writer.u8(1).raw(target.key);
  writeList(announced);
  return writeList(withdrawn).u8(NO_PARTS).frame();
}

function writeOptional(contact: EncodedContact | undefined): ByteWriter {
  return contact === undefined ? writer.u8(0) : writer.u8(1).long(contact.bytes);
}

function writeList(contacts: readonly EncodedContact[]): ByteWriter {
  writer.u16(contacts.length);
  for (const contact of contacts) writer.long(contact.bytes);
  return writer;
}
