// What is still to happen, earliest first; what happens at the same time, in the order in which it was asked for.

import type { Timer } from '../contracts/runtime.js';

const nothing = (): void => {};

/** Below this many entries a heap is not worth tidying. */
const SMALL = 64;

class Entry implements Timer {
  readonly at: number;
  readonly sequence: number;
  run: () => void;
  /** Undefined once the timer has run or was cancelled. */
  heap: TimerHeap | undefined;

  constructor(at: number, sequence: number, run: () => void, heap: TimerHeap) {
    this.at = at;
    this.sequence = sequence;
    this.run = run;
    this.heap = heap;
  }

  cancel(): void {
    // What the closure holds goes at once, though the entry may stay for a while, and its owner may keep it for ever.
    this.run = nothing;
    this.heap?.discard(this);
  }
}

/** A binary heap. A cancelled entry stays until it surfaces, or until such entries are more than half of all. */
export class TimerHeap {
  #entries: Entry[] = [];
  #cancelled = 0;
  #sequence = 0;

  /** Timers that have neither run nor been cancelled. */
  get size(): number {
    return this.#entries.length - this.#cancelled;
  }

  push(at: number, run: () => void): Timer {
    const entry = new Entry(at, this.#sequence++, run, this);
    this.#entries.push(entry);
    this.#rise(this.#entries.length - 1);
    return entry;
  }

  /** When the earliest is due; undefined when there is none. */
  nextAt(): number | undefined {
    while (this.#entries[0] !== undefined && this.#entries[0].heap === undefined) {
      this.#removeFirst();
      this.#cancelled--;
    }
    return this.#entries[0]?.at;
  }

  /** Takes the earliest out, which must exist, and returns what it runs. */
  take(): () => void {
    const entry = this.#removeFirst();
    const { run } = entry;
    entry.run = nothing;
    return run;
  }

  /** Called by the entry that was cancelled. */
  discard(entry: Entry): void {
    entry.heap = undefined;
    this.#cancelled++;
    if (this.#entries.length < SMALL || this.#cancelled * 2 < this.#entries.length) return;
    this.#entries = this.#entries.filter(({ heap }) => heap !== undefined);
    this.#cancelled = 0;
    for (let at = (this.#entries.length >> 1) - 1; at >= 0; at--) this.#sink(at);
  }

  #removeFirst(): Entry {
    const first = this.#entries[0] as Entry;
    const last = this.#entries.pop() as Entry;
    first.heap = undefined;
    if (first !== last) {
      this.#entries[0] = last;
      this.#sink(0);
    }
    return first;
  }

  #rise(from: number): void {
    const entries = this.#entries;
    const entry = entries[from] as Entry;
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const other = entries[above] as Entry;
      if (isBefore(other, entry)) break;
      entries[at] = other;
      at = above;
    }
    entries[at] = entry;
  }

  #sink(from: number): void {
    const entries = this.#entries;
    const entry = entries[from] as Entry;
    let at = from;
    for (let below = 2 * at + 1; below < entries.length; below = 2 * at + 1) {
      const right = entries[below + 1];
      if (right !== undefined && isBefore(right, entries[below] as Entry)) below++;
      const other = entries[below] as Entry;
      if (isBefore(entry, other)) break;
      entries[at] = other;
      at = below;
    }
    entries[at] = entry;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.sequence < b.sequence);
}
