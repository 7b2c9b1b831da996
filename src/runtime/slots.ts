// So many at once, so many waiting, and no more.

import { DisgoverError } from '../errors.js';
import { type Abortable, abortable } from './abort.js';

export class Slots {
  readonly #most: number;
  readonly #mostWaiting: number;
  readonly #what: string;
  // Bounded by #mostWaiting.
  readonly #waiting = new Set<() => void>();
  #taken = 0;

  /** `what` takes the places, in the message of `ERR_BUSY`: `lookups`. */
  constructor(most: number, mostWaiting: number, what: string) {
    this.#most = most;
    this.#mostWaiting = mostWaiting;
    this.#what = what;
  }

  /** Resolves, when it is our turn, to what gives the slot back. @throws DisgoverError `ERR_BUSY`; the signal's reason. */
  async enter(signal: Abortable): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#taken >= this.#most) {
      if (this.#waiting.size >= this.#mostWaiting) {
        throw new DisgoverError(
          'BUSY',
          `${this.#taken} ${this.#what} under way, ${this.#waiting.size} waiting`,
        );
      }
      let turn = () => {};
      const called = new Promise<void>((resolve) => {
        turn = resolve;
      });
      this.#waiting.add(turn);
      try {
        await abortable(called, signal);
      } catch (reason) {
        // Called and aborted in the same turn: the next one gets the place.
        if (!this.#waiting.delete(turn)) this.#leave();
        throw reason;
      }
    } else {
      this.#taken++;
    }
    let isLeft = false;
    return () => {
      if (!isLeft) this.#leave();
      isLeft = true;
    };
  }

  /** The place goes to the one that waits for longest; it stays taken. */
  #leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#taken--;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
