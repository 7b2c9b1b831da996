// A walk that is run as one that is iterated: for those who look at each step, and leave when they have seen enough.

import { type Abortable, AbortScope, onAbort } from '../runtime/abort.js';
import type { LookupEnd } from './lookup.js';
import type { Visit, WalkStep } from './run-lookup.js';

/** Nobody sees it. */
const left = new Error('the loop was left');

/**
 * Yields the steps as they come, and returns how the walk ended. `run` starts it. Leaving the loop, or `signal`, aborts the signal that
 * `run` was given. The walk does not wait for who looks at its steps: `isEnough` sees them in the turn in which they come, and ends it.
 * @throws what `run` rejects with; the signal's reason.
 */
export async function* stepsOf(
  run: (signal: Abortable, visit: Visit) => Promise<LookupEnd | undefined>,
  signal: Abortable | undefined,
  isEnough: Visit = () => false,
): AsyncGenerator<WalkStep, LookupEnd | undefined, undefined> {
  signal?.throwIfAborted();
  const stop = new AbortScope();
  const removeAbort = onAbort(signal, () => stop.abort(signal?.reason));
  const arrived: WalkStep[] = []; // bounded by the requests of a walk
  let wake = () => {};
  let end: { readonly reason: LookupEnd | undefined } | { readonly fault: unknown } | undefined;
  const settle = (outcome: NonNullable<typeof end>) => {
    end = outcome;
    wake();
  };
  const visit: Visit = (step) => {
    arrived.push(step);
    wake();
    return isEnough(step);
  };
  run(stop, visit).then(
    (reason) => settle({ reason }),
    (fault) => settle({ fault }),
  );
  try {
    for (;;) {
      signal?.throwIfAborted();
      const step = arrived.shift();
      if (step !== undefined) yield step;
      else if (end === undefined)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      else if ('fault' in end) throw end.fault;
      else return end.reason;
    }
  } finally {
    removeAbort();
    stop.abort(left);
  }
}
