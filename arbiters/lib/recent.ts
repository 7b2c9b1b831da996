// What was used last: a map that never holds more than it may.

export class Recent<Value> {
  readonly #most: number;
  // Bounded by `most`: what was not used for longest goes first.
  readonly #byKey = new Map<string, Value>();

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#byKey.size;
  }

  get(key: string): Value | undefined {
    const value = this.#byKey.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  set(key: string, value: Value): void {
    this.#byKey.delete(key);
    this.#byKey.set(key, value);
    const [oldest] = this.#byKey.keys();
    if (this.#byKey.size > this.#most && oldest !== undefined) this.#byKey.delete(oldest);
  }
}
