// Identical finds share one walk. Each caller aborts alone; the walk ends when the last one has left.

import { type Abortable, AbortScope, abortable } from '../runtime/abort.js';

interface Shared<Result> {
  readonly result: Promise<Result>;
  readonly stop: AbortScope;
  callers: number;
}

export class SharedWalks<Result> {
  // Bounded by the lookups that may run and wait.
  readonly #walks = new Map<string, Shared<Result>>();

  get size(): number {
    return this.#walks.size;
  }

  /** The result of the walk under way for `key`, or of the one that `walk` begins. */
  async join(
    key: string,
    signal: Abortable | undefined,
    walk: (signal: Abortable) => Promise<Result>,
  ): Promise<Result> {
    const shared = this.#walks.get(key) ?? this.#begin(key, walk);
    shared.callers++;
    try {
      return await abortable(shared.result, signal);
    } finally {
      if (--shared.callers === 0) {
        if (this.#walks.get(key) === shared) this.#walks.delete(key);
        shared.stop.abort(signal?.reason);
      }
    }
  }

  #begin(key: string, walk: (signal: Abortable) => Promise<Result>): Shared<Result> {
    const stop = new AbortScope();
    const result = walk(stop).finally(() => {
      if (this.#walks.get(key) === shared) this.#walks.delete(key);
    });
    result.catch(() => {}); // every caller may have left
    const shared: Shared<Result> = { result, stop, callers: 0 };
    this.#walks.set(key, shared);
    return shared;
  }
}
