// How much of one link is read before all others have a turn: the system hands over up to 2 MiB of a socket at once, and what a
// peer may ask for in so many bytes keeps a node busy for a second.
import { setImmediate } from 'node:timers';
import { limits } from '../../src/plugin.js';

export class Turn {
  readonly #readOn: () => void;
  #frames = 0;
  #bytes = 0;
  #isOver = false;

  /** `readOn` is called once the others had theirs. */
  constructor(readOn: () => void) {
    this.#readOn = readOn;
  }

  /** Whether nothing more is to be read now. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** A frame was handed over. */
  count({ length }: Uint8Array): void {
    this.#frames++;
    this.#bytes += length;
    if (this.#isOver || (this.#frames < limits.linkTurnFrames && this.#bytes < limits.linkTurnBytes)) return;
    this.#isOver = true;
    setImmediate(() => {
      this.#frames = 0;
      this.#bytes = 0;
      this.#isOver = false;
      this.#readOn();
    });
  }
}
