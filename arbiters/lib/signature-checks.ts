// Checks signatures, no two times the same one and not more than a part of a core can bear: forged ones cost who sends them more.

import { limits, Refusal } from '../../src/plugin.js';
import { Recent } from './recent.js';
import type { Signed } from './signature.js';

/** So many at once, and so many a second. */
class Allowance {
  readonly #perSecond: number;
  #left: number;
  #at: number;

  constructor(perSecond: number, now: number) {
    this.#perSecond = perSecond;
    this.#left = perSecond;
    this.#at = now;
  }

  has(now: number): boolean {
    const refilled = this.#left + ((now - this.#at) / 1_000) * this.#perSecond;
    this.#left = Math.min(this.#perSecond, refilled);
    this.#at = now;
    return this.#left >= 1;
  }

  take(): void {
    this.#left--;
  }
}

export class SignatureChecks {
  // Digests. Bounded by limits.signaturesRemembered and limits.forgeriesRemembered.
  readonly #genuine = new Recent<true>(limits.signaturesRemembered);
  readonly #forged = new Recent<true>(limits.forgeriesRemembered);
  // What peers that have sent a forgery may still send. Bounded by limits.forgersRemembered.
  readonly #forgers = new Recent<Allowance>(limits.forgersRemembered);
  #all: Allowance | undefined;

  /** Why the signature does not count, or nothing. `from`: who sent the contact. */
  refusalOf(signed: Signed, from: string | undefined, now: number): Refusal | undefined {
    const { digest } = signed;
    if (this.#genuine.get(digest)) return undefined;
    if (this.#forged.get(digest)) return forged();
    this.#all ??= new Allowance(limits.signaturesPerSecond, now);
    const forger = from === undefined ? undefined : this.#forgers.get(from);
    if (forger?.has(now) === false) return new Refusal('RATE_LIMITED', 'forged signatures');
    if (!this.#all.has(now)) return new Refusal('RATE_LIMITED', 'signatures to be checked');
    this.#all.take();
    if (signed.isGenuine()) {
      this.#genuine.set(digest, true);
      return undefined;
    }
    this.#forged.set(digest, true);
    if (from !== undefined) this.#charge(from, forger, now);
    return forged();
  }

  #charge(from: string, known: Allowance | undefined, now: number): void {
    const forger = known ?? new Allowance(limits.forgeriesPerPeerPerSecond, now);
    forger.take();
    this.#forgers.set(from, forger);
  }
}

function forged(): Refusal {
  return new Refusal('BAD_SIGNATURE', 'the owner of the key has not signed this');
}
