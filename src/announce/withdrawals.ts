// What is no longer registered here, until its holders have been told.

import type { ContactId } from '../id/contact-id.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import { Turns, type TurnsDependencies } from './turns.js';

export interface WithdrawalsDependencies extends Omit<TurnsDependencies, 'onDone' | 'tell' | 'sweep'> {
  readonly tell: (contact: EncodedContact) => Promise<unknown>;
  /** `contactOf`: what is withdrawn of an id; `undefined` when it is registered again. */
  readonly sweep: (
    contactOf: (id: ContactId) => EncodedContact | undefined,
    ...rest: Parameters<TurnsDependencies['sweep']>
  ) => Promise<void>;
}

export class Withdrawals {
  // Bounded by what was registered.
  readonly #contacts = new Map<ContactId, EncodedContact>();
  readonly #turns: Turns;

  constructor(deps: WithdrawalsDependencies) {
    const contactOf = (id: ContactId) => this.#contacts.get(id);
    this.#turns = new Turns({
      ...deps,
      tell: async (id) => {
        const contact = contactOf(id);
        if (contact !== undefined) await deps.tell(contact);
      },
      sweep: (...rest) => deps.sweep(contactOf, ...rest),
      // What nobody heard of expires by itself.
      onDone: (id) => {
        if (!this.#turns.isWaiting(id)) this.#contacts.delete(id);
      },
    });
  }

  get size(): number {
    return this.#contacts.size;
  }

  /**
   * Tells the holders. Resolves when they were told, or when there is nobody to tell. @throws DisgoverError `ERR_CLOSED`; the
   * signal's reason, and they are told all the same.
   */
  async withdraw(contact: EncodedContact, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#contacts.set(contact.id, contact);
    await this.#turns.join(contact.id, signal);
  }

  /** The id is registered again: its holders are about to hear that. */
  forget(id: ContactId): void {
    if (!this.#contacts.delete(id)) return;
    this.#turns.forget(id);
  }

  /** There is somebody to tell. */
  onNodes(): void {
    this.#turns.run();
  }

  close(): void {
    this.#turns.close();
    this.#contacts.clear();
  }
}
