// Where counters go: a few lines adapt any metrics library.

export interface Metrics {
  /** Adds one to the counter `name`; labels are few and of small range (`code`, `kind`), never ids. */
  increment(name: string, labels?: Readonly<Record<string, string>>): void;
}
