// Many deadlines, one timer. Deadlines are rounded up to a grid; setting and cancelling one costs a map look-up at most, and the
// platform's timer is only touched when the earliest of all is set. Requests that are answered in time (nearly all) never touch it.

import type { Runtime, Timer } from '../contracts/runtime.js';

const GRID_MS = 16;
/** A timer that is so late has waited for this process. What others have sent meanwhile is read before anybody's time is over. */
const STALL_MS = 100;

export interface Alarm {
  /** Idempotent; does nothing once the alarm has rung. */
  cancel(): void;
}

/** The alarms of one point: a list, in the order in which they were set. */
class Slot {
  readonly point: number;
  // Bounded by what sets alarms: sessions, lookups, queues.
  first: Entry | undefined;
  #last: Entry | undefined;
  readonly onEmpty: (slot: Slot) => void;

  constructor(point: number, onEmpty: (slot: Slot) => void) {
    this.point = point;
    this.onEmpty = onEmpty;
  }

  add(entry: Entry): void {
    entry.before = this.#last;
    if (this.#last === undefined) this.first = entry;
    else this.#last.after = entry;
    this.#last = entry;
  }

  /** Takes out one that is in it. */
  take(entry: Entry): void {
    const { before, after } = entry;
    if (before === undefined) this.first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    entry.slot = undefined;
    entry.before = undefined;
    entry.after = undefined;
  }
}

class Entry implements Alarm {
  readonly ring: () => void;
  /** Absent once it has rung, or was cancelled. */
  slot: Slot | undefined;
  before: Entry | undefined;
  after: Entry | undefined;

  constructor(ring: () => void, slot: Slot) {
    this.ring = ring;
    this.slot = slot;
  }

  cancel(): void {
    const { slot } = this;
    slot?.take(this);
    if (slot?.first === undefined) slot?.onEmpty(slot);
  }
}

export class Alarms {
  readonly #runtime: Runtime;
  // Bounded by the longest deadline over the grid; empty slots are removed.
  readonly #slots = new Map<number, Slot>();
  // At the first point, or at an earlier one whose alarms were all cancelled: most are, and others soon take their place.
  #timer: Timer | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #ringing: Slot | undefined;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Runs `ring` once at `deadline` (by the runtime's clock) or up to 16 ms later. */
  at(deadline: number, ring: () => void): Alarm {
    const point = Math.ceil(deadline / GRID_MS);
    const slot = this.#slots.get(point) ?? this.#open(point);
    const entry = new Entry(ring, slot);
    slot.add(entry);
    return entry;
  }

  after(ms: number, ring: () => void): Alarm {
    return this.at(this.#runtime.now() + ms, ring);
  }

  /** Cancels every alarm. */
  clear(): void {
    // What nobody reaches does not ring.
    this.#slots.clear();
    this.#ringing = undefined;
    this.#cancelTimer();
  }

  #open(point: number): Slot {
    const slot = new Slot(point, this.#onEmpty);
    this.#slots.set(point, slot);
    if (point < this.#timerAt) this.#setTimer(point);
    return slot;
  }

  readonly #onEmpty = (slot: Slot): void => {
    if (this.#slots.get(slot.point) !== slot) return;
    this.#slots.delete(slot.point);
    if (this.#slots.size === 0) this.#cancelTimer();
  };

  #cancelTimer(): void {
    this.#timer?.cancel();
    this.#timerAt = Number.POSITIVE_INFINITY;
  }

  #setTimer(point: number, isAfterStall = false): void {
    this.#timer?.cancel();
    this.#timerAt = point;
    const now = this.#runtime.now();
    const dueAt = Math.max(point * GRID_MS, now);
    this.#timer = this.#runtime.setTimer(dueAt - now, () => {
      if (!isAfterStall && this.#runtime.now() - dueAt > STALL_MS) this.#setTimer(point, true);
      else this.#onTimer(point);
    });
  }

  #onTimer(reached: number): void {
    this.#timerAt = Number.POSITIVE_INFINITY;
    // Timers may come late, and then several points have passed.
    const passed = Math.max(reached, Math.floor(this.#runtime.now() / GRID_MS));
    const due = [...this.#slots.keys()].filter((point) => point <= passed).sort((a, b) => a - b);
    const faults: unknown[] = [];
    for (const point of due) this.#ring(point, faults);
    let next = Number.POSITIVE_INFINITY;
    for (const point of this.#slots.keys()) if (point < next) next = point;
    if (next < this.#timerAt) this.#setTimer(next);
    if (faults.length > 0) throw faults[0];
  }

  #ring(point: number, faults: unknown[]): void {
    const slot = this.#slots.get(point);
    if (slot === undefined) return;
    // What is set for the same point meanwhile has its own time.
    this.#slots.delete(point);
    this.#ringing = slot;
    for (let { first } = slot; first !== undefined && this.#ringing === slot; { first } = slot) {
      slot.take(first);
      try {
        first.ring();
      } catch (fault) {
        faults.push(fault); // the others ring all the same
      }
    }
  }
}
