// Message → bytes. Each function returns a view of one shared buffer, good until the next call: links copy what they send.

import { utf8 } from '../id/bytes.js';
import { ByteWriter } from './byte-writer.js';
import type { EncodedContact } from './contact-codec.js';
import {
  type FindNode,
  FindNodePart,
  type Hello,
  HelloPart,
  Kind,
  MAGIC,
  type Message,
  type Nodes,
  NodesPart,
  type Proof,
} from './messages.js';

const writer = new ByteWriter();
const NO_PARTS = 0;
const EMPTY = new Uint8Array(0);

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
      return encodeNodes(message);
    case 'error':
      return writer.start(Kind.error).u32(message.requestId).short(utf8(message.code)).u8(NO_PARTS).frame();
  }
}

function encodeHello(hello: Hello): Uint8Array {
  const { key, exchangeKey, remembered, provesSecret } = hello;
  writer.start(Kind.hello).raw(MAGIC).u32(hello.minVersion).u32(hello.maxVersion).raw(hello.nonce);
  writer
    .short(utf8(hello.group))
    .short(hello.expectedId ?? EMPTY)
    .long(hello.contact.bytes);
  return writeParts([
    [HelloPart.key, key],
    [HelloPart.exchangeKey, exchangeKey],
    [HelloPart.remembered, remembered],
    [HelloPart.secret, provesSecret ? EMPTY : undefined],
  ]).frame();
}

function encodeProof({ identity, secret }: Proof): Uint8Array {
  writer.start(Kind.proof);
  if (identity === undefined) writer.u8(0);
  else writer.u8(identity.how === 'signed' ? 1 : 2).raw(identity.bytes);
  if (secret === undefined) writer.u8(0);
  else writer.u8(1).raw(secret);
  return writer.u8(NO_PARTS).frame();
}

function encodeFindNode(message: FindNode): Uint8Array {
  const { requestId, target, announced, withdrawn, onBehalf, exactWillDo } = message;
  writer.start(Kind.findNode).u32(requestId);
  if ('id' in target) writer.u8(0).short(target.id);
  else writer.u8(1).raw(target.key);
  writeList(announced);
  writeList(withdrawn);
  if (!onBehalf && !exactWillDo) return writer.u8(NO_PARTS).frame();
  return writeParts([
    [FindNodePart.onBehalf, onBehalf ? EMPTY : undefined],
    [FindNodePart.exactWillDo, exactWillDo ? EMPTY : undefined],
  ]).frame();
}

function encodeNodes({ requestId, exact, contacts, conflicts, beyond }: Nodes): Uint8Array {
  writer.start(Kind.nodes).u32(requestId);
  writeOptional(exact?.contact);
  if (exact !== undefined) writer.u32(exact.ttlSeconds);
  writer.u8(contacts.length);
  for (const contact of contacts) writer.long(contact.bytes);
  writeList(conflicts);
  if (!beyond) return writer.u8(NO_PARTS).frame();
  return writeParts([[NodesPart.beyond, EMPTY]]).frame();
}

/** Those of the parts that are there, by tag. */
function writeParts(parts: readonly (readonly [tag: number, bytes: Uint8Array | undefined])[]): ByteWriter {
  writer.u8(parts.filter(([, bytes]) => bytes !== undefined).length);
  for (const [tag, bytes] of parts) if (bytes !== undefined) writer.u8(tag).long(bytes);
  return writer;
}

function writeOptional(contact: EncodedContact | undefined): ByteWriter {
  return contact === undefined ? writer.u8(0) : writer.u8(1).long(contact.bytes);
}

function writeList(contacts: readonly EncodedContact[]): ByteWriter {
  writer.u16(contacts.length);
  for (const contact of contacts) writer.long(contact.bytes);
  return writer;
}
