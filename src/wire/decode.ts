// Bytes → message, or why not. Total: whatever comes in, it returns. Contacts are cut out, not parsed.

import { contactIn } from '#met-contacts';
import { Refusal } from '../errors.js';
import { equalBytes, textOf } from '../id/bytes.js';
import { keyBytes, keyOfBytes } from '../id/key.js';
import { limits } from '../limits.js';
import { ByteReader, nameOf } from './byte-reader.js';
import type { EncodedContact } from './contact-codec.js';
import {
  type BadFrame,
  type FindNode,
  FindNodePart,
  type Hello,
  HelloPart,
  KEYED_HASH_BYTES,
  Kind,
  MAGIC,
  type Message,
  NONCE_BYTES,
  type Nodes,
  NodesPart,
  type Pong,
  type Proof,
  PUBLIC_KEY_BYTES,
  SIGNATURE_BYTES,
  type Target,
} from './messages.js';
import { copyOf } from './slab.js';

/** Optional parts that no decoder knows are passed over; `onUnknownPart` counts them. */
export function decode(frame: Uint8Array, onUnknownPart?: () => void): Message | BadFrame {
  const reader = new ByteReader(frame);
  const kind = frame[0];
  let requestId: number | undefined;
  try {
    reader.u8('kind');
    if (kind === Kind.hello) return readHello(reader, onUnknownPart);
    if (kind === Kind.proof) return finish(readProof(reader), reader, onUnknownPart);
    if (kind === Kind.close)
      return finish({ type: 'close', code: readText(reader, 'code') }, reader, onUnknownPart);
    requestId = reader.u32('request id');
    switch (kind) {
      case Kind.ping:
        return finish({ type: 'ping', requestId, id: readId(reader) }, reader, onUnknownPart);
      case Kind.findNode:
        return readFindNode(reader, requestId, onUnknownPart);
      case Kind.pong: {
        const contact = readOptional(reader, 'contact');
        const pong: Pong = contact ? { type: 'pong', requestId, contact } : { type: 'pong', requestId };
        return finish(pong, reader, onUnknownPart);
      }
      case Kind.nodes:
        return readNodes(reader, requestId, onUnknownPart);
      case Kind.error:
        return finish({ type: 'error', requestId, code: readText(reader, 'code') }, reader, onUnknownPart);
      default:
        throw new Refusal('UNSUPPORTED', `request kind 0x${(kind as number).toString(16).padStart(2, '0')}`);
    }
  } catch (fault) {
    if (!(fault instanceof Refusal)) throw fault;
    return badFrame(fault, kind, requestId);
  }
}

function badFrame(
  { code, detail }: Refusal,
  kind: number | undefined,
  requestId: number | undefined,
): BadFrame {
  const isReply = kind === Kind.pong || kind === Kind.nodes || kind === Kind.error;
  const isOther = kind === undefined || kind === Kind.hello || kind === Kind.proof || kind === Kind.close;
  const of = isReply ? 'reply' : isOther ? 'other' : 'request';
  return { type: 'bad', code, detail, of, ...(requestId !== undefined && { requestId }) };
}

/** What stands at the end of every frame: tagged parts that may be there. Of this message none are known. */
function finish<M extends Message>(message: M, reader: ByteReader, onUnknownPart?: () => void): M {
  if (!reader.endsWithoutParts()) readParts(reader, () => onUnknownPart?.());
  return message;
}

/** Of a repeated tag the first counts. */
function readParts(reader: ByteReader, onPart: (tag: number, bytes: Uint8Array) => void): void {
  const count = reader.u8('parts');
  if (count === 0) return reader.end();
  if (count > limits.partsInFrame) throw new Refusal('BAD_FRAME', `${count} > ${limits.partsInFrame} parts`);
  const parts: [number, Uint8Array][] = [];
  let length = 0;
  for (let i = 0; i < count; i++) {
    const tag = reader.u8(`parts[${i}]`);
    const bytes = reader.long(`parts[${i}]`);
    length += bytes.length;
    if (parts.every(([earlier]) => earlier !== tag)) parts.push([tag, bytes]);
  }
  if (length > limits.partsBytes)
    throw new Refusal('BAD_FRAME', `${length} B > ${limits.partsBytes} B of parts`);
  reader.end();
  for (const [tag, bytes] of parts) onPart(tag, bytes);
}

function readHello(reader: ByteReader, onUnknownPart?: () => void): Hello {
  if (!equalBytes(reader.raw(MAGIC.length, 'magic'), MAGIC))
    throw new Refusal('BAD_MAGIC', 'not a disgover HELLO');
  const minVersion = reader.u32('min version');
  const maxVersion = reader.u32('max version');
  const nonce = reader.raw(NONCE_BYTES, 'nonce').slice();
  const group = readText(reader, 'group', limits.groupBytes);
  const expectedId = reader.short('expected id');
  const contact = readContact(reader, 'contact');
  const parts: { -readonly [Name in 'key' | 'exchangeKey' | 'remembered' | 'provesSecret']?: Hello[Name] } =
    {};
  readParts(reader, (tag, bytes) => {
    if (tag === HelloPart.key) parts.key = keyPart(bytes, 'key');
    else if (tag === HelloPart.exchangeKey) parts.exchangeKey = keyPart(bytes, 'exchange key');
    else if (tag === HelloPart.remembered) parts.remembered = keyPart(bytes, 'remembered key');
    else if (tag === HelloPart.secret) parts.provesSecret = true;
    else onUnknownPart?.();
  });
  return {
    type: 'hello',
    minVersion,
    maxVersion,
    nonce,
    group,
    contact,
    ...(expectedId.length > 0 && { expectedId: expectedId.slice() }),
    ...parts,
  };
}

function keyPart(bytes: Uint8Array, what: string): Uint8Array {
  if (bytes.length === PUBLIC_KEY_BYTES) return bytes.slice();
  throw new Refusal('BAD_FRAME', `${what}: ${bytes.length} B, not ${PUBLIC_KEY_BYTES} B`);
}

function readProof(reader: ByteReader): Proof {
  const how = reader.u8('proof of identity');
  if (how > 2) throw new Refusal('BAD_FRAME', `a proof of identity of kind ${how}`);
  const signed = how === 1;
  const bytes = reader.raw(how === 0 ? 0 : signed ? SIGNATURE_BYTES : KEYED_HASH_BYTES, 'proof of identity');
  const hasSecret = reader.u8('proof of the secret');
  if (hasSecret > 1) throw new Refusal('BAD_FRAME', `proof of the secret: ${hasSecret} is neither 0 nor 1`);
  const secret = reader.raw(hasSecret * KEYED_HASH_BYTES, 'proof of the secret');
  return {
    type: 'proof',
    ...(how !== 0 && { identity: { how: signed ? 'signed' : 'keyed', bytes: bytes.slice() } }),
    ...(hasSecret === 1 && { secret: secret.slice() }),
  };
}

function readFindNode(reader: ByteReader, requestId: number, onUnknownPart?: () => void): FindNode {
  const target = readTarget(reader);
  const announced = readList(reader, 'announced', reader.u16('announced'), limits.contactsInAnnounce);
  const withdrawn = readList(reader, 'withdrawn', reader.u16('withdrawn'), limits.contactsInAnnounce);
  const message: FindNode = { type: 'findNode', requestId, target, announced, withdrawn };
  const flags = readFlags(reader, [FindNodePart.onBehalf, FindNodePart.exactWillDo], onUnknownPart);
  if (flags === undefined) return message;
  return {
    ...message,
    ...(flags.has(FindNodePart.onBehalf) && { onBehalf: true }),
    ...(flags.has(FindNodePart.exactWillDo) && { exactWillDo: true }),
  };
}

function readTarget(reader: ByteReader): Target {
  const kind = reader.u8('target');
  if (kind === 0) return { id: readId(reader) };
  if (kind === 1) return { key: keyOfBytes(reader.raw(keyBytes, 'target').slice()) };
  throw new Refusal('BAD_FRAME', `target of kind ${kind}`);
}

function readNodes(reader: ByteReader, requestId: number, onUnknownPart?: () => void): Nodes {
  const exact = readOptional(reader, 'exact');
  const ttlSeconds = exact === undefined ? 0 : reader.u32('ttl');
  const contacts = readList(reader, 'contacts', reader.u8('contacts'), limits.contactsInReply);
  const conflicts = readList(reader, 'conflicts', reader.u16('conflicts'), limits.contactsInAnnounce);
  const beyond = readFlags(reader, [NodesPart.beyond], onUnknownPart)?.has(NodesPart.beyond);
  return {
    type: 'nodes',
    requestId,
    contacts,
    conflicts,
    ...(exact && { exact: { contact: exact, ttlSeconds } }),
    ...(beyond && { beyond }),
  };
}

/** Which of the parts that say all by being there are there; absent: none. What they may hold in versions to come is passed over. */
function readFlags(
  reader: ByteReader,
  known: readonly number[],
  onUnknownPart?: () => void,
): ReadonlySet<number> | undefined {
  if (reader.endsWithoutParts()) return undefined;
  const flags = new Set<number>();
  readParts(reader, (tag) => {
    if (known.includes(tag)) flags.add(tag);
    else onUnknownPart?.();
  });
  return flags;
}

function readList(reader: ByteReader, field: string, count: number, most: number): EncodedContact[] {
  if (count > most) throw new Refusal('TOO_MANY_CONTACTS', `${count} > ${most} in ${field}`);
  const contacts: EncodedContact[] = [];
  for (let i = 0; i < count; i++) contacts.push(readContact(reader, field, i));
  return contacts;
}

function readOptional(reader: ByteReader, field: string): EncodedContact | undefined {
  const present = reader.u8(field);
  if (present > 1)
    throw new Refusal('BAD_FRAME', `${field}: neither absent (0) nor present (1) but ${present}`);
  return present === 1 ? readContact(reader, field) : undefined;
}

function readContact(reader: ByteReader, field: string, index?: number): EncodedContact {
  const length = reader.u16(field, index);
  if (length > limits.contactBytes)
    throw new Refusal('CONTACT_TOO_LARGE', `${nameOf(field, index)}: ${length} B > ${limits.contactBytes} B`);
  const start = reader.at;
  reader.skip(length, field, index);
  const idLength = length === 0 ? 0 : (reader.bytes[start] as number);
  if (idLength === 0 || 1 + idLength > length) {
    throw new Refusal(
      'BAD_CONTACT',
      `${nameOf(field, index)}: an id of ${idLength} B in a contact of ${length} B`,
    );
  }
  return contactIn(reader.bytes, start, start + length);
}

function readId(reader: ByteReader): Uint8Array {
  const length = reader.u8('target id');
  const start = reader.at;
  reader.skip(length, 'target id');
  if (length === 0) throw new Refusal('BAD_ID', `1..${limits.idBytes} bytes, got 0`);
  return copyOf(reader.bytes, start, start + length);
}

function readText(reader: ByteReader, field: string, most: number = limits.errorTextBytes): string {
  const bytes = reader.short(field);
  if (bytes.length > most) throw new Refusal('BAD_FRAME', `${field}: ${bytes.length} B > ${most} B`);
  try {
    return textOf(bytes);
  } catch {
    throw new Refusal('BAD_ENCODING', `${field} is not UTF-8`);
  }
}
