// The guard round the user's arbiter. Whatever the arbiter does, a contact that may stand comes out.

import type { ArbiterFunction } from '../contracts/arbiter.js';
import type { Contact } from '../contracts/contact.js';
import { type FaultCode, quoteThrown, Refusal, typeName } from '../errors.js';
import { equalBytes } from '../id/bytes.js';
import { EncodedContact } from '../wire/contact-codec.js';

export interface ArbiterFault {
  readonly code: FaultCode;
  readonly detail: string;
  readonly incumbent: Contact | undefined;
  readonly candidate: Contact;
  /** What the arbiter threw, if it threw. */
  readonly cause?: unknown;
}

/** After so many faults in a row the arbiter is not asked for a while: the incumbent stands. */
const FAULTS_ALLOWED = 100;
const PAUSE_MS = 60_000;

export class Arbitration {
  readonly #arbiter: ArbiterFunction;
  readonly #now: () => number;
  readonly #onFault: (fault: ArbiterFault) => void;
  #faultsInARow = 0;
  #pausedUntil = 0;

  constructor(arbiter: ArbiterFunction, now: () => number, onFault: (fault: ArbiterFault) => void) {
    this.#arbiter = arbiter;
    this.#now = now;
    this.#onFault = onFault;
  }

  /**
   * What stands: `incumbent` itself, `candidate` itself, or a new contact that merges both. Both must parse. A fault of the
   * arbiter keeps the incumbent, or the candidate where there is none.
   */
  decide(incumbent: EncodedContact | undefined, candidate: EncodedContact): EncodedContact {
    if (this.#now() < this.#pausedUntil) return incumbent ?? candidate;
    if (incumbent !== undefined && equalBytes(incumbent.bytes, candidate.bytes)) return incumbent;
    const before = incumbent?.contact;
    const arriving = candidate.contact;
    let result: unknown;
    try {
      result = this.#arbiter(before, arriving);
    } catch (cause) {
      return this.#fault(new Refusal('ARBITER_THREW', quoteThrown(cause)), incumbent, candidate, cause);
    }
    if (result === arriving) return this.#sound(incumbent?.equals(candidate) ? incumbent : candidate);
    if (incumbent !== undefined && result === before) return this.#sound(incumbent);
    const merged = readResult(result, candidate);
    if (merged instanceof Refusal) return this.#fault(merged, incumbent, candidate);
    if (incumbent?.equals(merged)) return this.#sound(incumbent);
    return this.#sound(candidate.equals(merged) ? candidate : merged);
  }

  /**
   * Whether the arbiter keeps `stored` against `contact`: what makes `unregister` fail. Asked by identity, as users' arbiters
   * are written.
   */
  keeps(stored: EncodedContact, contact: EncodedContact): boolean {
    if (stored.equals(contact)) return false;
    return this.decide(stored, contact) === stored;
  }

  #sound(standing: EncodedContact): EncodedContact {
    this.#faultsInARow = 0;
    return standing;
  }

  #fault(
    { code, detail }: Refusal,
    incumbent: EncodedContact | undefined,
    candidate: EncodedContact,
    cause?: unknown,
  ): EncodedContact {
    if (++this.#faultsInARow >= FAULTS_ALLOWED) {
      this.#faultsInARow = 0;
      this.#pausedUntil = this.#now() + PAUSE_MS;
    }
    this.#onFault({
      code,
      detail,
      incumbent: incumbent?.contact,
      candidate: candidate.contact,
      ...(cause !== undefined && { cause }),
    });
    return incumbent ?? candidate;
  }
}

/** Reading it may run code of the arbiter: a getter, the trap of a Proxy. */
function readResult(result: unknown, candidate: EncodedContact): EncodedContact | Refusal {
  try {
    return encodeResult(result, candidate);
  } catch (cause) {
    return new Refusal('ARBITER_BAD_RESULT', `what it returned cannot be read: ${quoteThrown(cause)}`);
  }
}

function encodeResult(result: unknown, candidate: EncodedContact): EncodedContact | Refusal {
  if (typeof (result as { then?: unknown } | null | undefined)?.then === 'function') {
    // Its outcome is of no use, its rejection must not end the process.
    (result as Promise<unknown>).then(undefined, () => {});
    return new Refusal('ARBITER_BAD_RESULT', 'got a promise: an arbiter decides at once');
  }
  if (typeof result !== 'object' || result === null) {
    return new Refusal('ARBITER_BAD_RESULT', `expected a contact, got ${typeName(result)}`);
  }
  const encoded = EncodedContact.encode(result);
  if (encoded instanceof Refusal)
    return new Refusal('ARBITER_BAD_RESULT', `${encoded.code}: ${encoded.detail}`);
  if (encoded.id !== candidate.id) return new Refusal('ARBITER_BAD_RESULT', 'id changed');
  return encoded;
}
