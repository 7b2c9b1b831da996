// The secrets of a group: the first is proved, each is accepted, so that one can follow another while the group runs.

import { isSameSecret, keyedHash } from '#crypto';
import { DisgoverError, Refusal, typeName } from '../errors.js';
import { bytesOfContactId, checkContactId } from '../id/contact-id.js';
import { limits } from '../limits.js';

/** 32 random bytes, or their base64: `openssl rand -base64 32`. */
export type Secret = string | Uint8Array;

/** `null` stands for no secret: nodes without one are accepted as well, while a group is given its first. */
export type SecretRing = Secret | readonly (Secret | null)[];

/** The proof of a secret over a message: HMAC-SHA256, 32 bytes. */
export type Prove = (message: Uint8Array) => Uint8Array;

const SECRET_BYTES = 32;

export class GroupSecrets {
  // Bounded by limits.secrets. Private, as they must not be printed.
  #ring: readonly (Uint8Array | null)[] = [];

  /** @throws DisgoverError `ERR_BAD_KEY`, `ERR_BAD_OPTION`. */
  constructor(ring: SecretRing = []) {
    this.replace(ring);
  }

  /** From now on these count; sessions that are open stay open. @throws DisgoverError as the constructor, and changes nothing. */
  replace(ring: SecretRing): void {
    const given: readonly (Secret | null)[] = isOne(ring) ? [ring] : ring;
    if (!Array.isArray(given)) {
      const wanted = `${SECRET_BYTES} bytes, their base64, or a list of such, [] for none`;
      throw new DisgoverError('BAD_OPTION', `secret: ${wanted}; got ${typeName(given)}`);
    }
    if (given.length > limits.secrets)
      throw new DisgoverError(
        'BAD_OPTION',
        `secret: at most ${limits.secrets} in a list, got ${given.length}`,
      );
    this.#ring = given.map((secret) => (secret === null ? null : bytesOfSecret(secret)));
  }

  /** Whether who proves none is refused. */
  get isRequired(): boolean {
    return this.#ring.length > 0 && !this.#ring.includes(null);
  }

  /** What proves our secret of now; `undefined` when there is none to be proved. */
  prover(): Prove | undefined {
    const [first] = this.#ring;
    return first ? (message) => keyedHash(first, message) : undefined;
  }

  /** Whether the proof is by one of ours. As long for one secret as for another. A group without secrets asks for none. */
  accepts(proof: Uint8Array | undefined, message: Uint8Array): boolean {
    const secrets = this.#ring.filter((secret) => secret !== null);
    if (proof === undefined) return !this.isRequired;
    if (secrets.length === 0) return true;
    let isOurs = false;
    for (const secret of secrets) isOurs = isSameSecret(keyedHash(secret, message), proof) || isOurs;
    return isOurs;
  }
}

function isOne(ring: SecretRing): ring is Secret {
  return typeof ring === 'string' || ring instanceof Uint8Array;
}

/** What is wrong with a secret is said without it. */
function bytesOfSecret(secret: unknown): Uint8Array {
  if (secret instanceof Uint8Array) return ofLength(secret.slice());
  if (typeof secret !== 'string') throw badKey(`got ${typeName(secret)}`);
  const text = checkContactId(secret.trim());
  if (text instanceof Refusal) throw badKey('not canonical base64');
  return ofLength(bytesOfContactId(text));
}

function ofLength(bytes: Uint8Array): Uint8Array {
  if (bytes.length === SECRET_BYTES) return bytes;
  throw badKey(`got ${bytes.length}`);
}

function badKey(got: string): DisgoverError {
  return new DisgoverError('BAD_KEY', `secret: need ${SECRET_BYTES} bytes, as they are or in base64, ${got}`);
}
