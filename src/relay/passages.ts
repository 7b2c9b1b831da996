// At a relay: which session leads to the host of an id, and PINGs that are passed on over it. One step and no further: a host
// that announces over a session of its own is asked there, and nobody else.

import { Refusal } from '../errors.js';
import { bytesOfContactId, type ContactId } from '../id/contact-id.js';
import { limits } from '../limits.js';
import type { Session } from '../session/session.js';
import { relaysOf } from '../wire/addresses.js';
import type { EncodedContact } from '../wire/contact-codec.js';

export class Passages {
  readonly #own: ContactId;
  // Bounded by limits.relayedIds: beyond it the session that has most gives up its oldest.
  readonly #sessions = new Map<ContactId, Session>();
  // The ids of each session, in the order in which they came. Bounded by limits.sessions and limits.relayedIdsPerSession.
  readonly #ids = new Map<Session, Set<ContactId>>();
  // How many PINGs of each asker are being passed on. Bounded by limits.sessions, each by limits.requestsInFlightPerPeer.
  readonly #underWay = new Map<Session, number>();

  constructor(own: ContactId) {
    this.#own = own;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /**
   * The contact has been announced. Where it names us as a relay we are one for its host, which is who announces without an address of
   * its own, and no other relay of it: the latest host of an id counts. Returns whether the id is now asked for over the session.
   */
  open(contact: EncodedContact, session: Session): boolean {
    const { id } = contact;
    const isOurs = relaysOf(contact).some(({ via }) => via === this.#own);
    if (!isOurs || session.peer?.contact.transport !== undefined) {
      this.close(id, session);
      return false;
    }
    const ids = this.#ids.get(session) ?? new Set();
    if (ids.has(id)) return true;
    if (ids.size >= limits.relayedIdsPerSession) return false;
    this.#remove(id);
    this.#ids.set(session, ids.add(id));
    this.#sessions.set(id, session);
    if (this.#sessions.size > limits.relayedIds) this.#dropOne();
    return true;
  }

  /** The host has withdrawn it. Another's passage is not its to close: then nothing changes, and it returns false. */
  close(id: ContactId, session: Session): boolean {
    if (this.#sessions.get(id) !== session) return false;
    this.#remove(id);
    return true;
  }

  /** The session has ended. */
  forget(session: Session): void {
    for (const id of this.#ids.get(session) ?? []) this.#sessions.delete(id);
    this.#ids.delete(session);
  }

  /**
   * Asks the host. Resolves to its contact, or to nothing: it does not host the id, does not answer, is gone, is the asker itself.
   * `asker`: the session that the PING came over, absent where we ask for ourselves. A Refusal where it asks for too much.
   */
  passOn(id: ContactId, asker?: Session): Promise<EncodedContact | undefined> | Refusal | undefined {
    const host = this.#sessions.get(id);
    if (host === undefined || host === asker) return undefined;
    const isTooMuch = asker !== undefined && this.#underWayOf(asker) >= limits.requestsInFlightPerPeer;
    if (isTooMuch || host.pending.size >= limits.requestsInFlightPerPeer)
      return new Refusal('RATE_LIMITED', 'PINGs to be passed on');
    return this.#ask(host, id, asker);
  }

  async #ask(host: Session, id: ContactId, asker: Session | undefined): Promise<EncodedContact | undefined> {
    if (asker !== undefined) this.#underWay.set(asker, this.#underWayOf(asker) + 1);
    try {
      const make = (requestId: number) => ({ type: 'ping', requestId, id: bytesOfContactId(id) }) as const;
      const { contact } = await host.pending.request(make, 'pong', {});
      return contact?.id === id ? contact : undefined;
    } catch {
      return undefined; // no answer, an ERROR, the end of the session: to the asker all the same
    } finally {
      if (asker !== undefined) this.#answered(asker);
    }
  }

  #underWayOf(asker: Session): number {
    return this.#underWay.get(asker) ?? 0;
  }

  #answered(asker: Session): void {
    const left = this.#underWayOf(asker) - 1;
    if (left > 0) this.#underWay.set(asker, left);
    else this.#underWay.delete(asker);
  }

  #remove(id: ContactId): void {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    this.#sessions.delete(id);
    const ids = this.#ids.get(session);
    ids?.delete(id);
    if (ids?.size === 0) this.#ids.delete(session);
  }

  /** Who brings many does not push out those of others. */
  #dropOne(): void {
    let most = new Set<ContactId>();
    for (const ids of this.#ids.values()) if (ids.size > most.size) most = ids;
    const [oldest] = most;
    if (oldest !== undefined) this.#remove(oldest);
  }
}
