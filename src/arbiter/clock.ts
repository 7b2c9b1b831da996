// What every arbiter here takes for a clock: an integer that still has a successor which differs from it.

import { DisgoverError, quote, typeName } from '../errors.js';

const LAST = Number.MAX_SAFE_INTEGER;

export function isClock(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** The clock as it is registered, -0 as 0. @throws DisgoverError `ERR_BAD_CLOCK`; `where` begins its message. */
export function checkClock(value: unknown, where = ''): number {
  if (isClock(value)) return value + 0;
  throw new DisgoverError('BAD_CLOCK', `${where}integer 0..${LAST}, got ${shown(value)}`);
}

/** @throws DisgoverError `ERR_CLOCK_EXHAUSTED`. */
export function successor(clock: number): number {
  if (clock < LAST) return clock + 1;
  throw new DisgoverError('CLOCK_EXHAUSTED', 'register under a new id');
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `string ${quote(value)}`;
  return typeof value === 'number' || typeof value === 'boolean'
    ? `${typeof value} ${value}`
    : typeName(value);
}
