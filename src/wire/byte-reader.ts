// Reads fields of one frame. Every length is held against what is left before anything is made of it; a field that does not fit
// throws a Refusal, which `decode` catches.

import { Refusal } from '../errors.js';

export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    // A plain view of what may be a Buffer, whose `slice` would share memory where copies are meant.
    this.#bytes =
      bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** What is read from, and where the next field starts: for who reads a field without a view of it. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  get at(): number {
    return this.#at;
  }

  /** Passes over a field. */
  skip(length: number, field: string, index?: number): void {
    this.#advance(length, field, index);
  }

  u8(field: string): number {
    return this.#bytes[this.#advance(1, field)] as number;
  }

  u16(field: string, index?: number): number {
    return this.#u16At(this.#advance(2, field, index));
  }

  u32(field: string): number {
    const at = this.#advance(4, field);
    return this.#u16At(at) * 0x1_0000 + this.#u16At(at + 2);
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

  /** Whether all that is left is a count of parts of 0, as in nearly every frame. */
  endsWithoutParts(): boolean {
    return this.#at === this.#bytes.length - 1 && this.#bytes[this.#at] === 0;
  }

  end(): void {
    const left = this.#bytes.length - this.#at;
    if (left > 0) throw new Refusal('BAD_FRAME', `${left} B after the last field`);
  }

  #u16At(at: number): number {
    return ((this.#bytes[at] as number) << 8) | (this.#bytes[at + 1] as number);
  }

  #advance(length: number, field: string, index?: number): number {
    const at = this.#at;
    const past = at + length - this.#bytes.length;
    if (past > 0) throw new Refusal('BAD_FRAME', `${nameOf(field, index)} ends ${past} B past the frame`);
    this.#at = at + length;
    return at;
  }
}

/** `contacts[3]`: put together only where it is said. */
export function nameOf(field: string, index: number | undefined): string {
  return index === undefined ? field : `${field}[${index}]`;
}
