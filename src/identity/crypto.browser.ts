// The twin of crypto.ts in browsers. Not WebCrypto, which answers later (a contact is checked where an arbiter decides, at once),
// is absent from pages that come by plain HTTP, and knows Ed25519 in recent browsers only.

import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';

export interface PrivateKey {
  readonly publicKey: Uint8Array;
  readonly handle: unknown;
}

export function signingKeyOf(seed: Uint8Array): PrivateKey {
  return { publicKey: ed25519.getPublicKey(seed), handle: seed.slice() };
}

export function signBytes({ handle }: PrivateKey, bytes: Uint8Array): Uint8Array {
  return ed25519.sign(bytes, handle as Uint8Array);
}

export function isSignedBy(publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  try {
    // As OpenSSL does: RFC 8032 and no more lenient.
    return ed25519.verify(signature, bytes, publicKey, { zip215: false });
  } catch {
    return false;
  }
}

export function exchangeKeyOf(seed: Uint8Array): PrivateKey {
  return { publicKey: x25519.getPublicKey(seed), handle: seed.slice() };
}

export function agreeOn({ handle }: PrivateKey, publicKey: Uint8Array): Uint8Array | undefined {
  try {
    const shared = x25519.getSharedSecret(handle as Uint8Array, publicKey);
    return shared.some((byte) => byte !== 0) ? shared : undefined;
  } catch {
    return undefined;
  }
}

export function keyedHash(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const hash = hmac.create(sha256, key);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

export function isSameSecret(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (const [i, byte] of a.entries()) difference |= byte ^ (b[i] as number);
  return difference === 0;
}
