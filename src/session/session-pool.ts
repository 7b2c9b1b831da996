// Dial or reuse: at most one session is used for each peer, and one dial is made for all who want it.

import type { Link, Transport, TransportInfo } from '../contracts/transport.js';
import { DisgoverError } from '../errors.js';
import { equalBytes } from '../id/bytes.js';
import type { ContactId } from '../id/contact-id.js';
import { limits } from '../limits.js';
import { type Abortable, AbortScope, abortable, onAbort } from '../runtime/abort.js';
import type { Alarm } from '../runtime/alarms.js';
import { Slots } from '../runtime/slots.js';
import { addressesOf, addressKey } from '../wire/addresses.js';
import { EncodedContact } from '../wire/contact-codec.js';
import type { RoundTrip } from './round-trip.js';
import { Session, type SessionHost } from './session.js';

/** The least time between two looks for idle sessions. */
const IDLE_CHECK_MS = 1_000;

/** Whom to dial: a contact, or an address whose id is not known yet (a seed). */
export type DialTarget = EncodedContact | TransportInfo;

interface Dial {
  readonly session: Promise<Session>;
  readonly abort: AbortScope;
  waiters: number;
}

export class SessionPool {
  readonly #host: SessionHost;
  readonly #transports: readonly Transport[];
  // Every session, also those not open yet. Bounded by limits.sessions: beyond it the one unused for longest goes.
  readonly #sessions = new Set<Session>();
  // The session that is used for a peer. Bounded as above.
  readonly #byId = new Map<ContactId, Session>();
  // The same by the address that was dialled, for those whose id the asker does not know: the host of an entity. What a peer says
  // of its address is not enough: it would be given what is meant for who is there. Bounded as above.
  readonly #byAddress = new Map<string, Session>();
  // Dials under way and waiting for their turn. Bounded as #turns is.
  readonly #dials = new Map<string, Dial>();
  readonly #turns = new Slots(limits.dials, limits.requestsInFlight, 'dials');
  // Addresses that turned out to be ours. Bounded by limits.ownAddresses, oldest first.
  readonly #ownAddresses = new Set<string>();
  #idleAlarm: Alarm | undefined;
  #isClosed = false;

  constructor(transports: readonly Transport[], host: SessionHost) {
    this.#transports = transports;
    this.#host = {
      ...host,
      onOpen: (session) => this.#onOpen(session, host),
      onClosed: (session) => this.#onClosed(session, host),
    };
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Sessions with known peers. */
  *open(): Iterable<Session> {
    for (const session of this.#sessions) if (session.isOpen) yield session;
  }

  /** The session to use for a peer, if there is one. */
  get(target: DialTarget): Session | undefined {
    return target instanceof EncodedContact
      ? this.#byId.get(target.id)
      : this.#byAddress.get(addressKey(target));
  }

  /** How the peer usually answers, where we talk to it. */
  roundTripOf(id: ContactId): RoundTrip {
    return this.#byId.get(id)?.roundTrip ?? this.#host.roundTrip;
  }

  /** A link that a transport accepted. */
  accept(link: Link): void {
    if (this.#isClosed) return link.close();
    let strangers = 0;
    for (const session of this.#sessions) if (session.peer === undefined && !session.isDialled) strangers++;
    this.#start(new Session(link, this.#host));
    if (strangers >= limits.unprovedSessions)
      this.#dropOldest(
        (session) => session.peer === undefined && !session.isDialled,
        limits.unprovedSessions,
      );
  }

  /**
   * Opens a session; those who dial the same target meanwhile share it. HELLO has left when it resolves, its answer may not have
   * come: a first request travels with it, and fails with the code of the refusal if the peer is not who it should be.
   * @throws DisgoverError `ERR_NO_TRANSPORT_FOR`, `ERR_DIAL_FAILED`, `ERR_SELF_CONNECT`, `ERR_BUSY`, `ERR_CLOSED`, what the
   * transport says of the address; or the signal's reason.
   */
  async dial(target: DialTarget, signal?: Abortable): Promise<Session> {
    signal?.throwIfAborted();
    // By the addresses, too: who has moved must not share the fate of a dial to where it was.
    const key =
      target instanceof EncodedContact
        ? `id ${target.id} ${addressesOf(target).map(addressKey).join()}`
        : addressKey(target);
    const dial = this.#dials.get(key) ?? this.#beginDial(key, target);
    dial.waiters++;
    try {
      return await abortable(dial.session, signal);
    } finally {
      // Nobody wants it any more: what it holds is free at once, and who comes next does not get its end.
      if (--dial.waiters === 0) {
        this.#forget(key, dial);
        dial.abort.abort(signal?.reason);
      }
    }
  }

  /** Ends every session and every dial. */
  close(): void {
    this.#isClosed = true;
    const closed = new DisgoverError('CLOSED', 'the node is closed');
    for (const dial of this.#dials.values()) dial.abort.abort(closed);
    for (const session of [...this.#sessions]) session.close('CLOSED', 'the node is closed');
    this.#idleAlarm?.cancel();
  }

  #beginDial(key: string, target: DialTarget): Dial {
    const abort = new AbortScope();
    const session = this.#dialInTurn(target, abort).finally(() => this.#forget(key, dial));
    session.catch(() => {}); // every waiter may have left
    const dial: Dial = { session, abort, waiters: 0 };
    this.#dials.set(key, dial);
    return dial;
  }

  #forget(key: string, dial: Dial): void {
    if (this.#dials.get(key) === dial) this.#dials.delete(key);
  }

  async #dialInTurn(target: DialTarget, signal: AbortScope): Promise<Session> {
    if (this.#isClosed) throw new DisgoverError('CLOSED', 'the node is closed');
    const leave = await this.#turns.enter(signal);
    try {
      return await this.#dialNow(target, signal);
    } finally {
      leave();
    }
  }

  async #dialNow(target: DialTarget, signal: AbortScope): Promise<Session> {
    const address = this.#addressOf(target);
    const link = await this.#openLink(address, signal);
    if (this.#isClosed || signal.aborted) {
      link.close();
      throw signal.reason ?? new DisgoverError('CLOSED', 'the node is closed');
    }
    const id = target instanceof EncodedContact ? target.id : undefined;
    const session = new Session(link, this.#host, { address, id });
    // Others may use it at once; if another id answers, their requests fail with ID_MISMATCH.
    this.#index(session);
    this.#start(session);
    return session;
  }

  async #openLink(address: TransportInfo, signal: AbortScope): Promise<Link> {
    const transport = this.#transports.find(({ name }) => name === address.type) as Transport;
    const tooLate = new AbortController();
    const alarm = this.#host.alarms.after(limits.handshakeMs, () =>
      tooLate.abort(new DisgoverError('DIAL_FAILED', `no link in ${limits.handshakeMs} ms`)),
    );
    const removeAbort = onAbort(signal, () => tooLate.abort(signal.reason));
    try {
      return await transport.dial(address, { signal: tooLate.signal });
    } catch (cause) {
      if (tooLate.signal.aborted || cause instanceof DisgoverError) throw cause;
      throw new DisgoverError('DIAL_FAILED', 'the transport failed', { cause });
    } finally {
      alarm.cancel();
      removeAbort();
    }
  }

  /** The first address that one of our transports speaks, unless it is our own. */
  #addressOf(target: DialTarget): TransportInfo {
    const addresses = target instanceof EncodedContact ? addressesOf(target) : [target];
    const spoken = addresses.filter(({ type }) => this.#transports.some(({ name }) => name === type));
    if (spoken.length === 0) {
      const types = addresses.map(({ type }) => JSON.stringify(type)).join(', ');
      throw new DisgoverError('NO_TRANSPORT_FOR', types === '' ? 'a contact without an address' : types);
    }
    const others = spoken.filter((address) => !this.#ownAddresses.has(addressKey(address)));
    if (others.length === 0) throw new DisgoverError('SELF_CONNECT', 'the address is our own');
    return others[0] as TransportInfo;
  }

  #start(session: Session): void {
    this.#sessions.add(session);
    if (this.#sessions.size > limits.sessions)
      this.#dropOldest((other) => other !== session, limits.sessions);
    this.#watchIdle();
    session.start();
  }

  #onOpen(session: Session, host: SessionHost): void {
    host.onOpen(session);
    // One that claims an id over a link of its own does not replace one that answered where it was dialled.
    if (session.isAddressProved) this.#index(session);
  }

  #onClosed(session: Session, host: SessionHost): void {
    this.#sessions.delete(session);
    for (const id of idsOf(session)) if (this.#byId.get(id) === session) this.#byId.delete(id);
    const key = session.dialledAddress && addressKey(session.dialledAddress);
    if (key !== undefined && this.#byAddress.get(key) === session) this.#byAddress.delete(key);
    if (session.claimedNonce !== undefined) this.#findOurselves(session.claimedNonce);
    host.onClosed(session);
  }

  /** Makes the session the one that is used for its peer, unless there is one. */
  #index(session: Session): void {
    for (const id of idsOf(session)) if (!this.#byId.has(id)) this.#byId.set(id, session);
    const key = session.dialledAddress && addressKey(session.dialledAddress);
    if (key !== undefined && !this.#byAddress.has(key)) this.#byAddress.set(key, session);
  }

  /** An accepted link brought a HELLO of ours: the address that its other end was dialled at is our own. */
  #findOurselves(nonce: Uint8Array): void {
    for (const session of this.#sessions) {
      if (!session.isDialled || session.nonce === undefined || !equalBytes(session.nonce, nonce)) continue;
      session.isOurselves = true;
      this.#rememberOwnAddress(session.dialledAddress);
    }
  }

  #rememberOwnAddress(address: TransportInfo | undefined): void {
    if (address === undefined) return;
    const [oldest] = this.#ownAddresses;
    if (this.#ownAddresses.size >= limits.ownAddresses && oldest !== undefined)
      this.#ownAddresses.delete(oldest);
    this.#ownAddresses.add(addressKey(address));
  }

  #dropOldest(among: (session: Session) => boolean, most: number): void {
    let oldest: Session | undefined;
    for (const session of this.#sessions) {
      if (!among(session) || session.pending.size > 0) continue;
      if (oldest === undefined || session.lastUsedAt < oldest.lastUsedAt) oldest = session;
    }
    oldest?.close('TOO_MANY_SESSIONS', `more than ${most} of its kind`);
  }

  /** One alarm for all: it rings when the session that is unused for longest may be idle. */
  #watchIdle(): void {
    if (this.#idleAlarm !== undefined || this.#isClosed) return;
    let next = this.#host.now() + limits.idleMs;
    for (const session of this.#sessions) next = Math.min(next, session.lastUsedAt + limits.idleMs);
    // One that is idle and still waited for is looked at again, once its requests have had their time.
    const soonest = this.#host.now() + IDLE_CHECK_MS;
    this.#idleAlarm = this.#host.alarms.at(Math.max(next, soonest), () => {
      this.#idleAlarm = undefined;
      const longAgo = this.#host.now() - limits.idleMs;
      for (const session of [...this.#sessions]) {
        if (session.lastUsedAt <= longAgo && session.pending.size === 0)
          session.close('IDLE', `unused for ${limits.idleMs} ms`);
      }
      if (this.#sessions.size > 0) this.#watchIdle();
    });
  }
}

function idsOf({ dialledId, peer }: Session): ContactId[] {
  return [dialledId, peer?.id].filter((id) => id !== undefined);
}
