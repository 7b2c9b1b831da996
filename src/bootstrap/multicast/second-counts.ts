// So many a second and sender, and no more.

const SECOND_MS = 1_000;

export class SecondCounts {
  readonly #most: number;
  readonly #mostSenders: number;
  // Bounded by #mostSenders; empty again each second.
  readonly #counts = new Map<string, number>();
  #since = 0;

  constructor(most: number, mostSenders: number) {
    this.#most = most;
    this.#mostSenders = mostSenders;
  }

  /** Whether the sender has one left. */
  take(sender: string, now: number): boolean {
    if (now - this.#since >= SECOND_MS) {
      this.#counts.clear();
      this.#since = now;
    }
    const count = this.#counts.get(sender) ?? 0;
    if (count >= this.#most || (count === 0 && this.#counts.size >= this.#mostSenders)) return false;
    this.#counts.set(sender, count + 1);
    return true;
  }
}
