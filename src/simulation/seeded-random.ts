// Chance that can be had again: the same seed gives the same numbers, on every version of every engine.

/**
 * sfc32, the small fast counter of Chris Doty-Humphrey (PractRand, public domain): 128 bits of state, period at least 2^32
 * for every seed. Its state is filled by splitmix32, so that neighbouring seeds have nothing in common.
 */
export class SeededRandom {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** `seed` is an integer from 0 to 2^53 − 1: each bit of it counts. */
  constructor(seed: number) {
    let state = seed ^ Math.imul(Math.floor(seed / 2 ** 32), 0x85ebca6b);
    const fill = (): number => {
      state = (state + 0x9e3779b9) | 0;
      const mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
      const again = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
      return again ^ (again >>> 15);
    };
    this.#a = fill();
    this.#b = fill();
    this.#c = fill();
    for (let round = 0; round < 12; round++) this.next();
  }

  /** An integer from 0 to 2^32 − 1. */
  next(): number {
    const result = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0;
    return result >>> 0;
  }

  /** From 0 to below 1, in steps of 2^-53. */
  fraction(): number {
    const high = this.next() >>> 5;
    return (high * 2 ** 26 + (this.next() >>> 6)) / 2 ** 53;
  }

  /** An integer from 0 to below `count`. */
  integer(count: number): number {
    return Math.floor(this.fraction() * count);
  }

  bytes(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count; at += 4) {
      const word = this.next();
      bytes[at] = word;
      // Writes beyond the end of a typed array do nothing.
      bytes[at + 1] = word >>> 8;
      bytes[at + 2] = word >>> 16;
      bytes[at + 3] = word >>> 24;
    }
    return bytes;
  }
}
