// The digest of Node; its twin is sha256.browser.ts. Keys must be had synchronously, which WebCrypto does not offer.

import { createHash } from 'node:crypto';

export function sha256(bytes: Uint8Array): Uint8Array {
  // Not a Buffer: its `slice` shares memory, and twins should return the same.
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}
