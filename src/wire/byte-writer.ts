// Appends fields to one buffer that is used again for every frame. What does not fit is a fault of the caller and throws a
// RangeError: a wrapped length or a frame cut short would be a frame of other meaning.

import { limits } from '../limits.js';

const SHORT = 256;

export class ByteWriter {
  // Bounded by the largest frame.
  readonly #bytes = new Uint8Array(limits.frameBytes);
  readonly #view = new DataView(this.#bytes.buffer);
  // Views of the beginning, by length: nearly all frames are short, and making a view costs more than filling it.
  readonly #frames: Uint8Array[] = Array.from({ length: SHORT + 1 }, (_, length) =>
    this.#bytes.subarray(0, length),
  );
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
    const { length } = bytes;
    const at = this.#length;
    // A call to the engine's own copy costs more than a short loop, which beyond the end would write nothing in silence.
    if (length > SHORT || at + length > limits.frameBytes) this.#bytes.set(bytes, at);
    else for (let i = 0; i < length; i++) this.#bytes[at + i] = bytes[i] as number;
    this.#length = at + length;
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
    return this.#frames[this.#length] ?? this.#bytes.subarray(0, this.#length);
  }
}
