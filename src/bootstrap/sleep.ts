import type { Runtime } from '../contracts/runtime.js';
import { onAbort } from '../runtime/abort.js';

/** Resolves when `ms` have passed, or at once when the signal aborts: who sleeps looks at it then. */
export function sleep(runtime: Runtime, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = runtime.setTimer(ms, () => {
      forget();
      resolve();
    });
    const forget = onAbort(signal, () => {
      timer.cancel();
      resolve();
    });
  });
}
