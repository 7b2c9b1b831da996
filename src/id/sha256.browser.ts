// The digest where there is no node:crypto.

import { sha256 as digest } from '@noble/hashes/sha2.js';

export function sha256(bytes: Uint8Array): Uint8Array {
  return digest(bytes);
}
