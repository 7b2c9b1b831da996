// The guard round the arbiter's admission: what a contact from elsewhere passes before it meets what is known.

import type { AdmissionContext, ArbiterAdmission, Verdict } from '../contracts/arbiter.js';
import { type FaultCode, quoteThrown, Refusal, typeName } from '../errors.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import type { ArbiterFault } from './arbitrate.js';

export interface Circumstances extends Omit<AdmissionContext, 'now' | 'known'> {
  readonly known: EncodedContact | undefined;
}

export class Admission {
  readonly #admit: ArbiterAdmission;
  readonly #now: () => number;
  readonly #onFault: (fault: ArbiterFault) => void;

  constructor(admit: ArbiterAdmission, now: () => number, onFault: (fault: ArbiterFault) => void) {
    this.#admit = admit;
    this.#now = now;
    this.#onFault = onFault;
  }

  /** What the admission says of the candidate, which must parse. A fault of the admission keeps the candidate out. */
  ask(candidate: EncodedContact, { known, ...circumstances }: Circumstances): Verdict | Refusal {
    const context = { ...circumstances, now: this.#now(), known: known?.contact };
    const fault = (code: FaultCode, detail: string, cause?: unknown): Refusal => {
      const incumbent = context.known;
      const thrown = cause !== undefined && { cause };
      this.#onFault({ code, detail, incumbent, candidate: candidate.contact, ...thrown });
      return new Refusal(code, detail);
    };
    let verdict: unknown;
    try {
      verdict = this.#admit(candidate.contact, context);
      if (verdict instanceof Refusal) return verdict;
      const read = readVerdict(verdict);
      if (read !== undefined) return read;
    } catch (cause) {
      return fault('ARBITER_THREW', quoteThrown(cause), cause);
    }
    // Its outcome is of no use, its rejection must not end the process.
    if (verdict instanceof Promise) verdict.catch(() => {});
    return fault('ARBITER_BAD_RESULT', `expected a verdict or a Refusal, got ${typeName(verdict)}`);
  }
}

/** A copy: what was returned may have getters, or change. */
function readVerdict(value: unknown): Verdict | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { isVouched, isEquivocal = false, isEcho = false } = value as Partial<Verdict>;
  const isSound = [isVouched, isEquivocal, isEcho].every((answer) => typeof answer === 'boolean');
  return isSound ? { isVouched: isVouched as boolean, isEquivocal, isEcho } : undefined;
}
