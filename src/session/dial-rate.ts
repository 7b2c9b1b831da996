// How often something was done lately, for each of any number of places, in a table that cannot be grown from outside.

import { sha256 } from '#sha256';
import { utf8 } from '../id/bytes.js';
import { limits } from '../limits.js';

const SALT_BYTES = 16;

export interface DialRateOptions {
  /** How often a place may be gone to within the window. */
  readonly most: number;
  readonly windowMs: number;
  readonly randomBytes: (count: number) => Uint8Array;
}

/**
 * Places share slots by a salted hash: who would fill the table to be forgotten finds it full already, and places that happen to share
 * a slot are gone to less often, never more.
 */
export class DialRate {
  readonly #options: DialRateOptions;
  // When each slot was gone to, within its window. Bounded by limits.dialPrefixes, and each list by options.most.
  readonly #slots = new Map<number, number[]>();
  #salt: Uint8Array | undefined;

  constructor(options: DialRateOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#slots.size;
  }

  /** Whether the place was gone to as often as it may be. */
  isSpent(place: string, now: number): boolean {
    return this.#recent(this.#slotOf(place), now).length >= this.#options.most;
  }

  count(place: string, now: number): void {
    const slot = this.#slotOf(place);
    this.#slots.set(slot, [...this.#recent(slot, now), now]);
  }

  #recent(slot: number, now: number): readonly number[] {
    const moments = this.#slots.get(slot) ?? [];
    return moments.filter((moment) => moment > now - this.#options.windowMs);
  }

  #slotOf(place: string): number {
    this.#salt ??= this.#options.randomBytes(SALT_BYTES);
    const digest = sha256(Uint8Array.from([...this.#salt, ...utf8(place)]));
    return new DataView(digest.buffer, digest.byteOffset).getUint32(0) % limits.dialPrefixes;
  }
}
