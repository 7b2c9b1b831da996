// Several ways to one end, begun one after the other: the next when one has failed, or when none has got there for a while. The
// first that gets there wins (as in RFC 8305 §5).

import { DisgoverError } from '../errors.js';
import { type Abortable, onAbort } from '../runtime/abort.js';
import type { Alarm, Alarms } from '../runtime/alarms.js';

export interface RaceOptions<Prize> {
  readonly alarms: Alarms;
  /** How long one way is tried before the next is begun beside it. */
  readonly headStartMs: number;
  readonly signal: Abortable;
  /** Lets go of what was won too late. */
  readonly discard: (prize: Prize) => void;
}

/** Why those that have not won are given up. Nobody sees it, so one will do. */
const lost = new DisgoverError('CLOSED', 'another way was faster');

/**
 * Resolves to what the first way brings; the signals of the others abort in the same turn. `ways`: at least one.
 * @throws the signal's reason; or AggregateError, with why each way has failed, in the order of the ways.
 */
export async function race<Way, Prize>(
  ways: readonly Way[],
  attempt: (way: Way, signal: AbortSignal) => Promise<Prize>,
  { alarms, headStartMs, signal, discard }: RaceOptions<Prize>,
): Promise<Prize> {
  signal.throwIfAborted();
  const running = new AbortController();
  const faults: unknown[] = []; // one for each way
  let begun = 0;
  let failed = 0;
  let alarm: Alarm | undefined;
  let removeAbort = () => {};
  try {
    return await new Promise<Prize>((resolve, reject) => {
      removeAbort = onAbort(signal, () => {
        running.abort(signal.reason);
        reject(signal.reason);
      });
      const won = (prize: Prize) => {
        // Two may get there in the same turn.
        if (running.signal.aborted) return discard(prize);
        running.abort(lost);
        resolve(prize);
      };
      const begin = () => {
        alarm?.cancel();
        const turn = begun++;
        if (begun < ways.length) alarm = alarms.after(headStartMs, begin);
        attempt(ways[turn] as Way, running.signal).then(won, (fault) => {
          faults[turn] = fault;
          failed++;
          if (running.signal.aborted) return;
          if (begun < ways.length) begin();
          else if (failed === ways.length) reject(new AggregateError(faults));
        });
      };
      begin();
    });
  } finally {
    alarm?.cancel();
    removeAbort();
  }
}
