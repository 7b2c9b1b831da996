// Numbers from the runtime's random bytes.

import type { Runtime } from '../contracts/runtime.js';

/** Uniform in [0, 1), of 32 random bits. */
export function randomFraction(runtime: Runtime): number {
  const bytes = runtime.randomBytes(4);
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) / 2 ** 32;
}

/** `ms` more or less by up to `share` of it, so that what starts together does not stay together. */
export function jittered(runtime: Runtime, ms: number, share: number): number {
  return ms * (1 + share * (2 * randomFraction(runtime) - 1));
}

/** The same in an order of chance. */
export function shuffled<Item>(runtime: Runtime, items: readonly Item[]): Item[] {
  const shuffled = [...items];
  for (let left = shuffled.length; left > 1; left--) {
    const other = Math.floor(randomFraction(runtime) * left);
    [shuffled[left - 1], shuffled[other]] = [shuffled[other] as Item, shuffled[left - 1] as Item];
  }
  return shuffled;
}
