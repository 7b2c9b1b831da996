// When what has failed is tried again: seeds and sources alike.

import type { Runtime } from '../contracts/runtime.js';
import { randomFraction } from '../runtime/random.js';

export const FIRST_RETRY_MS = 1_000;
export const LAST_RETRY_MS = 60_000;

/** Milliseconds after so many failures in a row: a second at least, and by chance up to twice as much as the time before, a minute at most. */
export function retryMs(runtime: Runtime, failures: number): number {
  const mostMs = Math.min(FIRST_RETRY_MS * 2 ** failures, LAST_RETRY_MS);
  return FIRST_RETRY_MS + randomFraction(runtime) * (mostMs - FIRST_RETRY_MS);
}
