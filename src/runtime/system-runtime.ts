// The platform's clock, timers and randomness. The only file of the engine that names them.

import type { Runtime, Timer } from '../contracts/runtime.js';

/** Drawn at once: a call to the system for each nonce costs more than the rest of a HELLO (bench: `join`). */
const POOL_BYTES = 4_096;

/** Longest time that the platform's timers take; beyond it they fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class SystemRuntime implements Runtime {
  readonly #origin = performance.timeOrigin;
  #pool = new Uint8Array(0);
  #used = 0;

  now(): number {
    return this.#origin + performance.now();
  }

  setTimer(ms: number, run: () => void): Timer {
    const handle: unknown = setTimeout(run, Math.min(Math.max(ms, 0), LONGEST_TIMER_MS));
    if (typeof handle === 'object') (handle as { unref?(): void }).unref?.();
    return { cancel: () => clearTimeout(handle as number) };
  }

  randomBytes(count: number): Uint8Array {
    if (count > POOL_BYTES / 4) return crypto.getRandomValues(new Uint8Array(count));
    if (this.#used + count > this.#pool.length) {
      this.#pool = crypto.getRandomValues(new Uint8Array(POOL_BYTES));
      this.#used = 0;
    }
    const bytes = this.#pool.slice(this.#used, this.#used + count);
    // What is handed out once is nobody else's, and is not found here later.
    this.#pool.fill(0, this.#used, this.#used + count);
    this.#used += count;
    return bytes;
  }
}
