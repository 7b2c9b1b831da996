// A small peer over TCP, written from docs/PROTOCOL.md alone. It imports nothing of src/, so that a fault there is not met by
// the same fault here; and it says whatever it is told to, in any order, since half of its use is to misbehave.

import { createHash, randomBytes } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { type RawKeys, type Role, secretProof, transcriptOf } from './raw-keys.js';

/** A contact as JSON has it. `id` is base64. */
export interface RawContact {
  readonly id: string;
  readonly [field: string]: unknown;
}

/** A frame that came in, and what it says. `bytes` is the frame without its length. */
export type RawFrame = { readonly bytes: Buffer } & RawMessage;
export type RawMessage =
  | {
      readonly type: 'hello';
      readonly minVersion: number;
      readonly maxVersion: number;
      readonly nonce: Buffer;
      readonly group: string;
      readonly expectedId: string | undefined;
      readonly contact: RawContact;
      /** The optional parts, by tag. */
      readonly parts: ReadonlyMap<number, Buffer>;
    }
  | {
      readonly type: 'proof';
      /** 0: none, 1: signed, 2: keyed. */
      readonly how: number;
      readonly identity: Buffer;
      readonly secret: Buffer | undefined;
    }
  | { readonly type: 'close'; readonly code: string }
  | { readonly type: 'ping'; readonly requestId: number; readonly id: string }
  | {
      readonly type: 'findNode';
      readonly requestId: number;
      readonly target: { readonly id: string } | { readonly key: Buffer };
      readonly announced: readonly RawContact[];
      readonly withdrawn: readonly RawContact[];
      readonly onBehalf?: true;
      readonly exactWillDo?: true;
    }
  | { readonly type: 'pong'; readonly requestId: number; readonly contact: RawContact | undefined }
  | {
      readonly type: 'nodes';
      readonly requestId: number;
      readonly exact: { readonly contact: RawContact; readonly ttlSeconds: number } | undefined;
      readonly contacts: readonly RawContact[];
      readonly conflicts: readonly RawContact[];
      readonly beyond?: true;
    }
  | { readonly type: 'error'; readonly requestId: number; readonly code: string }
  | { readonly type: 'unknown'; readonly kind: number };
export type RawType = RawMessage['type'];
export type RawFrameOf<Type extends RawType> = Extract<RawFrame, { readonly type: Type }>;

// --- Bytes of fields ---

export const u8 = (value: number): Buffer => Buffer.of(value);
export const u16 = (value: number): Buffer => Buffer.of(value >> 8, value & 0xff);
export const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
export const short = (bytes: Uint8Array): Buffer => Buffer.concat([u8(bytes.length), bytes]);
export const long = (bytes: Uint8Array): Buffer => Buffer.concat([u16(bytes.length), bytes]);
/** Contacts may be given as bytes, to be sent as they are. */
export type Sendable = RawContact | Uint8Array;

export function contactBytes(contact: Sendable): Uint8Array {
  if (contact instanceof Uint8Array) return contact;
  const { id, ...fields } = contact;
  const json = Object.keys(fields).length === 0 ? '' : JSON.stringify(fields);
  return Buffer.concat([short(Buffer.from(id, 'base64')), Buffer.from(json)]);
}

const list = (contacts: readonly Sendable[]): Buffer =>
  Buffer.concat([u16(contacts.length), ...contacts.map((contact) => long(contactBytes(contact)))]);

/** The one optional part of FIND-NODE, and of NODES: the tag 1 and nothing. */
const flags = (...tags: readonly number[]) =>
  Buffer.concat([u8(tags.length), ...tags.map((tag) => Buffer.concat([u8(tag), u16(0)]))]);

export function keyOfId(id: string): Buffer {
  return createHash('sha256').update(Buffer.from(id, 'base64')).digest();
}

// --- Frames, without the length before them ---

export interface HelloFields {
  readonly magic?: string;
  readonly minVersion?: number;
  readonly maxVersion?: number;
  readonly nonce?: Uint8Array;
  readonly group?: string;
  readonly expectedId?: string;
  readonly contact: Sendable;
  /** Optional parts: tag and bytes. */
  readonly parts?: readonly (readonly [tag: number, bytes: Uint8Array])[];
}

export interface ProofFields {
  readonly how?: number;
  readonly identity?: Uint8Array;
  readonly secret?: Uint8Array;
}

export interface FindNodeFields {
  readonly target: { readonly id: string } | { readonly key: Uint8Array };
  readonly announced?: readonly Sendable[];
  readonly withdrawn?: readonly Sendable[];
  readonly onBehalf?: boolean | undefined;
  readonly exactWillDo?: boolean | undefined;
}

export interface NodesFields {
  readonly exact?: { readonly contact: Sendable; readonly ttlSeconds: number } | undefined;
  readonly contacts?: readonly Sendable[];
  readonly conflicts?: readonly Sendable[];
  readonly beyond?: boolean | undefined;
}

export const frames = {
  hello: (fields: HelloFields): Buffer =>
    Buffer.concat([
      u8(0x01),
      Buffer.from(fields.magic ?? 'DSGV', 'latin1'),
      u32(fields.minVersion ?? 1),
      u32(fields.maxVersion ?? 1),
      fields.nonce ?? randomBytes(16),
      short(Buffer.from(fields.group ?? 'default')),
      short(Buffer.from(fields.expectedId ?? '', 'base64')),
      long(contactBytes(fields.contact)),
      u8(fields.parts?.length ?? 0),
      ...(fields.parts ?? []).map(([tag, bytes]) => Buffer.concat([u8(tag), long(bytes)])),
    ]),
  proof: ({ how = 0, identity = Buffer.alloc(0), secret }: ProofFields): Buffer =>
    Buffer.concat([u8(0x02), u8(how), identity, ...(secret ? [u8(1), secret] : [u8(0)]), u8(0)]),
  close: (code: string): Buffer => Buffer.concat([u8(0x03), short(Buffer.from(code)), u8(0)]),
  ping: (requestId: number, id: string): Buffer =>
    Buffer.concat([u8(0x10), u32(requestId), short(Buffer.from(id, 'base64')), u8(0)]),
  findNode: (
    requestId: number,
    { target, announced = [], withdrawn = [], onBehalf = false, exactWillDo = false }: FindNodeFields,
  ): Buffer =>
    Buffer.concat([
      u8(0x11),
      u32(requestId),
      'id' in target
        ? Buffer.concat([u8(0), short(Buffer.from(target.id, 'base64'))])
        : Buffer.concat([u8(1), target.key]),
      list(announced),
      list(withdrawn),
      flags(...(onBehalf ? [1] : []), ...(exactWillDo ? [2] : [])),
    ]),
  pong: (requestId: number, contact?: Sendable): Buffer =>
    Buffer.concat([
      u8(0x90),
      u32(requestId),
      contact === undefined ? u8(0) : Buffer.concat([u8(1), long(contactBytes(contact))]),
      u8(0),
    ]),
  nodes: (
    requestId: number,
    { exact, contacts = [], conflicts = [], beyond = false }: NodesFields = {},
  ): Buffer =>
    Buffer.concat([
      u8(0x91),
      u32(requestId),
      exact === undefined
        ? u8(0)
        : Buffer.concat([u8(1), long(contactBytes(exact.contact)), u32(exact.ttlSeconds)]),
      u8(contacts.length),
      ...contacts.map((contact) => long(contactBytes(contact))),
      list(conflicts),
      flags(...(beyond ? [1] : [])),
    ]),
  error: (requestId: number, code: string): Buffer =>
    Buffer.concat([u8(0x9f), u32(requestId), short(Buffer.from(code)), u8(0)]),
};

/** What goes into a stream: the frame behind its length. `length` lies where it is given. */
export function framed(frame: Uint8Array, length: number = frame.length): Buffer {
  return Buffer.concat([u32(length), frame]);
}

// --- Reading ---

class Fields {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length)
      throw new Error(`a field ends past its frame: ${this.#bytes.toString('hex')}`);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  u8 = (): number => this.take(1).readUInt8();
  u16 = (): number => this.take(2).readUInt16BE();
  u32 = (): number => this.take(4).readUInt32BE();
  short = (): Buffer => this.take(this.u8());
  text = (): string => this.short().toString();
  id = (): string => this.short().toString('base64');
  contact = (): RawContact => {
    const bytes = this.take(this.u16());
    const idEnd = 1 + bytes.readUInt8();
    const json = bytes.subarray(idEnd).toString();
    return { id: bytes.subarray(1, idEnd).toString('base64'), ...(json === '' ? {} : JSON.parse(json)) };
  };
  optional = (): RawContact | undefined => (this.u8() === 1 ? this.contact() : undefined);
  contacts = (count: number): RawContact[] => Array.from({ length: count }, () => this.contact());

  /** Optional parts, and nothing behind them. */
  end(): Map<number, Buffer> {
    const parts = new Map<number, Buffer>();
    for (let count = this.u8(); count > 0; count--) {
      const tag = this.u8();
      const bytes = this.take(this.u16());
      if (!parts.has(tag)) parts.set(tag, bytes);
    }
    if (this.#at !== this.#bytes.length)
      throw new Error(`bytes after a frame: ${this.#bytes.toString('hex')}`);
    return parts;
  }
}

/** What a frame says. Throws where the frame is not as docs/PROTOCOL.md wants it. */
export function readFrame(bytes: Buffer): RawFrame {
  const fields = new Fields(bytes);
  const message = readMessage(fields.u8(), fields);
  if (message.type === 'unknown') return { bytes, ...message };
  const parts = fields.end();
  return {
    bytes,
    ...message,
    ...(message.type === 'hello' && { parts }),
    ...(message.type === 'findNode' && parts.has(1) && { onBehalf: true }),
    ...(message.type === 'findNode' && parts.has(2) && { exactWillDo: true }),
    ...(message.type === 'nodes' && parts.has(1) && { beyond: true }),
  };
}

function readMessage(kind: number, fields: Fields): RawMessage {
  switch (kind) {
    case 0x01: {
      const magic = fields.take(4).toString('latin1');
      if (magic !== 'DSGV') throw new Error(`a HELLO with the magic ${JSON.stringify(magic)}`);
      return {
        type: 'hello',
        minVersion: fields.u32(),
        maxVersion: fields.u32(),
        nonce: fields.take(16),
        group: fields.text(),
        expectedId: fields.id() || undefined,
        contact: fields.contact(),
        parts: new Map(),
      };
    }
    case 0x02: {
      const how = fields.u8();
      const identity = fields.take([0, 64, 32][how] ?? 0);
      return { type: 'proof', how, identity, secret: fields.u8() === 1 ? fields.take(32) : undefined };
    }
    case 0x03:
      return { type: 'close', code: fields.text() };
    case 0x10:
      return { type: 'ping', requestId: fields.u32(), id: fields.id() };
    case 0x11:
      return {
        type: 'findNode',
        requestId: fields.u32(),
        target: fields.u8() === 0 ? { id: fields.id() } : { key: fields.take(32) },
        announced: fields.contacts(fields.u16()),
        withdrawn: fields.contacts(fields.u16()),
      };
    case 0x90:
      return { type: 'pong', requestId: fields.u32(), contact: fields.optional() };
    case 0x91: {
      const requestId = fields.u32();
      const contact = fields.optional();
      const exact = contact && { contact, ttlSeconds: fields.u32() };
      const contacts = fields.contacts(fields.u8());
      return { type: 'nodes', requestId, exact, contacts, conflicts: fields.contacts(fields.u16()) };
    }
    case 0x9f:
      return { type: 'error', requestId: fields.u32(), code: fields.text() };
    default:
      return { type: 'unknown', kind };
  }
}

// --- The peer ---

/** What a peer proves. */
export interface RawProofs {
  readonly keys?: RawKeys;
  readonly secret?: Uint8Array;
}

export interface RawIdentity {
  /** Default: 20 random bytes. */
  readonly id?: string;
  /** Default: `default`. */
  readonly group?: string;
  /** Fields of the contact beside the id. A listener adds its address. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

export interface ServeHandlers {
  /** Answers a PING: the contact, if the id is hosted. Default: hosts its own id only. `null`: no answer at all. */
  readonly ping?: (ping: RawFrameOf<'ping'>) => Sendable | undefined | null;
  /** Answers a FIND-NODE, which came over `link`. Default: knows nobody. A Uint8Array is sent as it is; `null`: no answer at all. */
  readonly findNode?: (findNode: RawFrameOf<'findNode'>, link: RawPeer) => NodesFields | Uint8Array | null;
}

/** How long anything is waited for, unless told otherwise. */
const patienceMs = 2_000;

export class RawPeer {
  readonly contact: RawContact;
  readonly group: string;
  /** Every frame that came in, also those that were answered by `serve`, and proofs, which `next` and `expect` pass over. */
  readonly received: RawFrame[] = [];
  /** Resolves when the link has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** The HELLO that it said last. */
  saidHello: Buffer | undefined;
  /** The id of the last request sent. */
  lastRequestId = 0;

  readonly #socket: Socket;
  readonly #queue: RawFrame[] = [];
  #read: Buffer = Buffer.alloc(0);
  #isEnded = false;
  #fault: Error | undefined;
  #serve: ServeHandlers | undefined;
  #wake: (() => void) | undefined;

  constructor(socket: Socket, contact: RawContact, group: string) {
    this.#socket = socket;
    this.contact = contact;
    this.group = group;
    socket.setNoDelay(true);
    this.ended = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    // A reset is an end as good as any other.
    socket.on('error', () => {});
    socket.once('end', () => this.#onEnd());
    socket.once('close', () => this.#onEnd());
  }

  /** Opens a link and says nothing yet. */
  static async connect(
    { port, host = '127.0.0.1' }: { readonly port: number; readonly host?: string },
    identity: RawIdentity = {},
  ): Promise<RawPeer> {
    const socket = connect({ port, host });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new RawPeer(socket, contactOf(identity), identity.group ?? 'default');
  }

  /** Opens a link, says HELLO, and waits for the other's. */
  static async greeted(
    address: { readonly port: number; readonly host?: string },
    identity: RawIdentity = {},
  ): Promise<RawPeer> {
    const peer = await RawPeer.connect(address, identity);
    await peer.greet();
    return peer;
  }

  get id(): string {
    return this.contact.id;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  // Sending

  /** Bytes as they are, with no length before them. */
  write(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Frames, each behind its length, in one write. */
  send(...sent: Uint8Array[]): void {
    this.write(Buffer.concat(sent.map((frame) => framed(frame))));
  }

  /** Says HELLO. Fields given here stand in for its own. */
  hello(fields: Partial<HelloFields> = {}): void {
    this.saidHello = frames.hello({ group: this.group, contact: this.contact, ...fields });
    this.send(this.saidHello);
  }

  /** Says HELLO and waits for the other's. */
  async greet(fields: Partial<HelloFields> = {}): Promise<RawFrameOf<'hello'>> {
    this.hello(fields);
    return this.expect('hello');
  }

  /** The HELLO of the other side, once it has come. */
  get heardHello(): RawFrameOf<'hello'> {
    const hello = this.received.find((frame) => frame.type === 'hello');
    if (hello === undefined) throw new Error('no HELLO has come');
    return hello as RawFrameOf<'hello'>;
  }

  /** Over both HELLOs. */
  transcript(role: Role): Buffer {
    const [said, heard] = [this.saidHello as Buffer, this.heardHello.bytes];
    return role === 'dialler' ? transcriptOf(said, heard) : transcriptOf(heard, said);
  }

  /** Says PROOF, once both HELLOs are there: of its keys, by a hash where the other remembers them, and of the secret. */
  prove(role: Role, { keys, secret }: RawProofs): void {
    const transcript = this.transcript(role);
    const { parts } = this.heardHello;
    const theirs = parts.get(2);
    const isRemembered = keys !== undefined && parts.get(3)?.equals(keys.exchangeKey);
    this.send(
      frames.proof({
        ...(keys && { how: 1, identity: keys.signature(role, transcript) }),
        ...(isRemembered && theirs && { how: 2, identity: keys.keyedHash(role, transcript, theirs) }),
        ...(secret && { secret: secretProof(secret, role, transcript) }),
      }),
    );
  }

  /** Sends a PING and returns its request id. */
  ping(id: string, requestId: number = this.lastRequestId + 1): number {
    this.lastRequestId = requestId;
    this.send(frames.ping(requestId, id));
    return requestId;
  }

  /** Sends a FIND-NODE and returns its request id. */
  findNode(fields: FindNodeFields, requestId: number = this.lastRequestId + 1): number {
    this.lastRequestId = requestId;
    this.send(frames.findNode(requestId, fields));
    return requestId;
  }

  /** Sends a PING and waits for its PONG. */
  async pinged(id: string): Promise<RawFrameOf<'pong'>> {
    return this.expect('pong', this.ping(id));
  }

  /** Sends a FIND-NODE and waits for its NODES. */
  async found(fields: FindNodeFields): Promise<RawFrameOf<'nodes'>> {
    return this.expect('nodes', this.findNode(fields));
  }

  // Receiving

  /** The next frame that `serve` does not answer. Rejects when the link has ended before it, or after `withinMs`. */
  async next(withinMs: number = patienceMs): Promise<RawFrame> {
    const frame = this.#queue.shift();
    if (frame !== undefined) return frame;
    if (this.#fault !== undefined) throw this.#fault;
    if (this.#isEnded) throw new Error('the link has ended');
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#wake = undefined;
        reject(new Error(`no frame in ${withinMs} ms`));
      }, withinMs);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
    });
    return this.next(withinMs);
  }

  /** The next frame, which must be of this type (and answer this request). */
  async expect<Type extends RawType>(
    type: Type,
    requestId?: number,
    withinMs?: number,
  ): Promise<RawFrameOf<Type>> {
    const frame = await this.next(withinMs);
    const got = 'requestId' in frame ? frame.requestId : undefined;
    if (frame.type !== type || (requestId !== undefined && got !== requestId)) {
      const { bytes, ...said } = frame;
      throw new Error(
        `expected ${type} ${requestId ?? ''}, got ${JSON.stringify(said)} (${bytes.toString('hex')})`,
      );
    }
    return frame as RawFrameOf<Type>;
  }

  /** The next frame, which must be an ERROR to this request. Resolves to its code. */
  async expectError(requestId?: number, withinMs?: number): Promise<string> {
    return (await this.expect('error', requestId, withinMs)).code;
  }

  /**
   * Waits for the end of the link, passing over other frames. Resolves to the code of the CLOSE before it, or to `undefined`
   * when there was none.
   */
  async expectEnd(withinMs: number = patienceMs): Promise<string | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`the link has not ended in ${withinMs} ms`)), withinMs);
    });
    try {
      await Promise.race([this.ended, tooLate]);
    } finally {
      clearTimeout(timer);
    }
    if (this.#fault !== undefined) throw this.#fault;
    const last = this.received.at(-1);
    return last?.type === 'close' ? last.code : undefined;
  }

  /** Resolves after `ms` in which no frame came in that was not waited for; rejects with the frame otherwise. */
  async expectSilence(ms: number): Promise<void> {
    const frame = await this.next(ms).catch((fault: Error) => fault);
    if (frame instanceof Error && frame.message.startsWith('no frame in')) return;
    throw frame instanceof Error
      ? frame
      : new Error(`expected silence, got ${frame.type} ${frame.bytes.toString('hex')}`);
  }

  /** From now on requests are answered as they come, and `next` passes them over. */
  serve(handlers: ServeHandlers = {}): this {
    this.#serve = handlers;
    for (const frame of this.#queue.splice(0)) this.#take(frame);
    return this;
  }

  /** Stops to read: what the other sends piles up. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  // Ending

  /** Ends the sending half: FIN. */
  end(): void {
    this.#socket.end();
  }

  /** Says why, and ends. */
  close(code = 'CLOSED'): void {
    this.send(frames.close(code));
    this.end();
  }

  /** Ends at once, with a reset where `isReset`. */
  destroy(isReset = false): void {
    if (isReset) this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  #onData(chunk: Buffer): void {
    this.#read = Buffer.concat([this.#read, chunk]);
    while (this.#fault === undefined && this.#read.length >= 4) {
      const end = 4 + this.#read.readUInt32BE();
      if (this.#read.length < end) return;
      const bytes = Buffer.from(this.#read.subarray(4, end));
      this.#read = this.#read.subarray(end);
      try {
        const frame = readFrame(bytes);
        this.received.push(frame);
        this.#take(frame);
      } catch (fault) {
        this.#fault = fault as Error;
        this.#wake?.();
      }
    }
  }

  #take(frame: RawFrame): void {
    // What others prove is of no use to a member that asks for no proof.
    if (frame.type === 'proof') return;
    if (this.#serve !== undefined && this.#answered(frame, this.#serve)) return;
    this.#queue.push(frame);
    this.#wake?.();
  }

  #answered(frame: RawFrame, { ping, findNode }: ServeHandlers): boolean {
    if (frame.type === 'ping') {
      const hosted = ping === undefined ? (frame.id === this.id ? this.contact : undefined) : ping(frame);
      if (hosted !== null) this.send(frames.pong(frame.requestId, hosted));
    } else if (frame.type === 'findNode') {
      const known = findNode?.(frame, this) ?? (findNode === undefined ? {} : null);
      if (known !== null)
        this.send(known instanceof Uint8Array ? known : frames.nodes(frame.requestId, known));
    } else return false;
    return true;
  }

  #onEnd(): void {
    this.#isEnded = true;
    this.#wake?.();
  }
}

/** Listens for nodes that dial this contact: to be found, or to be dialled back. */
export class RawListener {
  readonly contact: RawContact;
  readonly port: number;
  /** Every link that was accepted, in order. */
  readonly accepted: RawPeer[] = [];

  readonly #server: Server;
  readonly #group: string;
  readonly #proofs: RawProofs;
  readonly #waiting: RawPeer[] = [];
  #onLink: ((peer: RawPeer) => void) | undefined;
  #wake: (() => void) | undefined;

  private constructor(server: Server, contact: RawContact, port: number, group: string, proofs: RawProofs) {
    this.#server = server;
    this.#proofs = proofs;
    this.contact = contact;
    this.port = port;
    this.#group = group;
    server.on('connection', (socket) => {
      const peer = new RawPeer(socket, contact, group);
      this.accepted.push(peer);
      if (this.#onLink !== undefined) return this.#onLink(peer);
      this.#waiting.push(peer);
      this.#wake?.();
    });
  }

  /** Listens on 127.0.0.1. Its contact has its address unless `fields` has a `transport`. `proofs`: for `serve` and `dial`. */
  static async listen(identity: RawIdentity = {}, port = 0, proofs: RawProofs = {}): Promise<RawListener> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    const bound = (server.address() as { port: number }).port;
    const transport = { type: 'tcp', host: '127.0.0.1', port: bound };
    const contact = contactOf({ ...identity, fields: { transport, ...identity.fields } });
    return new RawListener(server, contact, bound, identity.group ?? 'default', proofs);
  }

  get id(): string {
    return this.contact.id;
  }

  /** The next link that a node opens to here. Says nothing yet. */
  async accept(withinMs: number = patienceMs): Promise<RawPeer> {
    const peer = this.#waiting.shift();
    if (peer !== undefined) return peer;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`nobody dialled in ${withinMs} ms`)), withinMs);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
    });
    return this.accept(withinMs);
  }

  /** Behaves from now on: answers each HELLO with its own, then the requests. */
  serve(handlers: ServeHandlers = {}): this {
    this.#onLink = (peer) => {
      void peer.expect('hello').then(
        () => {
          peer.hello({ parts: this.#parts });
          if (this.#parts.length > 0) peer.prove('dialled', this.#proofs);
          peer.serve(handlers);
        },
        () => peer.destroy(),
      );
    };
    for (const peer of this.#waiting.splice(0)) this.#onLink(peer);
    return this;
  }

  /** A link of this contact to a node, HELLO said by both; its requests are answered. */
  async dial(
    address: { readonly port: number; readonly host?: string },
    handlers: ServeHandlers = {},
  ): Promise<RawPeer> {
    const { id, ...fields } = this.contact;
    const peer = await RawPeer.connect(address, { id, fields, group: this.#group });
    this.accepted.push(peer);
    await peer.greet({ parts: this.#parts });
    if (this.#parts.length > 0) peer.prove('dialler', this.#proofs);
    return peer.serve(handlers);
  }

  /** Of HELLO: what is proved behind it. */
  get #parts(): (readonly [tag: number, bytes: Uint8Array])[] {
    const { keys, secret } = this.#proofs;
    return [...(keys?.parts() ?? []), ...(secret ? [[4, new Uint8Array(0)] as const] : [])];
  }

  /** Ends everything: every link that was accepted or dialled, and the listening. */
  async close(): Promise<void> {
    for (const peer of this.accepted) peer.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function contactOf({ id = randomBytes(20).toString('base64'), fields = {} }: RawIdentity): RawContact {
  return { id, ...fields };
}
