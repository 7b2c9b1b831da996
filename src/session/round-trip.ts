// How long a peer usually takes, and how long to wait for it: RFC 6298 §2, with our floor and ceiling. Pure.

import { limits } from '../limits.js';

const ALPHA = 1 / 8;
const BETA = 1 / 4;
const K = 4;
/** At least this is waited beyond the usual: G, the granularity of clocks. */
const GRANULARITY_MS = 100;
/** Below this a peer is not called late: timers and the event loop are no finer. */
const LATE_FLOOR_MS = 20;
const FIRST_LATE_MS = 250;

export class RoundTrip {
  #smoothedMs: number | undefined;
  #variationMs = 0;
  #backOff = 1;

  /** A round trip that was measured. */
  learn(ms: number): void {
    this.#backOff = 1;
    if (this.#smoothedMs === undefined) {
      this.#smoothedMs = ms;
      this.#variationMs = ms / 2;
    } else {
      this.#variationMs += BETA * (Math.abs(this.#smoothedMs - ms) - this.#variationMs);
      this.#smoothedMs += ALPHA * (ms - this.#smoothedMs);
    }
  }

  /** A request was not answered in time. The next has twice as long (§5.5): who has become slower would never be heard again. */
  missed(): void {
    this.#backOff = Math.min(2 * this.#backOff, limits.requestCeilingMs / limits.requestFloorMs);
  }

  /** Milliseconds after which a request has failed. */
  get deadlineMs(): number {
    if (this.#smoothedMs === undefined) return limits.requestFirstMs;
    const usualMs = this.#smoothedMs + Math.max(GRANULARITY_MS, K * this.#variationMs);
    return Math.min(this.#backOff * Math.max(usualMs, limits.requestFloorMs), limits.requestCeilingMs);
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
