// A link over one connected socket: frames in and out, back-pressure, the end. Of its socket it uses only what every stream
// socket has, so that an encrypted one fits as well.
import type { Socket } from 'node:net';
import {
  endpoint,
  isPort,
  isPrivate,
  type Link,
  type LinkCloseReason,
  type LinkHandlers,
  limits,
  Refusal,
  type TransportInfo,
  unmapped,
} from '../../src/plugin.js';
import { HTTP_ANSWER, looksLikeHttp } from '../sockets/first-bytes.js';
import { isTlsError, tlsFault } from '../sockets/tls-faults.js';
import { Turn } from '../sockets/turn.js';
import { FrameReader } from './framing.js';
import { Outbox, recycle } from './outbox.js';

export class TcpLink implements Link {
  readonly remote: string;
  maxFrameBytes: number = limits.frameBeforeHelloBytes;

  readonly #socket: Socket;
  readonly #address: string;
  readonly #isEncrypted: boolean;
  readonly #reader = new FrameReader();
  readonly #outbox = new Outbox();
  readonly #turn = new Turn(() => this.#readOn());
  #handlers: LinkHandlers | undefined;
  #reason: LinkCloseReason | undefined;
  #hasEnded = false;
  #isClosed = false;
  #isStalled = false;
  #isPaused = false;
  /** The stream has ended. Also told while it is paused: frames may still wait to be handed over. */
  #isReadUp = false;

  /** Takes over a connected socket that nothing was read from. */
  constructor(socket: Socket) {
    this.#socket = socket;
    this.#address = unmapped(socket.remoteAddress ?? '');
    this.remote = endpoint(this.#address, socket.remotePort ?? 0);
    this.#isEncrypted = 'encrypted' in socket;
    socket.on('error', (error: NodeJS.ErrnoException) => this.#onError(error));
    socket.once('close', () => {
      this.#isClosed = true;
      this.#handlers?.onClose(this.#reason);
    });
  }

  get isCongested(): boolean {
    return this.#isStalled;
  }

  open(handlers: LinkHandlers): void {
    this.#handlers = handlers;
    if (this.#isClosed) {
      process.nextTick(() => handlers.onClose(this.#reason));
      return;
    }
    // Until a socket has a listener for data, all that arrives waits.
    this.#socket.on('data', (chunk: Uint8Array) => {
      if (this.#hasEnded) return;
      this.#reader.push(chunk);
      this.#readFrames(handlers);
    });
    this.#socket.once('end', () => {
      this.#isReadUp = true;
      this.#readFrames(handlers);
    });
    if (this.#mayRead) this.#socket.resume();
  }

  send(frame: Uint8Array): boolean {
    if (this.#hasEnded) return false;
    // After all promises of this turn have run: what they send, too, leaves in the same write.
    if (this.#outbox.bytes === 0) process.nextTick(this.#flush);
    this.#outbox.add(frame);
    // So much is worth a write of its own: the other end begins while this one goes on (bench: `rpc`). And only what the system refuses
    // to take shows that the other end is slow; a long turn does not.
    if (this.#outbox.bytes >= limits.linkFlushBytes) this.#flush();
    const queued = this.#queuedBytes;
    if (queued < limits.linkPauseBytes) return true;
    if (queued > limits.linkCloseBytes) {
      this.#end({ code: 'SLOW_READER', detail: `${queued} B queued` });
      this.#socket.destroy();
    } else {
      // Who does not read answers is not read from: it would ask for more of them.
      this.#isStalled = true;
      this.#socket.pause();
    }
    return false;
  }

  close(reason?: LinkCloseReason): void {
    if (this.#hasEnded) return;
    this.#flush();
    this.#end(reason);
    // What the system does not take now would wait on a reader who may never come, and no timer ends that wait.
    if (this.#isEncrypted) this.#closeEncrypted();
    else if (this.#socket.writableLength > 0) this.#socket.destroy();
    else this.#socket.destroySoon();
  }

  pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    process.nextTick(() => this.#readOn());
  }

  attests(info: TransportInfo): boolean {
    // Of the port it shows nothing; but one that nobody can dial is nobody's.
    return (
      info.type === 'tcp' && info.host === this.#address && isPort(info.port) && isPrivate(this.#address)
    );
  }

  /** What is encrypted is with the system only in a later turn: an end in this one would cut off the last word. */
  #closeEncrypted(): void {
    // Bytes that come in would start its timer anew; behind a full buffer none are read.
    this.#socket.pause();
    if (!this.#socket.readableEnded) this.#socket.unshift(Buffer.alloc(this.#socket.readableHighWaterMark));
    this.#socket.setTimeout(limits.lastWordMs, () => this.#socket.destroy());
    this.#socket.destroySoon();
  }

  #onError(error: NodeJS.ErrnoException): void {
    // With TLS 1.3 who dials hears only now what the other end thinks of its certificate.
    this.#end(this.#isEncrypted && isTlsError(error) ? tlsFault(error) : lost(error.code ?? error.message));
    // One of TLS leaves the socket as it is.
    this.#socket.destroy();
  }

  get #queuedBytes(): number {
    return this.#socket.writableLength + this.#outbox.bytes;
  }

  /** From here on no frame goes in or out; the first reason counts. */
  #end(reason: LinkCloseReason | undefined): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#reason = reason;
  }

  #readFrames(handlers: LinkHandlers): void {
    while (!this.#hasEnded && this.#mayRead) {
      const frame = this.#reader.next(this.maxFrameBytes);
      if (frame === undefined) return this.#onReadAll(handlers);
      if (frame === looksLikeHttp) this.#socket.write(HTTP_ANSWER);
      if (frame instanceof Refusal) this.close({ code: frame.code, detail: frame.detail });
      else {
        handlers.onFrame(frame);
        this.#turn.count(frame);
        if (this.#turn.isOver) this.#socket.pause();
      }
    }
  }

  #onReadAll(handlers: LinkHandlers): void {
    if (this.#isReadUp) {
      const cut = this.#reader.end();
      this.close(cut ? { code: cut.code, detail: cut.detail } : lost('closed by the other end'));
    } else if (this.#reader.isWithinFrame) handlers.onPartialFrame();
  }

  readonly #flush = (): void => {
    if (this.#hasEnded || this.#outbox.bytes === 0) return;
    const blocks = this.#outbox.take();
    if (blocks.length > 1) this.#socket.cork();
    for (const block of blocks) {
      this.#socket.write(block, (error) => {
        if (error) return;
        recycle(block);
        if (!this.#isStalled || this.#queuedBytes >= limits.linkPauseBytes) return;
        this.#isStalled = false;
        this.#readOn();
      });
    }
    if (blocks.length > 1) this.#socket.uncork();
  };

  /** Who does not read is not read from, and nobody during a pause or when others have their turn. */
  get #mayRead(): boolean {
    return !this.#isStalled && !this.#isPaused && !this.#turn.isOver;
  }

  #readOn(): void {
    if (!this.#handlers || this.#hasEnded || !this.#mayRead) return;
    this.#readFrames(this.#handlers);
    // The answers to frames that waited may have filled the queue again.
    if (this.#mayRead) this.#socket.resume();
  }
}

function lost(detail: string): LinkCloseReason {
  return { code: 'LINK_LOST', detail };
}
