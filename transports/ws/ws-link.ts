// A link over one WebSocket: each binary message is a frame. Fragments, masks and close frames are the library's business;
// back-pressure, the order of frames and of the end, and what a peer may cost are this one's.
import type { Socket } from 'node:net';
import WebSocket from 'ws';
import {
  endpoint,
  isPort,
  isPrivate,
  type Link,
  type LinkCloseReason,
  type LinkHandlers,
  limits,
  quote,
  type TransportInfo,
  unmapped,
} from '../../src/plugin.js';
import { isTlsError, tlsFault } from '../sockets/tls-faults.js';
import { Turn } from '../sockets/turn.js';
import { faultOfReader, NORMAL, statusOfReason } from './closing.js';
import { WaitingFrames } from './waiting-frames.js';

/** What both sides of an upgrade agree on. */
export const webSocketOptions = {
  perMessageDeflate: false,
  maxPayload: limits.frameBytes,
  maxFragments: limits.wsFragments,
  maxBufferedChunks: limits.wsBufferedChunks,
  autoPong: false,
  // Text is refused whatever it says.
  skipUTF8Validation: true,
  // For a peer that takes no part in the end; all others are gone sooner.
  closeTimeout: limits.lastWordMs,
};

export class WsLink implements Link {
  readonly remote: string;
  maxFrameBytes: number = limits.frameBeforeHelloBytes;

  readonly #webSocket: WebSocket;
  readonly #socket: Socket;
  readonly #address: string;
  readonly #isDirect: boolean;
  /** What a chunk brought that may not be handed over: nothing more is read meanwhile. At most a chunk and a message. */
  readonly #waiting = new WaitingFrames();
  readonly #turn = new Turn(() => this.#readOn());
  #handlers: LinkHandlers | undefined;
  #reason: LinkCloseReason | undefined;
  #hasEnded = false;
  #isClosed = false;
  #isTold = false;
  #isStalled = false;
  #isPaused = false;
  #isCorked = false;
  /** Pings and pongs since the last message. Not in a second: a transport has no clock, and messages are what the engine counts. */
  #controlFrames = 0;

  /** Takes over a WebSocket within the event that opens it. `isDirect`: nobody stands between who could speak for others. */
  constructor(webSocket: WebSocket, socket: Socket, isDirect: boolean) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#isDirect = isDirect;
    this.#address = unmapped(socket.remoteAddress ?? '');
    this.remote = endpoint(this.#address, socket.remotePort ?? 0);
    // Until the link is opened, all that arrives waits with the system.
    webSocket.pause();
    webSocket.on('message', (data, isBinary) => this.#onMessage(data as Buffer, isBinary));
    webSocket.on('ping', (data) => this.#onControlFrame(() => webSocket.pong(data)));
    webSocket.on('pong', () => this.#onControlFrame());
    webSocket.on('error', (error: NodeJS.ErrnoException) => {
      this.#end({ code: faultOfReader(error.code), detail: error.message });
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (isTlsError(error)) this.#end(tlsFault(error));
      else this.#lose(error.code ?? error.message);
    });
    // The last word has left: who has sent his does not keep the socket open.
    socket.once('finish', () => socket.destroy());
    webSocket.once('close', (status, text) => this.#onClosed(status, text.toString()));
  }

  get isCongested(): boolean {
    return this.#isStalled;
  }

  open(handlers: LinkHandlers): void {
    this.#handlers = handlers;
    process.nextTick(() => this.#readOn());
  }

  send(frame: Uint8Array): boolean {
    if (this.#hasEnded || this.#webSocket.readyState !== WebSocket.OPEN) return false;
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#socket.cork();
      // After all promises of this turn have run: what they send, too, leaves in the same write.
      process.nextTick(this.#flush);
    }
    // A copy: the library writes the very bytes that it is given, and later.
    this.#webSocket.send(Buffer.from(frame), this.#onSent);
    // Only what the system refuses to take shows that the other end is slow; a long turn does not.
    if (this.#socket.writableLength >= limits.linkPauseBytes) this.#flush();
    const queued = this.#socket.writableLength;
    if (queued < limits.linkPauseBytes) return true;
    if (queued > limits.linkCloseBytes) {
      this.#end({ code: 'SLOW_READER', detail: `${queued} B queued` });
      this.#webSocket.terminate();
    } else {
      // Who does not read answers is not read from: it would ask for more of them.
      this.#isStalled = true;
      this.#webSocket.pause();
    }
    return false;
  }

  close(reason?: LinkCloseReason): void {
    if (this.#hasEnded) return;
    this.#flush();
    this.#end(reason);
    if (this.#isClosed) {
      process.nextTick(() => this.#tellEnd());
      return;
    }
    // What the system does not take now would wait on a reader who may never come. What is encrypted is never taken at once.
    const isRead = !this.#isStalled && (this.#socket.writableLength === 0 || 'encrypted' in this.#socket);
    if (!isRead) return this.#webSocket.terminate();
    this.#webSocket.close(statusOfReason(reason), reason?.code);
    this.#socket.destroySoon();
  }

  pause(): void {
    this.#isPaused = true;
    this.#webSocket.pause();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    process.nextTick(() => this.#readOn());
  }

  attests(info: TransportInfo): boolean {
    // Of the port it shows nothing; but one that nobody can dial is nobody's.
    return (
      this.#isDirect &&
      info.type === 'ws' &&
      info.host === this.#address &&
      isPort(info.port) &&
      isPrivate(this.#address)
    );
  }

  /** Who does not read is not read from, and nobody before the link is open, during a pause, or when others have their turn. */
  get #mayRead(): boolean {
    return this.#handlers !== undefined && !this.#isStalled && !this.#isPaused && !this.#turn.isOver;
  }

  #onMessage(frame: Buffer, isBinary: boolean): void {
    if (this.#hasEnded) return;
    this.#controlFrames = 0;
    if (!isBinary) return this.close({ code: 'BAD_FRAME_TYPE', detail: 'a text message' });
    if (this.#mayRead && this.#waiting.bytes === 0) this.#read(frame);
    else this.#waiting.add(frame);
  }

  #onControlFrame(answer?: () => void): void {
    if (this.#hasEnded || this.#webSocket.readyState !== WebSocket.OPEN) return;
    if (++this.#controlFrames > limits.wsControlFrames) {
      this.close({
        code: 'RATE_LIMITED',
        detail: `${limits.wsControlFrames} control frames since the last message`,
      });
    } else answer?.();
  }

  #read(frame: Uint8Array): void {
    if (frame.length === 0) this.close({ code: 'FRAME_EMPTY', detail: '0 B' });
    else if (frame.length > this.maxFrameBytes) {
      this.close({ code: 'FRAME_TOO_LARGE', detail: `${frame.length} B > ${this.maxFrameBytes} B` });
    } else {
      this.#handlers?.onFrame(frame);
      this.#turn.count(frame);
      if (this.#turn.isOver) this.#webSocket.pause();
    }
  }

  #readOn(): void {
    if (!this.#handlers) return;
    while (this.#mayRead && !this.#hasEnded) {
      const frame = this.#waiting.take();
      if (frame === undefined) break;
      this.#read(frame);
    }
    if (this.#isClosed) {
      if (this.#hasEnded || this.#waiting.bytes === 0) this.#tellEnd();
    } else if (this.#mayRead) this.#webSocket.resume();
  }

  readonly #flush = (): void => {
    if (!this.#isCorked) return;
    this.#isCorked = false;
    this.#socket.uncork();
  };

  readonly #onSent = (error?: Error | null): void => {
    if (error || !this.#isStalled || this.#socket.writableLength >= limits.linkPauseBytes) return;
    this.#isStalled = false;
    this.#readOn();
  };

  /** From here on no frame goes in or out; the first reason counts. */
  #end(reason: LinkCloseReason | undefined): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#reason = reason;
    this.#waiting.clear();
  }

  /** The other end is gone; what it sent before is still handed over. */
  #lose(detail: string): void {
    if (!this.#hasEnded) this.#reason ??= { code: 'LINK_LOST', detail };
  }

  #onClosed(status: number, text: string): void {
    this.#isClosed = true;
    const why = status === NORMAL || status === NO_STATUS || status === NO_CLOSE_FRAME ? '' : `: ${status}`;
    this.#lose(`closed by the other end${why}${text === '' ? '' : ` ${quote(text)}`}`);
    // Nobody waits any longer for it to read.
    this.#isStalled = false;
    this.#readOn();
  }

  #tellEnd(): void {
    if (this.#isTold || !this.#handlers) return;
    this.#isTold = true;
    this.#hasEnded = true;
    this.#handlers.onClose(this.#reason);
  }
}

/** What stands for a close frame without a status, and for none at all (RFC 6455 §7.1.5). */
const NO_STATUS = 1_005;
const NO_CLOSE_FRAME = 1_006;
