// A link that ended before it could begin: so the engine learns who was turned away, and why, and counts it like any other.
import type { Link, LinkCloseReason, LinkHandlers } from '../../src/plugin.js';

export class EndedLink implements Link {
  readonly remote: string;
  maxFrameBytes = 0;
  readonly isCongested = false;
  readonly #reason: LinkCloseReason;

  constructor(remote: string, reason: LinkCloseReason) {
    this.remote = remote;
    this.#reason = reason;
  }

  open(handlers: LinkHandlers): void {
    process.nextTick(() => handlers.onClose(this.#reason));
  }

  send(): boolean {
    return false;
  }

  pause(): void {}

  resume(): void {}

  close(): void {}
}
