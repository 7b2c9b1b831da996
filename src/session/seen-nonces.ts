// The nonces of HELLOs that came in: one that comes again was recorded. Proofs do not rest on it, since they cover a nonce of ours, too.

import { binaryText } from '../id/bytes.js';
import { limits } from '../limits.js';

export class SeenNonces {
  // Bounded by limits.noncesRemembered, oldest first.
  readonly #seen = new Set<string>();

  get size(): number {
    return this.#seen.size;
  }

  /** False when it was there. */
  add(nonce: Uint8Array): boolean {
    const text = binaryText(nonce);
    if (this.#seen.has(text)) return false;
    this.#seen.add(text);
    if (this.#seen.size > limits.noncesRemembered) this.#dropOldest();
    return true;
  }

  #dropOldest(): void {
    const [oldest] = this.#seen;
    if (oldest !== undefined) this.#seen.delete(oldest);
  }
}
