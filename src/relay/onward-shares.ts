// How much of its minute each host has used of what a relay tells onward: by its id, not by its session, or who comes back would have
// a whole one each time.

import { limits } from '../limits.js';
import { SaltedSlots } from '../session/salted-slots.js';

const MINUTE_MS = 60_000;
const EACH_MS = MINUTE_MS / limits.onwardPerHostPerMinute;

/** Hosts that happen to share a slot are told of more slowly, never faster. */
export class OnwardShares {
  // Up to when the time of each slot is used; a minute's share may be used at once. Bounded by limits.onwardShares.
  readonly #usedUntil = new Map<number, number>();
  readonly #slots: SaltedSlots;

  constructor(randomBytes: (count: number) => Uint8Array) {
    this.#slots = new SaltedSlots(limits.onwardShares, randomBytes);
  }

  get size(): number {
    return this.#usedUntil.size;
  }

  slotOf(host: string): number {
    return this.#slots.of(host);
  }

  /** When the next may be told. */
  readyAt(slot: number): number {
    return (this.#usedUntil.get(slot) ?? 0) - MINUTE_MS + EACH_MS;
  }

  use(slot: number, now: number): void {
    this.#usedUntil.set(slot, Math.max(this.#usedUntil.get(slot) ?? 0, now) + EACH_MS);
  }
}
