// A link over the WebSocket of a browser. It cannot be paused, and does not tell when what was sent has left: frames that may not
// be handed over wait here, and what is not sent is asked for when somebody wants to know.
import { type Link, type LinkCloseReason, type LinkHandlers, limits, quote } from '../../src/plugin.js';
import { NORMAL } from './closing.js';
import { WaitingFrames } from './waiting-frames.js';

/** What is used of the platform's WebSocket. */
export interface PlatformSocket {
  binaryType: string;
  readonly bufferedAmount: number;
  onopen: (() => void) | null;
  onerror: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
  send(bytes: Uint8Array): void;
  close(status?: number, reason?: string): void;
}

export class WsLink implements Link {
  readonly remote: string;
  maxFrameBytes: number = limits.frameBeforeHelloBytes;

  readonly #socket: PlatformSocket;
  readonly #onEnded: (link: WsLink) => void;
  /** At most `limits.linkCloseBytes` and a frame: beyond it the link ends, since nothing else would slow the other end down. */
  readonly #waiting = new WaitingFrames();
  #handlers: LinkHandlers | undefined;
  #reason: LinkCloseReason | undefined;
  #hasEnded = false;
  #isLost = false;
  #isTold = false;
  #isPaused = false;

  /** Takes over a socket within the event that opens it. `onEnded` is called before the owner of the link hears of its end. */
  constructor(socket: PlatformSocket, remote: string, onEnded: (link: WsLink) => void) {
    this.#socket = socket;
    this.remote = remote;
    this.#onEnded = onEnded;
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }) => this.#onMessage(data);
    socket.onclose = ({ code, reason }) => this.#onLost(code, reason);
  }

  get isCongested(): boolean {
    return this.#socket.bufferedAmount >= limits.linkPauseBytes;
  }

  open(handlers: LinkHandlers): void {
    this.#handlers = handlers;
    queueMicrotask(() => this.#readOn());
  }

  send(frame: Uint8Array): boolean {
    if (this.#hasEnded || this.#isLost) return false;
    this.#socket.send(frame);
    const queued = this.#socket.bufferedAmount;
    if (queued > limits.linkCloseBytes) this.close({ code: 'SLOW_READER', detail: `${queued} B queued` });
    return queued < limits.linkPauseBytes;
  }

  close(reason?: LinkCloseReason): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#reason = reason;
    this.#waiting.clear();
    // A page may say no other status; the platform sends what it has, and sees to the rest.
    this.#socket.close(NORMAL, reason?.code);
    queueMicrotask(() => this.#tellEnd());
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    queueMicrotask(() => this.#readOn());
  }

  get #mayRead(): boolean {
    return this.#handlers !== undefined && !this.#isPaused && !this.#hasEnded;
  }

  #onMessage(data: unknown): void {
    if (this.#hasEnded) return;
    if (!(data instanceof ArrayBuffer)) {
      return this.close({ code: 'BAD_FRAME_TYPE', detail: 'a text message' });
    }
    const frame = new Uint8Array(data);
    if (this.#mayRead && this.#waiting.bytes === 0) return this.#read(frame);
    this.#waiting.add(frame);
    if (this.#waiting.bytes <= limits.linkCloseBytes) return;
    this.close({ code: 'RATE_LIMITED', detail: `${this.#waiting.bytes} B came during a pause` });
  }

  #read(frame: Uint8Array): void {
    if (frame.length === 0) this.close({ code: 'FRAME_EMPTY', detail: '0 B' });
    else if (frame.length > this.maxFrameBytes) {
      this.close({ code: 'FRAME_TOO_LARGE', detail: `${frame.length} B > ${this.maxFrameBytes} B` });
    } else this.#handlers?.onFrame(frame);
  }

  #readOn(): void {
    while (this.#mayRead) {
      const frame = this.#waiting.take();
      if (frame === undefined) break;
      this.#read(frame);
    }
    if (this.#hasEnded || (this.#isLost && this.#waiting.bytes === 0)) this.#tellEnd();
  }

  #onLost(status: number, text: string): void {
    if (this.#hasEnded) return;
    this.#isLost = true;
    const said = text === '' ? '' : ` ${quote(text)}`;
    this.#reason = { code: 'LINK_LOST', detail: `closed by the other end: ${status}${said}` };
    this.#readOn();
  }

  #tellEnd(): void {
    this.#hasEnded = true;
    this.#onEnded(this);
    if (this.#isTold || !this.#handlers) return;
    this.#isTold = true;
    this.#handlers.onClose(this.#reason);
  }
}
