// Checks contacts by asking them: newcomers at their own address, doubtful entries, those that the application names. A
// bounded queue at a bounded rate, so that nobody can make the node a port scanner.

import type { ContactId } from '../id/contact-id.js';
import { limits } from '../limits.js';
import type { Alarm, Alarms } from '../runtime/alarms.js';
import type { EncodedContact } from '../wire/contact-codec.js';

export interface VerifierDependencies {
  readonly now: () => number;
  readonly alarms: Alarms;
  /** Most checks under way: each may hold a dial for as long as one takes. */
  readonly atOnce: number;
  /** Asks the contact whether it is there. Resolves either way. */
  readonly check: (contact: EncodedContact) => Promise<boolean>;
}

export class Verifier {
  readonly #deps: VerifierDependencies;
  // Bounded by limits.verifications: what comes later is not checked.
  readonly #queue = new Map<ContactId, EncodedContact>();
  #underWay = 0;
  #tokens: number = limits.verificationsPerSecond;
  #filledAt: number;
  #alarm: Alarm | undefined;

  constructor(deps: VerifierDependencies) {
    this.#deps = deps;
    this.#filledAt = deps.now();
  }

  get size(): number {
    return this.#queue.size;
  }

  /** Checks the contact soon. False when the queue is full. */
  add(contact: EncodedContact): boolean {
    if (this.#queue.has(contact.id)) return true;
    if (this.#queue.size >= limits.verifications) return false;
    this.#queue.set(contact.id, contact);
    this.#run();
    return true;
  }

  close(): void {
    this.#queue.clear();
    this.#alarm?.cancel();
  }

  async #check(contact: EncodedContact): Promise<void> {
    this.#underWay++;
    await this.#deps.check(contact);
    this.#underWay--;
  }

  #run(): void {
    const now = this.#deps.now();
    const rate = limits.verificationsPerSecond;
    this.#tokens = Math.min(rate, this.#tokens + ((now - this.#filledAt) * rate) / 1_000);
    this.#filledAt = now;
    for (const [id, contact] of this.#queue) {
      if (this.#tokens < 1 || this.#underWay >= this.#deps.atOnce) break;
      this.#tokens--;
      this.#queue.delete(id);
      void this.#check(contact);
    }
    this.#alarm?.cancel();
    if (this.#queue.size > 0) this.#alarm = this.#deps.alarms.after(1_000 / rate, () => this.#run());
  }
}
