// At a relay: what its hosts announce and withdraw is told to holders whom they cannot dial, too, as it came and whenever it
// comes. When a host is gone nothing is withdrawn: other relays may still lead to it, and what is not repeated expires.

import type { ContactId } from '../id/contact-id.js';
import { limits } from '../limits.js';
import type { Alarm, Alarms } from '../runtime/alarms.js';
import type { Session } from '../session/session.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import { OnwardShares } from './onward-shares.js';

export interface OnwardDependencies {
  readonly now: () => number;
  readonly alarms: Alarms;
  readonly randomBytes: (count: number) => Uint8Array;
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
  /** The latest of each id, oldest first. Never empty. */
  readonly waiting: Map<ContactId, Said>;
  /** The slot of its share. */
  readonly slot: number;
}

export class Onward {
  readonly #deps: OnwardDependencies;
  // Of whom something waits, be their sessions open or not; who was served last is last. Bounded by limits.onwardWaiting.
  readonly #hosts = new Map<Session, Host>();
  readonly #shares: OnwardShares;
  // What waits at all of them. Bounded by limits.onwardWaiting: who has most gives up its oldest.
  #size = 0;
  #running = 0;
  #alarm: Alarm | undefined;
  #isClosed = false;

  constructor(deps: OnwardDependencies) {
    this.#deps = deps;
    this.#shares = new OnwardShares(deps.randomBytes);
  }

  get size(): number {
    return this.#size;
  }

  /** Of how many hosts something waits. */
  get hosts(): number {
    return this.#hosts.size;
  }

  /** How many shares are remembered. */
  get shares(): number {
    return this.#shares.size;
  }

  /** The host at the other end of the session has said so of what it hosts. */
  add(how: Said['how'], contact: EncodedContact, session: Session): void {
    if (this.#isClosed || !this.#deps.isBeyond(session)) return;
    this.#drop(session, contact.id);
    contact.forgetParsed();
    const host = this.#hosts.get(session) ?? this.#newHost(session);
    this.#hosts.set(session, host);
    host.waiting.set(contact.id, { how, contact });
    if (++this.#size > limits.onwardWaiting) this.#dropOne();
    this.#run();
  }

  /** The session has ended. What it has withdrawn is still told. */
  forget(session: Session): void {
    for (const [id, { how }] of this.#hosts.get(session)?.waiting ?? [])
      if (how === 'announced') this.#drop(session, id);
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
      const readyAt = this.#shares.readyAt(host.slot);
      if (readyAt > now) {
        soonest = Math.min(soonest, readyAt);
        continue;
      }
      this.#shares.use(host.slot, now);
      this.#drop(session, said.contact.id);
      if (this.#hosts.delete(session)) this.#hosts.set(session, host);
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

  #newHost({ peer }: Session): Host {
    return { waiting: new Map(), slot: this.#shares.slotOf((peer as EncodedContact).id) };
  }

  #drop(session: Session, id: ContactId): void {
    const waiting = this.#hosts.get(session)?.waiting;
    if (!waiting?.delete(id)) return;
    this.#size--;
    if (waiting.size === 0) this.#hosts.delete(session);
  }

  #dropOne(): void {
    let most: readonly [Session, Host] | undefined;
    for (const one of this.#hosts)
      if (most === undefined || one[1].waiting.size > most[1].waiting.size) most = one;
    if (most === undefined) return;
    const [oldest] = most[1].waiting.keys();
    if (oldest !== undefined) this.#drop(most[0], oldest);
  }
}
