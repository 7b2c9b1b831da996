// What leaves in one write: the frames of one turn, each behind its length, copied into blocks that all links share.
import { LENGTH_BYTES } from './framing.js';

const NOTHING = Buffer.alloc(0);
const BLOCK_BYTES = 16_384;
const SPARE_BLOCKS = 64;
/** Up to here a loop copies faster than a call. */
const SHORT = 64;

/** Blocks that wait to be filled again: 64, 1 MiB. An idle link holds none. */
const spare: Buffer[] = [];

/** Gives back a block of `take`, once the system has copied it: not before, or it would send another link's bytes. */
export function recycle(block: Buffer): void {
  // A block that was not filled is a view of its beginning.
  if (spare.length < SPARE_BLOCKS) spare.push(Buffer.from(block.buffer));
}

/** Bounded by its owner, which sends it off at `limits.linkPauseBytes`. */
export class Outbox {
  #blocks: Buffer[] = [];
  #block: Buffer = NOTHING;
  #used = 0;
  #bytes = 0;

  /** Lengths included. */
  get bytes(): number {
    return this.#bytes;
  }

  add(frame: Uint8Array): void {
    const { length } = frame;
    this.#bytes += LENGTH_BYTES + length;
    if (this.#block === NOTHING) this.#addBlock();
    if (this.#block.length - this.#used < LENGTH_BYTES + length) return this.#addInPieces(frame);
    this.#used = this.#block.writeUInt32BE(length, this.#used);
    const block = this.#block;
    if (length > SHORT) block.set(frame, this.#used);
    else for (let i = 0, at = this.#used; i < length; i++, at++) block[at] = frame[i] as number;
    this.#used += length;
  }

  #addInPieces(frame: Uint8Array): void {
    // A length is not split over two blocks.
    if (this.#block.length - this.#used < LENGTH_BYTES) this.#addBlock();
    this.#used = this.#block.writeUInt32BE(frame.length, this.#used);
    for (let at = 0; at < frame.length; ) {
      if (this.#used === this.#block.length) this.#addBlock();
      const piece = frame.subarray(at, at + this.#block.length - this.#used);
      this.#block.set(piece, this.#used);
      this.#used += piece.length;
      at += piece.length;
    }
  }

  /** All that was added, in order; the outbox is empty afterwards. */
  take(): Buffer[] {
    this.#closeBlock();
    const blocks = this.#blocks;
    this.#blocks = [];
    this.#block = NOTHING;
    this.#used = 0;
    this.#bytes = 0;
    return blocks;
  }

  #addBlock(): void {
    this.#closeBlock();
    this.#block = spare.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES);
    this.#used = 0;
  }

  #closeBlock(): void {
    if (this.#used > 0) this.#blocks.push(this.#block.subarray(0, this.#used));
  }
}
