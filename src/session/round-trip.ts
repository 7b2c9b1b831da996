// How long a peer usually takes, and how long to wait for it: RFC 6298 §2, with our floor and ceiling. Pure.

import { limits } from '../limits.js';

const ALPHA = 1 / 8;
const BETA = 1 / 4;
const K = 4;
/** Below this a peer is not called late: timers and the event loop are no finer. */
const LATE_FLOOR_MS = 20;
const FIRST_LATE_MS = 250;

export class RoundTrip {
  #smoothedMs: number | undefined;
  #variationMs = 0;

  /** A round trip that was measured. */
  learn(ms: number): void {
    if (this.#smoothedMs === undefined) {
      this.#smoothedMs = ms;
      this.#variationMs = ms / 2;
    } else {
      this.#variationMs += BETA * (Math.abs(this.#smoothedMs - ms) - this.#variationMs);
      this.#smoothedMs += ALPHA * (ms - this.#smoothedMs);
    }
  }

  /** Milliseconds after which a request has failed. */
  get deadlineMs(): number {
    if (this.#smoothedMs === undefined) return limits.requestFirstMs;
    return clamp(this.#smoothedMs + K * this.#variationMs, limits.requestFloorMs, limits.requestCeilingMs);
  }

  /** Milliseconds after which the peer is slower than its usual: somebody else is asked meanwhile. */
  get lateMs(): number {
    if (this.#smoothedMs === undefined) return FIRST_LATE_MS;
    return clamp(this.#smoothedMs + K * this.#variationMs, LATE_FLOOR_MS, limits.requestFirstMs);
  }

  /** The smoothed round trip, once there is one. */
  get ms(): number | undefined {
    return this.#smoothedMs;
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
