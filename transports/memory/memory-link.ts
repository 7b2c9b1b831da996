// One end of a wire as the Link that the engine knows: frames wait until it is opened, sizes are bounded, it ends once.

import {
  type Link,
  type LinkCloseReason,
  type LinkHandlers,
  limits,
  type TransportInfo,
  type Wire,
  type WireEnd,
} from '../../src/plugin.js';
import { copyOf } from './frame-copies.js';

export class MemoryLink implements Link, WireEnd {
  readonly remote: string;
  maxFrameBytes: number = limits.frameBeforeHelloBytes;
  readonly #wire: Wire;
  readonly #onEnded: (link: MemoryLink) => void;
  #handlers: LinkHandlers | undefined;
  #isPaused = false;
  /** Frames that came before `open` or during a pause; undefined once they are read. At most `limits.linkCloseBytes`, and what was under way. */
  #waiting: Uint8Array[] | undefined = [];
  /** Bytes sent since the other end was last seen to read. */
  #unreadBytes = 0;
  #isLost = false;
  #end: { readonly reason: LinkCloseReason | undefined } | undefined;

  /** `onEnded` is called once, when the link has ended, before its owner hears of it. */
  constructor(wire: Wire, onEnded: (link: MemoryLink) => void) {
    this.#wire = wire;
    this.#onEnded = onEnded;
    this.remote = `${wire.remote.host}:${wire.remote.port}`;
  }

  get isReading(): boolean {
    return this.#handlers !== undefined && !this.#isPaused;
  }

  get isCongested(): boolean {
    return !this.#wire.isRead && this.#unreadBytes >= limits.linkPauseBytes;
  }

  open(handlers: LinkHandlers): void {
    this.#handlers = handlers;
    if (this.#end === undefined) queueMicrotask(() => this.#readWaiting());
    else this.#tellEnd(this.#end.reason);
  }

  send(frame: Uint8Array): boolean {
    if (this.#end !== undefined) return false;
    this.#unreadBytes = this.#wire.isRead ? 0 : this.#unreadBytes + frame.length;
    if (this.#unreadBytes > limits.linkCloseBytes) {
      this.close({ code: 'SLOW_READER', detail: `${this.#unreadBytes} B queued` });
      return false;
    }
    this.#wire.send(copyOf(frame));
    return this.#unreadBytes < limits.linkPauseBytes;
  }

  close(reason?: LinkCloseReason): void {
    if (this.#end !== undefined) return;
    this.#end = { reason };
    this.#waiting = undefined;
    this.#wire.end();
    this.#onEnded(this);
    this.#tellEnd(reason);
  }

  pause(): void {
    this.#isPaused = true;
    this.#waiting ??= [];
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    queueMicrotask(() => this.#readWaiting());
  }

  attests({ type, host, port }: TransportInfo): boolean {
    const { remote } = this.#wire;
    return type === 'memory' && host === remote.host && port === remote.port;
  }

  onFrame(frame: Uint8Array): void {
    if (this.#waiting === undefined) this.#read(frame);
    else this.#waiting.push(frame.slice());
  }

  onEnd(): void {
    // What arrived before the end is still read.
    if (this.#waiting === undefined) this.close({ code: 'LINK_LOST' });
    else this.#isLost = true;
  }

  #readWaiting(): void {
    const waiting = this.#waiting;
    while (this.isReading && waiting !== undefined && waiting.length > 0) {
      this.#read(waiting.shift() as Uint8Array);
    }
    if (!this.isReading) return;
    this.#waiting = undefined;
    if (this.#isLost) this.close({ code: 'LINK_LOST' });
  }

  #read(frame: Uint8Array): void {
    if (this.#end !== undefined) return;
    if (frame.length === 0) return this.close({ code: 'FRAME_EMPTY' });
    if (frame.length > this.maxFrameBytes) {
      return this.close({ code: 'FRAME_TOO_LARGE', detail: `${frame.length} B > ${this.maxFrameBytes} B` });
    }
    this.#handlers?.onFrame(frame);
    // The bytes were only good during the call: who kept them without a copy shall notice.
    frame.fill(0xdb);
  }

  /** Later, as from a socket: nobody is told within his own call. */
  #tellEnd(reason: LinkCloseReason | undefined): void {
    queueMicrotask(() => this.#handlers?.onClose(reason));
  }
}
