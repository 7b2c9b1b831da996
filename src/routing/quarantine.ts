// Who failed, and until when nobody's reply brings them back. Each failure in a row doubles the time.

import type { ContactId } from '../id/contact-id.js';
import { limits } from '../limits.js';
import type { EncodedContact } from '../wire/contact-codec.js';

interface Failed {
  readonly strikes: number;
  readonly until: number;
  readonly contact: EncodedContact | undefined;
}

export class Quarantine {
  // Bounded by limits.quarantined: whoever failed longest ago goes.
  readonly #failed = new Map<ContactId, Failed>();

  /** Keeps the id out: 5 s at first, doubling to 10 min. `contact`: the one that failed, where another would do. */
  strike(id: ContactId, now: number, contact?: EncodedContact): void {
    const before = this.#failed.get(id);
    // What was in flight together fails together: that is one failure.
    const isHeld = before !== undefined && now < before.until;
    if (isHeld && (contact === undefined || before.contact?.equals(contact))) return;
    // Long after its last failure, or at another address, it starts anew.
    const isInARow =
      before !== undefined &&
      now < before.until + limits.quarantineLastMs &&
      (contact === undefined || before.contact === undefined || before.contact.equals(contact));
    const strikes = isInARow ? before.strikes + 1 : 1;
    const ms = Math.min(limits.quarantineFirstMs * 2 ** (strikes - 1), limits.quarantineLastMs);
    this.#failed.delete(id);
    this.#failed.set(id, { strikes, until: now + ms, contact });
    const [oldest] = this.#failed.keys();
    if (this.#failed.size > limits.quarantined && oldest !== undefined) this.#failed.delete(oldest);
  }

  /** The id has answered: its failures are forgotten. */
  clear(id: ContactId): void {
    this.#failed.delete(id);
  }

  holds(id: ContactId, now: number): boolean {
    const failed = this.#failed.get(id);
    return failed !== undefined && now < failed.until;
  }

  /** Whether this very contact failed: another one of the same id may be tried. */
  holdsContact(contact: EncodedContact, now: number): boolean {
    return this.holds(contact.id, now) && this.#failed.get(contact.id)?.contact?.equals(contact) === true;
  }

  /** When the last of those that are held now is no longer; `undefined` where none is. */
  lastUntil(now: number): number | undefined {
    let last: number | undefined;
    for (const { until } of this.#failed.values()) if (until > Math.max(now, last ?? 0)) last = until;
    return last;
  }

  get size(): number {
    return this.#failed.size;
  }
}
