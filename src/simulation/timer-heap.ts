// What is still to happen, earliest first; what happens at the same time, in the order in which it was asked for.

import type { Timer } from '../contracts/runtime.js';

const nothing = (): void => {};

/** Below this many entries a heap is not worth tidying. */
const SMALL = 64;

/** Children of a place: fewer levels than of a binary heap, and their times lie side by side. */
const WIDTH = 4;

class Entry implements Timer {
  run: () => void;
  /** Undefined once the timer has run or was cancelled. */
  heap: TimerHeap | undefined;

  constructor(run: () => void, heap: TimerHeap) {
    this.run = run;
    this.heap = heap;
  }

  cancel(): void {
    // What the closure holds goes at once, though the entry may stay for a while, and its owner may keep it for ever.
    this.run = nothing;
    this.heap?.discard(this);
  }
}

/** A heap. A cancelled entry stays until it surfaces, or until such entries are more than half of all. */
export class TimerHeap {
  readonly #entries: Entry[] = [];
  // Beside the entries, by place: when each is due, and its number. Numbers in a row are compared without a look at the objects.
  #times = new Float64Array(SMALL);
  #sequences = new Float64Array(SMALL);
  #cancelled = 0;
  #sequence = 0;

  /** Timers that have neither run nor been cancelled. */
  get size(): number {
    return this.#entries.length - this.#cancelled;
  }

  push(at: number, run: () => void): Timer {
    const entry = new Entry(run, this);
    const place = this.#entries.push(entry) - 1;
    if (place === this.#times.length) this.#grow();
    this.#rise(place, entry, at, this.#sequence++);
    return entry;
  }

  /** When the earliest is due; undefined when there is none. */
  nextAt(): number | undefined {
    const entries = this.#entries;
    while (entries.length > 0 && (entries[0] as Entry).heap === undefined) {
      this.#removeFirst();
      this.#cancelled--;
    }
    return entries.length > 0 ? this.#times[0] : undefined;
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
    const entries = this.#entries;
    if (entries.length < SMALL || this.#cancelled * 2 < entries.length) return;
    const times = this.#times;
    const sequences = this.#sequences;
    let kept = 0;
    for (let place = 0; place < entries.length; place++) {
      if ((entries[place] as Entry).heap === undefined) continue;
      entries[kept] = entries[place] as Entry;
      times[kept] = times[place] as number;
      sequences[kept++] = sequences[place] as number;
    }
    entries.length = kept;
    this.#cancelled = 0;
    for (let place = Math.floor((kept - 2) / WIDTH); place >= 0; place--) this.#sinkFrom(place);
  }

  #removeFirst(): Entry {
    const entries = this.#entries;
    const first = entries[0] as Entry;
    const last = entries.pop() as Entry;
    first.heap = undefined;
    const place = entries.length;
    if (place > 0) this.#sink(0, last, this.#times[place] as number, this.#sequences[place] as number);
    return first;
  }

  #grow(): void {
    const times = this.#times;
    const sequences = this.#sequences;
    this.#times = new Float64Array(2 * times.length);
    this.#times.set(times);
    this.#sequences = new Float64Array(2 * times.length);
    this.#sequences.set(sequences);
  }

  #rise(from: number, entry: Entry, at: number, sequence: number): void {
    const entries = this.#entries;
    const times = this.#times;
    const sequences = this.#sequences;
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 2;
      // Whoever comes later at the same time stays below.
      if ((times[above] as number) <= at) break;
      entries[place] = entries[above] as Entry;
      times[place] = times[above] as number;
      sequences[place] = sequences[above] as number;
      place = above;
    }
    entries[place] = entry;
    times[place] = at;
    sequences[place] = sequence;
  }

  #sinkFrom(place: number): void {
    const times = this.#times;
    const sequences = this.#sequences;
    this.#sink(place, this.#entries[place] as Entry, times[place] as number, sequences[place] as number);
  }

  #sink(from: number, entry: Entry, at: number, sequence: number): void {
    const entries = this.#entries;
    const times = this.#times;
    const sequences = this.#sequences;
    const count = entries.length;
    let place = from;
    for (let first = WIDTH * place + 1; first < count; first = WIDTH * place + 1) {
      let least = first;
      let leastAt = times[first] as number;
      const end = Math.min(first + WIDTH, count);
      for (let other = first + 1; other < end; other++) {
        const otherAt = times[other] as number;
        if (otherAt > leastAt) continue;
        if (otherAt === leastAt && (sequences[other] as number) > (sequences[least] as number)) continue;
        least = other;
        leastAt = otherAt;
      }
      if (at < leastAt || (at === leastAt && sequence < (sequences[least] as number))) break;
      entries[place] = entries[least] as Entry;
      times[place] = leastAt;
      sequences[place] = sequences[least] as number;
      place = least;
    }
    entries[place] = entry;
    times[place] = at;
    sequences[place] = sequence;
  }
}
