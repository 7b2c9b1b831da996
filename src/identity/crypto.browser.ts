// The twin of crypto.ts in browsers. Not WebCrypto, which answers later (a contact is checked where an arbiter decides, at once),
// is absent from pages that come by plain HTTP, and knows Ed25519 in recent browsers only.

import { getPublicKey, hashes, Point, sign } from '@noble/ed25519';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { scalarMult, scalarMultBase } from '@stablelib/x25519';

// Without it the package answers later, by WebCrypto.
hashes.sha512 = sha512;

export interface PrivateKey {
  readonly publicKey: Uint8Array;
  readonly handle: unknown;
}

export function signingKeyOf(seed: Uint8Array): PrivateKey {
  return { publicKey: getPublicKey(seed), handle: seed.slice() };
}

export function signBytes({ handle }: PrivateKey, bytes: Uint8Array): Uint8Array {
  return sign(bytes, handle as Uint8Array);
}

/**
 * RFC 8032 §5.1.7 as OpenSSL reads it, without the cofactor. The package's own `verify` has it in, and so takes a few signatures of
 * keys made for the purpose that the other twin refuses: nodes would disagree about what is signed.
 */
export function isSignedBy(publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  try {
    const key = Point.fromBytes(publicKey);
    if (key.isSmallOrder()) return false;
    const r = signature.subarray(0, 32);
    const challenge = sha512.create().update(r).update(publicKey).update(bytes).digest();
    const k = littleEndian(challenge) % Point.CURVE().n;
    const ofBase = Point.BASE.multiply(littleEndian(signature.subarray(32)), false);
    return isSameSecret(ofBase.subtract(key.multiply(k, false)).toBytes(), r);
  } catch {
    return false; // no point, or a number that is not below the order
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n);
}

export function exchangeKeyOf(seed: Uint8Array): PrivateKey {
  return { publicKey: scalarMultBase(seed), handle: seed.slice() };
}

export function agreeOn({ handle }: PrivateKey, publicKey: Uint8Array): Uint8Array | undefined {
  if (publicKey.length !== 32) return undefined;
  const shared = scalarMult(handle as Uint8Array, publicKey);
  return shared.some((byte) => byte !== 0) ? shared : undefined;
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
