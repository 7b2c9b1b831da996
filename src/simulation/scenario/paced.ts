// So many times, one after the other, or evenly spread over a time whatever each takes.

import type { VirtualRuntime } from '../virtual-runtime.js';

interface Pace {
  readonly count: number;
  /** Absent: one after the other. */
  readonly overMs: number | undefined;
  readonly runtime: VirtualRuntime;
  /** Told after each how many are done. */
  readonly onDone: (done: number) => void;
}

/** Resolves when all are done. Rejects as the first that does. */
export async function paced(
  { count, overMs, runtime, onDone }: Pace,
  run: (i: number) => Promise<unknown>,
): Promise<void> {
  let done = 0;
  const one = async (i: number) => {
    await run(i);
    onDone(++done);
  };
  if (overMs === undefined) {
    for (let i = 0; i < count; i++) await one(i);
    return;
  }
  const startMs = runtime.now();
  const running = Array.from({ length: count }, async (_, i) => {
    await runtime.sleep(startMs + (i * overMs) / count - runtime.now());
    await one(i);
  });
  await Promise.all(running);
}
