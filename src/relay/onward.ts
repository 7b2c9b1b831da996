// At a relay: what its hosts announce and withdraw is told to holders whom they cannot dial, too, as it came and whenever it
// comes. When a host is gone nothing is withdrawn: other relays may still lead to it, and what is not repeated expires.

import type { ContactId } from '../id/contact-id.js';
import { limits } from '../limits.js';
import type { Alarm, Alarms } from '../runtime/alarms.js';
import type { Session } from '../session/session.js';
import type { EncodedContact } from '../wire/contact-codec.js';

export interface OnwardDependencies {
  readonly now: () => number;
  readonly alarms: Alarms;
  /** Whether nodes are known that the host cannot dial. */
  readonly isBeyond: (host: Session) => boolean;
  /** Tells the holders. Rejects when nobody heard. */
  readonly announce: (contact: EncodedContact) => Promise<unknown>;
  readonly withdraw: (contact: EncodedContact) => Promise<unknown>;
}

interface Said {
  readonly how: 'announced' | 'withdrawn';
  readonly contact: EncodedContact;
}

interface Host {
  /** The latest of each id, oldest first. */
  readonly waiting: Map<ContactId, Said>;
  /** Up to when its share of time is used. A minute's share may be used at once. */
  usedUntil: number;
}

const MINUTE_MS = 60_000;
const EACH_MS = MINUTE_MS / limits.onwardPerSessionPerMinute;

export class Onward {
  readonly #deps: OnwardDependencies;
  // Bounded by limits.sessions, and limits.onwardWaiting of such as have left; who was served last is last.
  readonly #hosts = new Map<Session, Host>();
  // What waits at all of them. Bounded by limits.onwardWaiting: who has most gives up its oldest.
  #size = 0;
  #running = 0;
  #alarm: Alarm | undefined;
  #isClosed = false;

  constructor(deps: OnwardDependencies) {
    this.#deps = deps;
  }

  get size(): number {
    return this.#size;
  }

  /** The host at the other end of the session has said so of what it hosts. */
  add(how: Said['how'], contact: EncodedContact, session: Session): void {
    if (this.#isClosed || !this.#deps.isBeyond(session)) return;
    const host = this.#hosts.get(session) ?? { waiting: new Map(), usedUntil: 0 };
    this.#hosts.set(session, host);
    this.#drop(host, contact.id);
    contact.forgetParsed();
    host.waiting.set(contact.id, { how, contact });
    if (++this.#size > limits.onwardWaiting) this.#dropOne();
    this.#run();
  }

  /** The session has ended. What it has withdrawn is still told. */
  forget(session: Session): void {
    const host = this.#hosts.get(session);
    if (host === undefined) return;
    for (const [id, { how }] of host.waiting) if (how === 'announced') this.#drop(host, id);
    if (host.waiting.size === 0) this.#hosts.delete(session);
  }

  close(): void {
    this.#isClosed = true;
    this.#alarm?.cancel();
    this.#hosts.clear();
    this.#size = 0;
  }

  /** One of each host in turn, for as long as there are places. */
  #run(): void {
    if (this.#isClosed) return;
    const now = this.#deps.now();
    let soonest = Number.POSITIVE_INFINITY;
    for (const [session, host] of this.#hosts) {
      if (this.#running >= limits.onwardAtOnce) return;
      const [said] = host.waiting.values();
      if (said === undefined) continue;
      const readyAt = host.usedUntil - MINUTE_MS + EACH_MS;
      if (readyAt > now) {
        soonest = Math.min(soonest, readyAt);
        continue;
      }
      host.usedUntil = Math.max(host.usedUntil, now) + EACH_MS;
      this.#drop(host, said.contact.id);
      this.#hosts.delete(session);
      if (host.waiting.size > 0 || session.endedBy === undefined) this.#hosts.set(session, host);
      void this.#tell(said);
    }
    this.#alarm?.cancel();
    if (soonest < Number.POSITIVE_INFINITY) this.#alarm = this.#deps.alarms.at(soonest, () => this.#run());
  }

  async #tell({ how, contact }: Said): Promise<void> {
    const { announce, withdraw } = this.#deps;
    this.#running++;
    try {
      await (how === 'announced' ? announce(contact) : withdraw(contact));
    } catch {
      // Nobody heard it: the host announces again, and what was withdrawn expires.
    } finally {
      this.#running--;
      this.#run();
    }
  }

  #drop(host: Host, id: ContactId): void {
    if (host.waiting.delete(id)) this.#size--;
  }

  #dropOne(): void {
    let most: Host | undefined;
    for (const host of this.#hosts.values())
      if (most === undefined || host.waiting.size > most.waiting.size) most = host;
    const [oldest] = most?.waiting.keys() ?? [];
    if (most !== undefined && oldest !== undefined) this.#drop(most, oldest);
  }
}
