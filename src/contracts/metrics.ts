// Where counters go. The agent feeds a metrics library through this; without one, nothing is counted twice.

export interface Metrics {
  /** Adds one to the counter `name`; labels are few and of small range (`code`, `kind`), never ids. */
  increment(name: string, labels?: Readonly<Record<string, string>>): void;
}
