// What keys are used for, by Node's own implementation. `crypto.browser.ts` is its twin.

import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type KeyObject,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto';

/** A private key of 32 bytes, made ready: Ed25519 to sign with (RFC 8032), X25519 to agree on a secret with (RFC 7748). */
export interface PrivateKey {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly handle: unknown;
}

/** All of PKCS #8 (RFC 8410 §7) that comes before the 32 bytes of a private key, and of SPKI (§4) before those of a public one. */
const PRIVATE_PREFIX = {
  ed25519: '302e020100300506032b657004220420',
  x25519: '302e020100300506032b656e04220420',
};
const PUBLIC_PREFIX = { ed25519: '302a300506032b6570032100', x25519: '302a300506032b656e032100' };

type Curve = keyof typeof PRIVATE_PREFIX;

function privateKeyOf(curve: Curve, seed: Uint8Array): PrivateKey {
  const der = Buffer.concat([Buffer.from(PRIVATE_PREFIX[curve], 'hex'), seed]);
  const handle = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(handle).export({ format: 'der', type: 'spki' });
  // A copy: the memory of a Buffer may be that of others, too.
  return { publicKey: new Uint8Array(spki.subarray(-32)), handle };
}

function publicKeyOf(curve: Curve, bytes: Uint8Array): KeyObject {
  const der = Buffer.concat([Buffer.from(PUBLIC_PREFIX[curve], 'hex'), bytes]);
  return createPublicKey({ key: der, format: 'der', type: 'spki' });
}

/** `seed`: 32 bytes. */
export function signingKeyOf(seed: Uint8Array): PrivateKey {
  return privateKeyOf('ed25519', seed);
}

/** 64 bytes. */
export function signBytes({ handle }: PrivateKey, bytes: Uint8Array): Uint8Array {
  return new Uint8Array(sign(null, bytes, handle as KeyObject));
}

/** Total: false for what is no key and no signature. */
export function isSignedBy(publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64 || isWeak(publicKey)) return false;
  try {
    return verify(null, bytes, publicKeyOf('ed25519', publicKey), signature);
  } catch {
    return false;
  }
}

/** The y of the points of small order: 0, 1, -1, and two of order 8. */
const WEAK: ReadonlySet<string> = new Set([
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  `ec${'ff'.repeat(30)}7f`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
]);

/**
 * Keys that OpenSSL takes and should not: of small order, for which one signature fits many messages; and a second spelling of
 * another key, its y not below 2^255 - 19.
 */
function isWeak(publicKey: Uint8Array): boolean {
  const y = Buffer.from(publicKey);
  y[31] = (y[31] as number) & 0x7f; // the rest of the byte is the sign of x
  return WEAK.has(y.toString('hex')) || y.reverse().toString('hex') >= `7f${'ff'.repeat(30)}ed`;
}

/** `seed`: 32 bytes. */
export function exchangeKeyOf(seed: Uint8Array): PrivateKey {
  return privateKeyOf('x25519', seed);
}

/** The 32 bytes that both ends of an exchange come to; `undefined` where the other's key is none that leads to a secret. */
export function agreeOn({ handle }: PrivateKey, publicKey: Uint8Array): Uint8Array | undefined {
  if (publicKey.length !== 32) return undefined;
  try {
    const shared = diffieHellman({
      privateKey: handle as KeyObject,
      publicKey: publicKeyOf('x25519', publicKey),
    });
    return shared.some((byte) => byte !== 0) ? new Uint8Array(shared) : undefined;
  } catch {
    return undefined;
  }
}

/** HMAC-SHA256 (RFC 2104) of the parts one after the other: 32 bytes. */
export function keyedHash(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const hmac = createHmac('sha256', key);
  for (const part of parts) hmac.update(part);
  return new Uint8Array(hmac.digest());
}

/** Whether both are the same, in a time that does not tell where they differ. Of different lengths they are not. */
export function isSameSecret(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
