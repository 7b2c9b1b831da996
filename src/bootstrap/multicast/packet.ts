// What nodes tell each other on the wire: where one is, for how long that holds, and whether it asks the others for the same.
//
//   0  4  "DGMC"           8  8  milliseconds since the epoch     40  2  length of the body
//   4  1  version, 1      16  8  zero                             42  n  body: JSON, { id, transport? }
//   5  1  flags           24 16  group: SHA-256, cut             …  32  seal, in groups with a secret
//   6  2  lifetime, s                                             …  zeros, where it asks: no answer is longer than its question

import { createHash, timingSafeEqual } from 'node:crypto';
import type { SourceContext } from '../../contracts/bootstrap-source.js';
import type { ContactInput } from '../../contracts/contact.js';

/** Passes every network unbroken, and is longer than any answer. */
const ASKING_BYTES = 1_024;
const MAGIC = Buffer.from('DGMC');
const VERSION = 1;
const HEAD_BYTES = 42;
const SEAL_BYTES = 32;
const GROUP_BYTES = 16;
const ASKS = 1;
const SEALED = 2;
/** By how much the clocks of members may differ, and so how long a packet that was recorded may be of use. */
const MOST_SKEW_MS = 300_000;

const at = { version: 4, flags: 5, lifetime: 6, time: 8, group: 24, length: 40 } as const;

export interface Packet {
  /** 0: it says goodbye. Seconds. */
  readonly lifetime: number;
  /** The sender's clock, always later than in its packets before. Milliseconds since the epoch. */
  readonly time: number;
  /** Wants to hear of others at once. */
  readonly asks: boolean;
  /** The contact as it was sent, which nobody has checked. */
  readonly body: unknown;
}

type Sealing = Pick<SourceContext, 'group' | 'seal'>;

/** `undefined` for a contact too long to be announced. */
export function encodePacket(
  packet: Packet & { readonly body: ContactInput },
  { group, seal }: Sealing,
): Buffer | undefined {
  const body = Buffer.from(JSON.stringify(packet.body));
  if (HEAD_BYTES + body.length + SEAL_BYTES > ASKING_BYTES) return undefined;
  const bytes = Buffer.alloc(ASKING_BYTES);
  MAGIC.copy(bytes);
  bytes.writeUInt8(VERSION, at.version);
  bytes.writeUInt16BE(packet.lifetime, at.lifetime);
  bytes.writeBigUInt64BE(BigInt(packet.time), at.time);
  tagOf(group).copy(bytes, at.group);
  bytes.writeUInt16BE(body.length, at.length);
  body.copy(bytes, HEAD_BYTES);
  const end = HEAD_BYTES + body.length;
  const asks = packet.asks ? ASKS : 0;
  bytes.writeUInt8(asks | SEALED, at.flags);
  const seal32 = seal(bytes.subarray(0, end));
  if (seal32 === undefined) bytes.writeUInt8(asks, at.flags);
  else bytes.set(seal32, end);
  return packet.asks ? bytes : bytes.subarray(0, end + (seal32 === undefined ? 0 : SEAL_BYTES));
}

/** What a member of this group has said; `undefined` for everything else. Cheap checks come first. */
export function decodePacket(bytes: Buffer, { group, seal }: Sealing, now: number): Packet | undefined {
  if (bytes.length < HEAD_BYTES || bytes.length > ASKING_BYTES) return undefined;
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC) || bytes[at.version] !== VERSION) return undefined;
  if (!bytes.subarray(at.group, at.length).equals(tagOf(group))) return undefined;
  const flags = bytes.readUInt8(at.flags);
  const end = HEAD_BYTES + bytes.readUInt16BE(at.length);
  if (end > bytes.length) return undefined;
  const time = Number(bytes.readBigUInt64BE(at.time));
  if (!Number.isSafeInteger(time)) return undefined;
  const wanted = seal(bytes.subarray(0, end));
  const isSealed = (flags & SEALED) !== 0;
  if (isSealed !== (wanted !== undefined)) return undefined;
  if (wanted !== undefined) {
    const given = bytes.subarray(end, end + SEAL_BYTES);
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined;
    if (Math.abs(now - time) > MOST_SKEW_MS) return undefined;
  }
  const body = parsed(bytes.toString('utf8', HEAD_BYTES, end));
  return { lifetime: bytes.readUInt16BE(at.lifetime), time, asks: (flags & ASKS) !== 0, body };
}

/** Other groups on the wire learn that there is a group, and not its name. */
function tagOf(group: string): Buffer {
  return createHash('sha256').update(`disgover multicast\0${group}`).digest().subarray(0, GROUP_BYTES);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
