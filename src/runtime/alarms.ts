// Many deadlines, few timers. Deadlines are rounded up to a grid; all of one point of the grid share a timer, so that setting and
// cancelling one costs a set operation. Requests that are answered in time (nearly all) never touch the platform's timers.

import type { Runtime, Timer } from '../contracts/runtime.js';

const GRID_MS = 16;

export interface Alarm {
  /** Idempotent; does nothing once the alarm has rung. */
  cancel(): void;
}

interface Slot {
  readonly timer: Timer;
  // Bounded by what sets alarms: requests in flight, sessions, lookups.
  readonly alarms: Set<() => void>;
}

export class Alarms {
  readonly #runtime: Runtime;
  // Bounded by the longest deadline over the grid; empty slots are removed with their timers.
  readonly #slots = new Map<number, Slot>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Runs `ring` once at `deadline` (by the runtime's clock) or up to 16 ms later. */
  at(deadline: number, ring: () => void): Alarm {
    const point = Math.ceil(deadline / GRID_MS);
    const slot = this.#slots.get(point) ?? this.#open(point);
    // A function of its own for each alarm: the same one may be set twice.
    const entry = () => ring();
    slot.alarms.add(entry);
    return {
      cancel: () => {
        if (slot.alarms.delete(entry) && slot.alarms.size === 0) this.#drop(point, slot);
      },
    };
  }

  after(ms: number, ring: () => void): Alarm {
    return this.at(this.#runtime.now() + ms, ring);
  }

  /** Cancels every alarm. */
  clear(): void {
    for (const [point, slot] of this.#slots) this.#drop(point, slot);
  }

  #open(point: number): Slot {
    const timer = this.#runtime.setTimer(point * GRID_MS - this.#runtime.now(), () => this.#ring(point));
    const slot: Slot = { timer, alarms: new Set() };
    this.#slots.set(point, slot);
    return slot;
  }

  #ring(point: number): void {
    const slot = this.#slots.get(point);
    if (slot === undefined) return;
    this.#slots.delete(point);
    const faults: unknown[] = [];
    for (const ring of slot.alarms) {
      slot.alarms.delete(ring);
      try {
        ring();
      } catch (fault) {
        faults.push(fault); // the others ring all the same
      }
    }
    if (faults.length > 0) throw faults[0];
  }

  #drop(point: number, slot: Slot): void {
    slot.timer.cancel();
    if (this.#slots.get(point) === slot) this.#slots.delete(point);
  }
}
