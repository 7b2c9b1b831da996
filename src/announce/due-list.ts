// What is due again after a fixed time, more or less: kept in the order in which it was put there, which is the order of its times
// but for the jitter.

export class DueList<Item> {
  // Bounded by the registrations.
  readonly #dueAt = new Map<Item, number>();

  get size(): number {
    return this.#dueAt.size;
  }

  /** When the first is due; `Infinity` when there is none. */
  get soonest(): number {
    const [first = Number.POSITIVE_INFINITY] = this.#dueAt.values();
    return first;
  }

  set(item: Item, dueAt: number): void {
    this.#dueAt.delete(item);
    this.#dueAt.set(item, dueAt);
  }

  delete(item: Item): void {
    this.#dueAt.delete(item);
  }

  /** Takes out what is due. */
  take(now: number): Item[] {
    const due: Item[] = [];
    for (const [item, dueAt] of this.#dueAt) {
      if (dueAt > now) break;
      this.#dueAt.delete(item);
      due.push(item);
    }
    return due;
  }
}
