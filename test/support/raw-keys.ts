// Keys and proofs as docs/PROTOCOL.md §5 wants them, by node:crypto alone: like the raw peer, this shares nothing with src/.

import {
  createHash,
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto';

export type Role = 'dialler' | 'dialled';

const rawOf = (key: KeyObject): Buffer => Buffer.from(key.export({ format: 'jwk' }).x as string, 'base64url');
const hmac = (key: Uint8Array, ...parts: Uint8Array[]): Buffer =>
  createHmac('sha256', key).update(Buffer.concat(parts)).digest();
const messageOf = (purpose: 'identity' | 'group', role: Role, transcript: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`disgover 1 ${purpose} ${role}\n`), transcript]);

/** SHA-256 over both HELLO frames, each behind its length. */
export function transcriptOf(ofDialler: Uint8Array, ofDialled: Uint8Array): Buffer {
  const hash = createHash('sha256');
  for (const frame of [ofDialler, ofDialled]) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(frame.length);
    hash.update(length).update(frame);
  }
  return hash.digest();
}

/** The 32 bytes that prove a group's secret. */
export function secretProof(secret: Uint8Array, role: Role, transcript: Uint8Array): Buffer {
  return hmac(secret, messageOf('group', role, transcript));
}

/** A key pair to sign with, and one to agree on a secret with. */
export class RawKeys {
  readonly #signing = generateKeyPairSync('ed25519');
  readonly #exchange = generateKeyPairSync('x25519');

  get publicKey(): Buffer {
    return rawOf(this.#signing.publicKey);
  }

  get exchangeKey(): Buffer {
    return rawOf(this.#exchange.publicKey);
  }

  /** Base64 of the first 20 bytes of SHA-256 of the public key. */
  get id(): string {
    return createHash('sha256').update(this.publicKey).digest().subarray(0, 20).toString('base64');
  }

  /** The optional parts of a HELLO. `remembered`: the other's exchange key. */
  parts(remembered?: Uint8Array): (readonly [tag: number, bytes: Uint8Array])[] {
    const parts: (readonly [number, Uint8Array])[] = [
      [1, this.publicKey],
      [2, this.exchangeKey],
    ];
    if (remembered !== undefined) parts.push([3, remembered]);
    return parts;
  }

  /** The 64 bytes that prove the key. */
  signature(role: Role, transcript: Uint8Array): Buffer {
    return sign(null, messageOf('identity', role, transcript), this.#signing.privateKey);
  }

  /** The 32 bytes in their place, for one who remembers the exchange key. */
  keyedHash(role: Role, transcript: Uint8Array, exchangeKeyOfOther: Uint8Array): Buffer {
    const x = Buffer.from(exchangeKeyOfOther).toString('base64url');
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' });
    const agreed = diffieHellman({ privateKey: this.#exchange.privateKey, publicKey });
    const inOrder = [this.exchangeKey, Buffer.from(exchangeKeyOfOther)].sort(Buffer.compare);
    const shared = hmac(agreed, Buffer.from('disgover 1 acquaintance\n'), ...inOrder);
    return hmac(shared, messageOf('identity', role, transcript));
  }
}
