// Ctrl-C, SIGTERM and a terminal that closes as one AbortSignal: the first asks to end, and bounds how long that may take; the second ends at once.

import { DisgoverError } from '../index.js';
import { Interrupted } from './failure.js';

const GRACE_MS = { SIGINT: 2_000, SIGTERM: 5_000, SIGHUP: 5_000 } as const;

/** Aborts with an `Interrupted`. To be called once in a process. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      const interrupted = new Interrupted(name);
      if (controller.signal.aborted) process.exit(interrupted.exitCode);
      setTimeout(() => process.exit(interrupted.exitCode), GRACE_MS[name]).unref();
      controller.abort(interrupted);
    });
  }
  return controller.signal;
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** For what runs until it is told to end: SIGTERM and SIGHUP tell it so, and all is well; Ctrl-C interrupts it. */
export function throwIfInterrupted({ reason }: AbortSignal): void {
  if (reason instanceof Interrupted && reason.signal === 'SIGINT') throw reason;
}

/** Aborts with the interruption, or with `ERR_TIMEOUT`. */
export function bounded(interruption: AbortSignal, ms: number, what: string): AbortSignal {
  const tooLate = new AbortController();
  setTimeout(() => tooLate.abort(new DisgoverError('TIMEOUT', `${ms} ms, ${what}`)), ms).unref();
  return AbortSignal.any([interruption, tooLate.signal]);
}
