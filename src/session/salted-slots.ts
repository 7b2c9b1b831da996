// A slot for each of any number of names, for tables that cannot be grown from outside.

import { sha256 } from '#sha256';
import { utf8 } from '../id/bytes.js';

const SALT_BYTES = 16;

/**
 * Names share slots by a salted hash: who would fill the table to be forgotten finds it full already, and nobody can tell which of them
 * share one.
 */
export class SaltedSlots {
  readonly #count: number;
  readonly #randomBytes: (count: number) => Uint8Array;
  #salt: Uint8Array | undefined;

  constructor(count: number, randomBytes: (count: number) => Uint8Array) {
    this.#count = count;
    this.#randomBytes = randomBytes;
  }

  /** From 0 to `count` - 1. */
  of(name: string): number {
    this.#salt ??= this.#randomBytes(SALT_BYTES);
    const digest = sha256(Uint8Array.from([...this.#salt, ...utf8(name)]));
    return new DataView(digest.buffer, digest.byteOffset).getUint32(0) % this.#count;
  }
}
