import type { Link, LinkCloseReason, LinkHandlers } from '../../src/contracts/transport.js';

/** Handlers that keep all they are told: frames as texts, and why the link closed. */
export class Recorder implements LinkHandlers {
  readonly frames: string[] = [];
  readonly closes: (LinkCloseReason | undefined)[] = [];

  onFrame(frame: Uint8Array): void {
    this.frames.push(new TextDecoder().decode(frame));
  }

  onPartialFrame(): void {}

  onClose(reason?: LinkCloseReason): void {
    this.closes.push(reason);
  }
}

/** Opens the link with a recorder, and returns it. */
export function record(link: Link): Recorder {
  const recorder = new Recorder();
  link.open(recorder);
  return recorder;
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
