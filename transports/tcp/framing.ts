// Frames in a stream: 4 bytes of length, big-endian, then the frame. Pure: chunks go in, whole frames are taken out.
// Deadlines are not kept here.
import { Refusal } from '../../src/plugin.js';
import { strangerIn } from '../sockets/first-bytes.js';

export const LENGTH_BYTES = 4;

const NOTHING: Uint8Array = new Uint8Array(0);

/**
 * Cuts a stream into frames. After each `push`, take frames by `next` until it has none; what is not taken waits. After a
 * Refusal the stream is lost: nobody knows where the next frame starts.
 */
export class FrameReader {
  #chunk = NOTHING;
  #at = 0;
  #length = 0;
  #lengthRead = 0;
  /** The part of a frame that earlier chunks brought. At most twice what arrived, and never longer than the frame. */
  #part = NOTHING;
  #partRead = 0;
  #isFirst = true;

  /** All frames of the chunk before must have been taken. */
  push(chunk: Uint8Array): void {
    // Not as a Buffer, of which each view costs twice as much (bench: `rpc`).
    this.#chunk = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
    this.#at = 0;
  }

  /**
   * The next whole frame, undefined when more must arrive first, or why the stream is refused: `FRAME_EMPTY`,
   * `FRAME_TOO_LARGE`, `BAD_MAGIC`. A frame within one chunk is a view of it.
   */
  next(maxFrameBytes: number): Uint8Array | Refusal | undefined {
    if (this.#lengthRead < LENGTH_BYTES) {
      while (this.#lengthRead < LENGTH_BYTES) {
        const byte = this.#chunk[this.#at];
        if (byte === undefined) return this.#wait();
        this.#length = this.#length * 256 + byte;
        this.#lengthRead++;
        this.#at++;
      }
      const refusal = this.#refusalOfLength(maxFrameBytes);
      if (refusal) return refusal;
    }
    return this.#body();
  }

  /** Whether a frame has begun: its first byte counts, as does that of its length. */
  get isWithinFrame(): boolean {
    return this.#lengthRead > 0;
  }

  /** What the end of the stream cuts off: `FRAME_TRUNCATED`, or undefined between two frames. */
  end(): Refusal | undefined {
    if (!this.isWithinFrame) return undefined;
    return this.#lengthRead < LENGTH_BYTES
      ? new Refusal('FRAME_TRUNCATED', `got ${this.#lengthRead} of ${LENGTH_BYTES} B of a length`)
      : new Refusal('FRAME_TRUNCATED', `got ${this.#partRead} of ${this.#length} B`);
  }

  #refusalOfLength(maxFrameBytes: number): Refusal | undefined {
    const stranger = this.#isFirst ? strangerIn(this.#length) : undefined;
    if (stranger) return stranger;
    this.#isFirst = false;
    if (this.#length === 0) return new Refusal('FRAME_EMPTY', '0 B');
    if (this.#length > maxFrameBytes) {
      return new Refusal('FRAME_TOO_LARGE', `${this.#length} B > ${maxFrameBytes} B`);
    }
    return undefined;
  }

  #body(): Uint8Array | undefined {
    const end = this.#at + this.#length;
    if (this.#partRead === 0 && end <= this.#chunk.length) {
      const frame = this.#chunk.subarray(this.#at, end);
      this.#at = end;
      return this.#done(frame);
    }
    const missing = this.#length - this.#partRead;
    const arrived = this.#chunk.subarray(this.#at, this.#at + missing);
    this.#at += arrived.length;
    this.#keep(arrived);
    return this.#partRead === this.#length ? this.#done(this.#part) : this.#wait();
  }

  /** Grows by doubling: with a copy for each chunk, a frame that trickles in would cost the square of its length. */
  #keep(arrived: Uint8Array): void {
    const needed = this.#partRead + arrived.length;
    if (needed > this.#part.length) {
      const larger = new Uint8Array(Math.min(this.#length, Math.max(needed, 2 * this.#part.length)));
      larger.set(this.#part.subarray(0, this.#partRead));
      this.#part = larger;
    }
    this.#part.set(arrived, this.#partRead);
    this.#partRead = needed;
  }

  #done(frame: Uint8Array): Uint8Array {
    this.#length = 0;
    this.#lengthRead = 0;
    this.#part = NOTHING;
    this.#partRead = 0;
    return frame;
  }

  /** Lets go of the chunk, so that a waiting link holds no memory of it. */
  #wait(): undefined {
    this.#chunk = NOTHING;
    this.#at = 0;
    return undefined;
  }
}
