// What is due again after a fixed time, more or less: kept in the order in which it was put there, which is the order of its times
// but for the jitter.

/** Times are kept as small integers, which take no memory of their own: there may be a million of them (bench: `memory`). */
const TICK_MS = 100;

export class DueList<Item> {
  readonly #startMs: number;
  // Ticks since the start. Bounded by the registrations.
  readonly #dueAt = new Map<Item, number>();
  // Kept beside it: to look for the first again and again among what was taken out costs more than all the rest.
  #soonest = Number.POSITIVE_INFINITY;

  /** `startMs`: now, by the clock that the times are of. */
  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  get size(): number {
    return this.#dueAt.size;
  }

  /** When the first is due, or was before it was deleted; `Infinity` when there is none. */
  get soonest(): number {
    return this.#timeOf(this.#soonest);
  }

  set(item: Item, dueAt: number): void {
    const tick = Math.ceil((dueAt - this.#startMs) / TICK_MS);
    this.#dueAt.delete(item);
    this.#dueAt.set(item, tick);
    this.#soonest = Math.min(this.#soonest, tick);
  }

  delete(item: Item): void {
    this.#dueAt.delete(item);
  }

  /** How many `take` would take out. */
  count(now: number): number {
    let count = 0;
    for (const _item of this.#due(now)) count++;
    return count;
  }

  /** Takes out what is due. */
  take(now: number): Item[] {
    const due = [...this.#due(now)];
    for (const item of due) this.#dueAt.delete(item);
    [this.#soonest = Number.POSITIVE_INFINITY] = this.#dueAt.values();
    return due;
  }

  *#due(now: number): Iterable<Item> {
    for (const [item, tick] of this.#dueAt) {
      if (this.#timeOf(tick) > now) return;
      yield item;
    }
  }

  #timeOf(tick: number): number {
    return this.#startMs + tick * TICK_MS;
  }
}
