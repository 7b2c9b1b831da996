// Whether those that are neither dead nor liars are enough.

import { UsageError } from './usage-error.js';

/** One asks, and another is there to answer. @throws UsageError when there are fewer. */
export function checkLeft(honest: number): void {
  if (honest < 2)
    throw new UsageError('--dead, --adversaries: fewer than two live and honest nodes are left');
}
