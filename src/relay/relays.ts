// At a node that nobody can dial: a few nodes near its own key, with which it keeps sessions open, so that they pass PINGs on to
// what is registered here. Nothing of this runs before something is registered, nor on nodes that can be dialled.

import type { TransportInfo } from '../contracts/transport.js';
import { DisgoverError } from '../errors.js';
import type { ContactId } from '../id/contact-id.js';
import { limits } from '../limits.js';
import type { Alarm, Alarms } from '../runtime/alarms.js';
import type { Session } from '../session/session.js';
import { addressKey } from '../wire/addresses.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import { relayAddresses } from './relay-addresses.js';

export interface RelaysDependencies {
  readonly now: () => number;
  readonly alarms: Alarms;
  /** Whether something is registered that nobody could ask for otherwise. */
  readonly isNeeded: () => boolean;
  /** Known nodes near our own key, closest first, each of which was dialled. */
  readonly candidates: () => readonly EncodedContact[];
  /** Asks a node whether it is there. Resolves to the session over which it has answered; rejects when it is not. */
  readonly ping: (relay: EncodedContact) => Promise<Session>;
  /** Tells a relay of all that is registered here. Does not reject. */
  readonly tellAll: (relay: EncodedContact) => Promise<unknown>;
  /** The addresses are others than before: what is registered must say so. */
  readonly onChanged: () => void;
}

interface Relay {
  readonly contact: EncodedContact;
  /** The session over which it was told what is registered here. */
  session: Session;
  /** When that took the place of one that had ended. */
  renewedAt: number;
}

/** The least time between two looks at the relays, whatever happens to their sessions. */
const LOOK_MS = 1_000;
/** The least time between two rounds of announces: relays that come and go must not make us tell everybody all the time. */
const CHANGE_MS = limits.relayKeepAliveMs / 2;

export class Relays {
  readonly #deps: RelaysDependencies;
  // Bounded by limits.relays.
  readonly #relays = new Map<ContactId, Relay>();
  // Who failed, until when it is passed over. Bounded by limits.relaysFailed, oldest first.
  readonly #failed = new Map<ContactId, number>();
  #addresses: readonly TransportInfo[] = [];
  #look: Promise<void> | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #isChanged = false;
  #changedAt = Number.NEGATIVE_INFINITY;
  #alarm: Alarm | undefined;
  #alarmAt = Number.POSITIVE_INFINITY;
  #isClosed = false;

  constructor(deps: RelaysDependencies) {
    this.#deps = deps;
  }

  get size(): number {
    return this.#relays.size;
  }

  /** How many are passed over. */
  get failed(): number {
    return this.#failed.size;
  }

  /** What an entity's contact has in place of the address that its host has not. Empty while there are no relays. */
  get addresses(): readonly TransportInfo[] {
    return this.#addresses;
  }

  get contacts(): readonly EncodedContact[] {
    return Array.from(this.#relays.values(), ({ contact }) => contact);
  }

  /** Something is about to be registered. Resolves when there are relays, or when nobody can be one now. Does not reject. */
  async ready(): Promise<void> {
    if (this.#isClosed || this.#addresses.length > 0) return;
    await this.#lookNow();
  }

  /** A node has come into the table: it may be the first that can be a relay, or be one again. */
  onNode({ id }: EncodedContact): void {
    this.#failed.delete(id);
    if (this.#relays.size < limits.relays && this.#deps.isNeeded()) this.#lookSoon();
  }

  onSessionClosed(session: Session): void {
    for (const relay of this.#relays.values()) if (relay.session === session) this.#lookSoon();
  }

  /** Nothing is registered any more. The sessions end by themselves when they are idle. */
  rest(): void {
    this.#alarm?.cancel();
    this.#alarmAt = Number.POSITIVE_INFINITY;
    this.#relays.clear();
    this.#failed.clear();
    this.#addresses = [];
  }

  close(): void {
    this.#isClosed = true;
    this.rest();
  }

  #lookNow(): Promise<void> {
    this.#look ??= this.#lookAtAll().finally(() => {
      this.#look = undefined;
      this.#lookAt(this.#lookedAt + limits.relayKeepAliveMs);
      for (const { session } of this.#relays.values()) if (session.endedBy !== undefined) this.#lookSoon();
    });
    return this.#look;
  }

  /** Who no longer answers is replaced. */
  async #lookAtAll(): Promise<void> {
    this.#lookedAt = this.#deps.now();
    await Promise.all(Array.from(this.#relays.values(), (relay) => this.#keep(relay)));
    while (!this.#isClosed && this.#relays.size < limits.relays) {
      const next = this.#candidates().slice(0, limits.relays - this.#relays.size);
      if (next.length === 0) break;
      await Promise.all(next.map((candidate) => this.#take(candidate)));
    }
    if (!this.#isClosed) this.#settle();
  }

  #candidates(): readonly EncodedContact[] {
    const now = this.#deps.now();
    return this.#deps
      .candidates()
      .filter(({ id }) => !this.#relays.has(id) && (this.#failed.get(id) ?? Number.NEGATIVE_INFINITY) <= now);
  }

  async #keep(relay: Relay): Promise<void> {
    const { contact } = relay;
    const session = await this.#sessionWith(contact);
    if (this.#relays.get(contact.id) !== relay || session === relay.session) return;
    // One whose sessions end again and again is none to rely on.
    const now = this.#deps.now();
    if (session === undefined || now - relay.renewedAt < limits.relayKeepAliveMs) {
      this.#relays.delete(contact.id);
      this.#fail(contact.id);
      return;
    }
    relay.session = session;
    relay.renewedAt = now;
    await this.#deps.tellAll(contact);
  }

  async #take(contact: EncodedContact): Promise<void> {
    const session = await this.#sessionWith(contact);
    if (session === undefined) return this.#fail(contact.id);
    if (this.#isClosed) return;
    this.#relays.set(contact.id, { contact, session, renewedAt: Number.NEGATIVE_INFINITY });
    // One that is back before what is registered has ceased to name it.
    if (this.#addresses.some(({ via }) => via === contact.id)) await this.#deps.tellAll(contact);
  }

  /** The session with who has answered over it. What did not answer in time is asked once more. */
  async #sessionWith(contact: EncodedContact, isAgain = false): Promise<Session | undefined> {
    try {
      const session = await this.#deps.ping(contact);
      return session.endedBy === undefined ? session : undefined;
    } catch (fault) {
      const isLate = fault instanceof DisgoverError && fault.code === 'ERR_TIMEOUT';
      return isLate && !isAgain ? this.#sessionWith(contact, true) : undefined;
    }
  }

  #fail(id: ContactId): void {
    this.#failed.delete(id);
    this.#failed.set(id, this.#deps.now() + limits.relayKeepAliveMs);
    const [oldest] = this.#failed.keys();
    if (this.#failed.size > limits.relaysFailed && oldest !== undefined) this.#failed.delete(oldest);
  }

  /** While there are none at all, the last ones stand: they may come back. */
  #settle(): void {
    const addresses = relayAddresses(this.contacts);
    if (addresses.length > 0 && textOf(addresses) !== textOf(this.#addresses)) {
      this.#addresses = addresses;
      this.#isChanged = true;
    }
    if (!this.#deps.isNeeded()) this.#isChanged = false; // nothing has been said yet
    if (!this.#isChanged) return;
    const now = this.#deps.now();
    if (now - this.#changedAt < CHANGE_MS) return this.#lookAt(this.#changedAt + CHANGE_MS);
    this.#isChanged = false;
    this.#changedAt = now;
    this.#deps.onChanged();
  }

  #lookSoon(): void {
    if (this.#look === undefined) this.#lookAt(Math.max(this.#deps.now(), this.#lookedAt + LOOK_MS));
  }

  #lookAt(moment: number): void {
    if (this.#isClosed || moment >= this.#alarmAt) return;
    this.#alarm?.cancel();
    this.#alarmAt = moment;
    this.#alarm = this.#deps.alarms.at(moment, () => {
      this.#alarmAt = Number.POSITIVE_INFINITY;
      if (this.#deps.isNeeded()) void this.#lookNow();
      else this.rest();
    });
  }
}

function textOf(addresses: readonly TransportInfo[]): string {
  return addresses.map(addressKey).join();
}
