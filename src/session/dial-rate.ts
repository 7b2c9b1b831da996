// How often something was done lately, for each of any number of places, in a table that cannot be grown from outside.

import { limits } from '../limits.js';
import { SaltedSlots } from './salted-slots.js';

export interface DialRateOptions {
  /** How often a place may be gone to within the window. */
  readonly most: number;
  readonly windowMs: number;
  readonly randomBytes: (count: number) => Uint8Array;
}

/** Places that happen to share a slot are gone to less often, never more. */
export class DialRate {
  readonly #options: DialRateOptions;
  // When each slot was gone to, within its window. Bounded by limits.dialPrefixes, and each list by options.most.
  readonly #slots = new Map<number, number[]>();
  readonly #places: SaltedSlots;

  constructor(options: DialRateOptions) {
    this.#options = options;
    this.#places = new SaltedSlots(limits.dialPrefixes, options.randomBytes);
  }

  get size(): number {
    return this.#slots.size;
  }

  /** Whether the place was gone to as often as it may be. */
  isSpent(place: string, now: number): boolean {
    return this.#recent(this.#places.of(place), now).length >= this.#options.most;
  }

  count(place: string, now: number): void {
    const slot = this.#places.of(place);
    this.#slots.set(slot, [...this.#recent(slot, now), now]);
  }

  #recent(slot: number, now: number): readonly number[] {
    const moments = this.#slots.get(slot) ?? [];
    return moments.filter((moment) => moment > now - this.#options.windowMs);
  }
}
