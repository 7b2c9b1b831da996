// Who a node is: a key pair, and the id that is made of it.

import { isSignedBy, type PrivateKey, signBytes, signingKeyOf } from '#crypto';
import { sha256 } from '#sha256';
import { DisgoverError, typeName } from '../errors.js';
import { type ContactId, contactIdOfBytes } from '../id/contact-id.js';
import { SystemRuntime } from '../runtime/system-runtime.js';

const KEY_BYTES = 32;
/** Of the id that is made of a key. */
export const KEY_ID_BYTES = 20;

/** The id of a public key (32 bytes): the first 20 bytes of its SHA-256. @throws DisgoverError `ERR_BAD_KEY`. */
export function idOfKey(publicKey: Uint8Array): ContactId {
  if (!(publicKey instanceof Uint8Array))
    throw new DisgoverError('BAD_KEY', `need ${KEY_BYTES} bytes, got ${typeName(publicKey)}`);
  return contactIdOfBytes(sha256(publicKey).subarray(0, KEY_ID_BYTES));
}

/** Whether the owner of a public key has signed the bytes (Ed25519, RFC 8032). False for whatever is no key or no signature. */
export function isSigned(publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
  return isSignedBy(publicKey, bytes, signature);
}

/** An Ed25519 key pair. What it signs with is neither printed nor turned into JSON. */
export class Identity {
  /** 32 bytes; anybody may know them. */
  readonly publicKey: Uint8Array;
  /** Canonical base64 of the first 20 bytes of SHA-256 of the public key. */
  readonly id: ContactId;
  readonly #key: PrivateKey;
  readonly #seed: Uint8Array;

  /** `seed`: the 32 secret bytes of the key (RFC 8032 §5.1.5). @throws DisgoverError `ERR_BAD_KEY`. */
  constructor(seed: Uint8Array) {
    if (!(seed instanceof Uint8Array)) {
      throw new DisgoverError('BAD_KEY', `need ${KEY_BYTES} bytes, got ${typeName(seed)}`);
    }
    if (seed.length !== KEY_BYTES) {
      throw new DisgoverError('BAD_KEY', `need ${KEY_BYTES} bytes, got ${seed.length}`);
    }
    this.#seed = seed.slice();
    this.#key = signingKeyOf(this.#seed);
    this.publicKey = this.#key.publicKey;
    this.id = idOfKey(this.publicKey);
  }

  /** A new key pair, of the system's randomness. */
  static generate(): Identity {
    return new Identity(new SystemRuntime().randomBytes(KEY_BYTES));
  }

  /** 64 bytes. */
  sign(bytes: Uint8Array): Uint8Array {
    return signBytes(this.#key, bytes);
  }

  /** The 32 secret bytes, to be kept where nobody reads them. */
  exportSeed(): Uint8Array {
    return this.#seed.slice();
  }
}
