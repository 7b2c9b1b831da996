// WebSockets written by hand from RFC 6455, so that they can do what no library lets them do.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const PATIENCE_MS = 3_000;
const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

export const accept = (key: string): string => createHash('sha1').update(`${key}${GUID}`).digest('base64');

/** What stands in an upgrade that is all right. `undefined` leaves a header out. */
export interface UpgradeFields {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

export function upgradeRequest(
  port: number,
  { method = 'GET', path = '/disgover', headers }: UpgradeFields = {},
): string {
  const fields: Record<string, string | undefined> = {
    Host: `127.0.0.1:${port}`,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': KEY,
    'Sec-WebSocket-Protocol': 'disgover.v1',
    ...headers,
  };
  const lines = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  );
  return [`${method} ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n');
}

export const OPCODES = { more: 0, text: 1, binary: 2, reserved: 3, close: 8, ping: 9, pong: 10 } as const;

export interface WebSocketFrame {
  readonly opcode: keyof typeof OPCODES;
  readonly payload?: Uint8Array;
  readonly isLast?: boolean;
  readonly isMasked?: boolean;
  readonly rsv1?: boolean;
  /** What the frame says of its length, where it lies. */
  readonly length?: number;
}

export function webSocketFrame({
  opcode,
  payload = Buffer.alloc(0),
  isLast = true,
  isMasked = true,
  rsv1 = false,
  length = payload.length,
}: WebSocketFrame): Buffer {
  const head = [(isLast ? 0x80 : 0) | (rsv1 ? 0x40 : 0) | OPCODES[opcode]];
  const mask = isMasked ? 0x80 : 0;
  const extended = Buffer.alloc(8);
  extended.writeBigUInt64BE(BigInt(length));
  if (length < 126) head.push(mask | length);
  else if (length < 65_536) head.push(mask | 126, ...extended.subarray(6));
  else head.push(mask | 127, ...extended);
  const key = isMasked ? Buffer.from('a1b2c3d4', 'hex') : Buffer.alloc(0);
  const bytes = isMasked ? payload.map((byte, at) => byte ^ (key[at % 4] as number)) : payload;
  return Buffer.concat([Buffer.from(head), key, bytes]);
}

/** A message in so many fragments of one byte; the last one has the rest. */
export function fragmented(payload: Uint8Array, count: number): Buffer {
  return Buffer.concat(
    Array.from({ length: count }, (_, at) =>
      webSocketFrame({
        opcode: at === 0 ? 'binary' : 'more',
        isLast: at === count - 1,
        payload: at === count - 1 ? payload.subarray(at) : payload.subarray(at, at + 1),
      }),
    ),
  );
}

export interface Received {
  readonly opcode: number;
  readonly payload: Buffer;
}

export class RawWebSocket {
  readonly socket: Socket;
  /** All that came in and was not taken. */
  #bytes = Buffer.alloc(0);
  #hasEnded = false;
  readonly #waiting = new Set<() => void>();

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => undefined);
    const look = () => {
      for (const wake of this.#waiting) wake();
    };
    socket.on('data', (chunk) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      look();
    });
    socket.once('close', () => {
      this.#hasEnded = true;
      look();
    });
  }

  /** A connected socket that has said nothing. */
  static async connect(port: number): Promise<RawWebSocket> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new RawWebSocket(socket);
  }

  /** One that is upgraded. */
  static async open(port: number, fields?: UpgradeFields): Promise<RawWebSocket> {
    const raw = await RawWebSocket.connect(port);
    const { status } = await raw.ask(upgradeRequest(port, fields));
    if (status !== 101) throw new Error(`the upgrade was answered with ${status}`);
    return raw;
  }

  /** Sends a request of HTTP, and reads what is answered: the body up to its end, but none after 101. */
  async ask(request: string): Promise<{ status: number; headers: Record<string, string>; body: string }> {
    this.socket.write(request);
    await this.#until(() => this.#bytes.includes('\r\n\r\n'));
    const end = this.#bytes.indexOf('\r\n\r\n');
    const [first = '', ...lines] = this.#take(end).toString('latin1').split('\r\n');
    this.#take(4);
    const status = Number(first.split(' ')[1]);
    const headers = Object.fromEntries(
      lines.map((line) => {
        const [name = '', ...value] = line.split(':');
        return [name.toLowerCase(), value.join(':').trim()];
      }),
    );
    if (status === 101) return { status, headers, body: '' };
    await this.#until(() => this.#hasEnded);
    return { status, headers, body: this.#take(this.#bytes.length).toString() };
  }

  send(...frames: readonly (Uint8Array | WebSocketFrame)[]): void {
    this.socket.write(
      Buffer.concat(frames.map((frame) => (frame instanceof Uint8Array ? frame : webSocketFrame(frame)))),
    );
  }

  /** The next frame; undefined when the socket ends without one. */
  async receive(): Promise<Received | undefined> {
    await this.#until(() => this.#hasEnded || this.#frameLength() <= this.#bytes.length);
    const length = this.#frameLength();
    if (length > this.#bytes.length) return undefined;
    const frame = this.#take(length);
    return { opcode: (frame[0] as number) & 0x0f, payload: frame.subarray(headLength(frame)) };
  }

  /** The close frame, behind whatever came before it; undefined when there is none. */
  async closeFrame(): Promise<{ status: number; reason: string } | undefined> {
    for (;;) {
      const frame = await this.receive();
      if (frame === undefined) return undefined;
      if (frame.opcode !== OPCODES.close) continue;
      const { payload } = frame;
      // 1005 stands for none.
      if (payload.length === 0) return { status: 1_005, reason: '' };
      return { status: payload.readUInt16BE(), reason: payload.subarray(2).toString() };
    }
  }

  async ended(): Promise<void> {
    await this.#until(() => this.#hasEnded);
  }

  destroy(): void {
    this.socket.destroy();
  }

  #take(bytes: number): Buffer {
    const taken = this.#bytes.subarray(0, bytes);
    this.#bytes = this.#bytes.subarray(bytes);
    return taken;
  }

  /** Of the frame that comes next, as servers send it: without a mask. */
  #frameLength(): number {
    const second = this.#bytes[1];
    if (second === undefined) return Number.POSITIVE_INFINITY;
    if (this.#bytes.length < headLength(this.#bytes)) return Number.POSITIVE_INFINITY;
    const short = second & 0x7f;
    if (short < 126) return 2 + short;
    return short === 126 ? 4 + this.#bytes.readUInt16BE(2) : 10 + Number(this.#bytes.readBigUInt64BE(2));
  }

  async #until(isSo: () => boolean): Promise<void> {
    if (isSo()) return;
    await new Promise<void>((resolve, reject) => {
      const settled = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
      };
      const timer = setTimeout(() => {
        settled();
        reject(new Error(`waited ${PATIENCE_MS} ms in vain for: ${isSo}`));
      }, PATIENCE_MS);
      const wake = () => {
        if (!isSo()) return;
        settled();
        resolve();
      };
      this.#waiting.add(wake);
    });
  }
}

function headLength(frame: Uint8Array): number {
  const short = (frame[1] as number) & 0x7f;
  return short < 126 ? 2 : short === 126 ? 4 : 10;
}
