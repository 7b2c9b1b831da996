// Appends fields to one buffer that is used again for every frame. What does not fit is a fault of the caller and throws a
// RangeError: a wrapped length or a frame cut short would be a frame of other meaning.

import { limits } from '../limits.js';

export class ByteWriter {
  // Bounded by the largest frame.
  readonly #bytes = new Uint8Array(limits.frameBytes);
  readonly #view = new DataView(this.#bytes.buffer);
  #length = 0;

  start(kind: number): this {
    this.#length = 0;
    return this.u8(kind);
  }

  u8(value: number): this {
    if (value > 0xff) throw new RangeError(`${value} in a field of one byte`);
    this.#view.setUint8(this.#length++, value);
    return this;
  }

  u16(value: number): this {
    this.#view.setUint16(this.#length, value);
    this.#length += 2;
    return this;
  }

  u32(value: number): this {
    this.#view.setUint32(this.#length, value);
    this.#length += 4;
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  short(bytes: Uint8Array): this {
    if (bytes.length > 0xff) throw new RangeError(`${bytes.length} B in a field of at most 255 B`);
    return this.u8(bytes.length).raw(bytes);
  }

  long(bytes: Uint8Array): this {
    if (bytes.length > 0xffff) throw new RangeError(`${bytes.length} B in a field of at most 65535 B`);
    return this.u16(bytes.length).raw(bytes);
  }

  /** The frame so far: good until the next `start`. */
  frame(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}
