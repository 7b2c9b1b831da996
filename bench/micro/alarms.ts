// Deadlines: nearly all are cancelled before they ring.

import { holds, type MicroCase } from '../lib/time-case.js';
import { Alarms } from './engine.js';

/** Timers that are set and never ring: what is timed is what is ours. */
const still = {
  now: () => 1_000_000,
  setTimer: () => ({ cancel: () => {} }),
  randomBytes: (count: number) => new Uint8Array(count),
};

function casesOf(pending: number): MicroCase {
  const alarms = new Alarms(still);
  for (let i = 0; i < pending; i++) alarms.after(1_000 + i, () => {});
  let turn = 0;
  const setAndCancel = () => alarms.after(1_000 + (turn++ & 1_023), () => {}).cancel();
  return { name: `alarms / set and cancel / ${pending} pending`, prove: proveRinging, run: setAndCancel };
}

function proveRinging(): void {
  const due: (() => void)[] = [];
  const setTimer = (_ms: number, run: () => void) => {
    due.push(run);
    return { cancel: () => {} };
  };
  const alarms = new Alarms({ ...still, setTimer });
  const rung: string[] = [];
  alarms.after(1, () => rung.push('kept'));
  alarms.after(1, () => rung.push('cancelled')).cancel();
  for (const run of due) run();
  holds('rings once, and not once cancelled', rung.join() === 'kept');
}

export const cases: readonly MicroCase[] = [0, 1_000].map(casesOf);
