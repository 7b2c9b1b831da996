// A page announces one by one; its twin is sweeping.ts.

import type { Sweeping, SweepingDependencies } from './sweeping.js';

export function sweepingOf(_deps: SweepingDependencies): Sweeping | undefined {
  return undefined;
}
