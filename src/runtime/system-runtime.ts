// The platform's clock, timers and randomness. The only file of the engine that names them.

import type { Runtime, Timer } from '../contracts/runtime.js';

/** Longest time that the platform's timers take; beyond it they fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class SystemRuntime implements Runtime {
  now(): number {
    return performance.timeOrigin + performance.now();
  }

  setTimer(ms: number, run: () => void): Timer {
    const handle: unknown = setTimeout(run, Math.min(Math.max(ms, 0), LONGEST_TIMER_MS));
    if (typeof handle === 'object') (handle as { unref?(): void }).unref?.();
    return { cancel: () => clearTimeout(handle as number) };
  }

  randomBytes(count: number): Uint8Array {
    return crypto.getRandomValues(new Uint8Array(count));
  }
}
