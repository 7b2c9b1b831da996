// The digest of Node; its twin is sha256.browser.ts. Keys must be had synchronously, which WebCrypto does not offer.

import { hash } from 'node:crypto';

const BYTES = 32;

export function sha256(bytes: Uint8Array): Uint8Array {
  // As text and back: for so few bytes Node hands out text several times faster than a Buffer (bench: `micro key`).
  const text = hash('sha256', bytes, 'hex');
  const digest = new Uint8Array(BYTES);
  for (let i = 0; i < BYTES; i++)
    digest[i] = (nibble(text.charCodeAt(2 * i)) << 4) | nibble(text.charCodeAt(2 * i + 1));
  return digest;
}

/** Of `0` to `9` and `a` to `f`. */
function nibble(code: number): number {
  return code < 58 ? code - 48 : code - 87;
}
