// Frames that may not be handed over yet, one behind the other in one block of bytes: thousands of small ones, each an object of its
// own, would take many times their length.

const LENGTH_BYTES = 4;
const NOTHING = new Uint8Array(0);

/** Bounded by its owner, which stops to read when it begins to fill. */
export class WaitingFrames {
  /** At most twice what is used of it. */
  #block = NOTHING;
  #view = new DataView(NOTHING.buffer);
  #from = 0;
  #to = 0;

  /** Lengths included. */
  get bytes(): number {
    return this.#to - this.#from;
  }

  add(frame: Uint8Array): void {
    this.#makeRoom(LENGTH_BYTES + frame.length);
    this.#view.setUint32(this.#to, frame.length);
    this.#block.set(frame, this.#to + LENGTH_BYTES);
    this.#to += LENGTH_BYTES + frame.length;
  }

  /** The frame that waits for longest, as a view that is good until the next call; undefined when there is none. */
  take(): Uint8Array | undefined {
    if (this.#from === this.#to) {
      this.clear();
      return undefined;
    }
    const start = this.#from + LENGTH_BYTES;
    this.#from = start + this.#view.getUint32(this.#from);
    return this.#block.subarray(start, this.#from);
  }

  clear(): void {
    this.#from = 0;
    this.#to = 0;
    if (this.#block.length > 0) this.#become(NOTHING);
  }

  #makeRoom(bytes: number): void {
    if (this.#to + bytes <= this.#block.length) return;
    const used = this.#block.subarray(this.#from, this.#to);
    const block = new Uint8Array(2 * (used.length + bytes));
    block.set(used);
    this.#from = 0;
    this.#to = used.length;
    this.#become(block);
  }

  #become(block: Uint8Array<ArrayBuffer>): void {
    this.#block = block;
    this.#view = new DataView(block.buffer);
  }
}
