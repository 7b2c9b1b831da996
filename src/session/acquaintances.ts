// Peers that have signed once, so that they need not again: each end has an exchange key (X25519, for as long as the process
// runs), its signature covers it, and from both keys both ends come to a secret that nobody who listened in knows.

import { agreeOn, exchangeKeyOf, keyedHash, type PrivateKey } from '#crypto';
import { binaryText, bytesOfBinaryText, utf8 } from '../id/bytes.js';
import type { ContactId } from '../id/contact-id.js';
import { limits } from '../limits.js';

const LABEL = utf8('disgover 1 acquaintance\n');

export class Acquaintances {
  readonly #seed: () => Uint8Array;
  #key: PrivateKey | undefined;
  // Exchange keys, as text. Who was met last is last. Bounded by limits.acquaintances.
  readonly #known = new Map<ContactId, string>();
  // Worked out when they are first wanted. Bounded as above.
  readonly #secrets = new Map<ContactId, Uint8Array>();

  /** `seed`: 32 random bytes, asked for once, by a node that has a key to sign with. */
  constructor(seed: () => Uint8Array) {
    this.#seed = seed;
  }

  get size(): number {
    return this.#known.size;
  }

  /** Ours, for others to remember. */
  get exchangeKey(): Uint8Array {
    return this.#own.publicKey;
  }

  /** The peer has signed that the exchange key is its own. */
  remember(id: ContactId, exchangeKey: Uint8Array): void {
    const text = binaryText(exchangeKey);
    if (this.#known.get(id) !== text) this.#forget(id);
    this.#known.delete(id);
    this.#known.set(id, text);
    const [oldest] = this.#known.keys();
    if (this.#known.size > limits.acquaintances && oldest !== undefined) this.#forget(oldest);
  }

  /** The exchange key that the peer has signed, if it has. */
  exchangeKeyOf(id: ContactId): Uint8Array | undefined {
    const known = this.#known.get(id);
    return known === undefined ? undefined : bytesOfBinaryText(known);
  }

  /** The secret shared with the owner of an exchange key; `undefined` for a key that leads to none. */
  secretWith(id: ContactId, exchangeKey: Uint8Array): Uint8Array | undefined {
    if (this.#known.get(id) !== binaryText(exchangeKey)) return this.#agree(exchangeKey);
    const secret = this.#secrets.get(id) ?? this.#agree(exchangeKey);
    if (secret !== undefined) this.#secrets.set(id, secret);
    return secret;
  }

  #forget(id: ContactId): void {
    this.#known.delete(id);
    this.#secrets.delete(id);
  }

  get #own(): PrivateKey {
    this.#key ??= exchangeKeyOf(this.#seed());
    return this.#key;
  }

  #agree(exchangeKey: Uint8Array): Uint8Array | undefined {
    const shared = agreeOn(this.#own, exchangeKey);
    const [first, second] = inOrder(this.exchangeKey, exchangeKey);
    return shared && keyedHash(shared, LABEL, first, second);
  }
}

/** Both ends must name the two keys in one order. */
function inOrder(a: Uint8Array, b: Uint8Array): [Uint8Array, Uint8Array] {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return (a[at] ?? 0) <= (b[at] ?? 0) ? [a, b] : [b, a];
}
