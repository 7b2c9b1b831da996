// Reads fields of one frame. Every length is held against what is left before anything is made of it; a field that does not fit
// throws a Refusal, which `decode` catches.

import { Refusal } from '../errors.js';

export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    // A plain view of what may be a Buffer, whose `slice` would share memory where copies are meant.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  u8(field: string): number {
    return this.#bytes[this.#advance(1, field)] as number;
  }

  u16(field: string): number {
    const at = this.#advance(2, field);
    return ((this.#bytes[at] as number) << 8) | (this.#bytes[at + 1] as number);
  }

  u32(field: string): number {
    const at = this.#advance(4, field);
    const [a, b, c, d] = this.#bytes.subarray(at, at + 4) as unknown as [number, number, number, number];
    return a * 0x100_0000 + ((b << 16) | (c << 8) | d);
  }

  /** A view, not a copy. */
  raw(length: number, field: string): Uint8Array {
    const at = this.#advance(length, field);
    return this.#bytes.subarray(at, at + length);
  }

  short(field: string): Uint8Array {
    return this.raw(this.u8(field), field);
  }

  long(field: string): Uint8Array {
    return this.raw(this.u16(field), field);
  }

  end(): void {
    const left = this.#bytes.length - this.#at;
    if (left > 0) throw new Refusal('BAD_FRAME', `${left} B after the last field`);
  }

  #advance(length: number, field: string): number {
    const at = this.#at;
    const past = at + length - this.#bytes.length;
    if (past > 0) throw new Refusal('BAD_FRAME', `${field} ends ${past} B past the frame`);
    this.#at = at + length;
    return at;
  }
}
