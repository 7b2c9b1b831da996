// Dial or reuse: at most one session is used for each peer, and one dial is made for all who want it.

import { oldestOfMost } from '../address/oldest-of-most.js';
import type { Link, Transport, TransportInfo } from '../contracts/transport.js';
import { DisgoverError } from '../errors.js';
import { equalBytes } from '../id/bytes.js';
import type { ContactId } from '../id/contact-id.js';
import { limits } from '../limits.js';
import type { Abortable } from '../runtime/abort.js';
import type { Alarm } from '../runtime/alarms.js';
import { addressesOf, addressKey } from '../wire/addresses.js';
import { EncodedContact } from '../wire/contact-codec.js';
import { Dialler, type DialRulings, type DialTarget } from './dialler.js';
import type { RoundTrip } from './round-trip.js';
import { type Dialled, Session, type SessionHost } from './session.js';

/** The least time between two looks for idle sessions: one may live so much longer. */
const IDLE_CHECK_MS = 5_000;

export class SessionPool {
  readonly #host: SessionHost;
  readonly #dialler: Dialler;
  // Every session, also those not open yet. Bounded by limits.sessions: beyond it one goes, see #makeRoomFor.
  readonly #sessions = new Set<Session>();
  // Those that came by themselves and have not proved who they are. Bounded by limits.unprovedSessions.
  readonly #strangers = new Set<Session>();
  // The session that is used for a peer. Bounded by limits.sessions.
  readonly #byId = new Map<ContactId, Session>();
  // The same by the address that was dialled, for those whose id the asker does not know: the host of an entity. What a peer says
  // of its address is not enough: it would be given what is meant for who is there. Bounded as above.
  readonly #byAddress = new Map<string, Session>();
  #idleAlarm: Alarm | undefined;
  #isClosed = false;

  constructor(transports: readonly Transport[], host: SessionHost, policy?: DialRulings) {
    this.#host = {
      ...host,
      onOpen: (session) => this.#onOpen(session, host),
      onClosed: (session) => this.#onClosed(session, host),
    };
    this.#dialler = new Dialler({
      transports,
      alarms: host.alarms,
      policy,
      start: (link, dialled) => this.#startDialled(link, dialled),
    });
  }

  now(): number {
    return this.#host.now();
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
    if (target instanceof EncodedContact) return this.#byId.get(target.id);
    for (const address of addressesOf(target)) {
      const session = this.#byAddress.get(addressKey(address));
      if (session !== undefined) return session;
    }
    return undefined;
  }

  /** How the peer usually answers, where it has; else how all of them together do. */
  roundTripOf(id: ContactId): RoundTrip {
    const known = this.#byId.get(id)?.roundTrip;
    return known?.ms === undefined ? this.#host.roundTrip : known;
  }

  /** A link that the transport of that name accepted. */
  accept(link: Link, type: string): void {
    if (this.#isClosed) return link.close();
    if (this.#strangers.size >= limits.unprovedSessions)
      oldestOfMost([...this.#strangers], hostOf)?.close(
        'TOO_MANY_SESSIONS',
        `more than ${limits.unprovedSessions} strangers`,
      );
    const session = new Session(link, type, this.#host);
    this.#strangers.add(session);
    this.#start(session);
  }

  /**
   * Opens a session; those who dial the same target meanwhile share it. HELLO has left when it resolves, its answer may not have
   * come: a first request travels with it, and fails with the code of the refusal if the peer is not who it should be.
   * @throws DisgoverError `ERR_NO_TRANSPORT_FOR`, `ERR_DIAL_FAILED`, `ERR_SELF_CONNECT`, `ERR_BUSY`, `ERR_CLOSED`, what the
   * transport says of the address; or the signal's reason.
   */
  dial(target: DialTarget, signal?: Abortable): Promise<Session> {
    return this.#dialler.dial(target, signal);
  }

  /** The address is our own: it is not dialled. */
  rememberOwn(address: TransportInfo): void {
    this.#dialler.rememberOwn(address);
  }

  /** Ends every session and every dial. */
  close(): void {
    this.#isClosed = true;
    this.#dialler.close(new DisgoverError('CLOSED', 'the node is closed'));
    for (const session of [...this.#sessions]) session.close('CLOSED', 'the node is closed');
    this.#idleAlarm?.cancel();
  }

  #startDialled(link: Link, dialled: Dialled): Session {
    const session = new Session(link, dialled.address.type, this.#host, dialled);
    // Others may use it at once; if another id answers, their requests fail with ID_MISMATCH.
    this.#index(session);
    this.#start(session);
    // Nobody's fault, least of all the peer's.
    if (session.endedBy?.code === 'TOO_MANY_SESSIONS')
      throw new DisgoverError('BUSY', `${limits.sessions} sessions, all waited for`);
    return session;
  }

  #start(session: Session): void {
    this.#sessions.add(session);
    this.#makeRoomFor(session);
    if (session.endedBy !== undefined) return;
    this.#watchIdle();
    session.start();
  }

  #onOpen(session: Session, host: SessionHost): void {
    this.#strangers.delete(session);
    host.onOpen(session);
    // One that claims an id over a link of its own does not replace one that answered where it was dialled.
    if (session.isAddressProved) this.#index(session);
  }

  #onClosed(session: Session, host: SessionHost): void {
    this.#sessions.delete(session);
    this.#strangers.delete(session);
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
      if (session.dialledAddress !== undefined) this.#dialler.rememberOwn(session.dialledAddress);
    }
  }

  /** Whom nobody waits for goes first. Peers have others asked through a relay: that all are waited for must not lift the bound. */
  #makeRoomFor(newcomer: Session): void {
    if (this.#sessions.size <= limits.sessions) return;
    const others = [...this.#sessions].filter((session) => session !== newcomer);
    const unasked = others.filter(({ pending }) => pending.size === 0);
    // A dial is what we want ourselves: rather than it, one goes that came by itself.
    const accepted = newcomer.isDialled ? others.filter(({ isDialled }) => !isDialled) : [];
    const leaving = oldestOf(unasked) ?? oldestOf(accepted) ?? newcomer;
    leaving.close('TOO_MANY_SESSIONS', `more than ${limits.sessions}`);
  }

  /** One alarm for all: it rings when the session that is unused for longest may be idle. */
  #watchIdle(): void {
    if (this.#idleAlarm !== undefined || this.#isClosed) return;
    const now = this.#host.now();
    let oldest = now;
    for (const { lastUsedAt } of this.#sessions) if (lastUsedAt < oldest) oldest = lastUsedAt;
    // One that is idle and still waited for is looked at again, once its requests have had their time.
    const at = Math.max(oldest + limits.idleMs, now + IDLE_CHECK_MS);
    this.#idleAlarm = this.#host.alarms.at(at, () => {
      this.#idleAlarm = undefined;
      this.#closeIdle();
      if (this.#sessions.size > 0) this.#watchIdle();
    });
  }

  #closeIdle(): void {
    const now = this.#host.now();
    for (const session of this.#sessions) {
      const unusedMs = now - session.lastUsedAt;
      if (unusedMs < limits.idleMs) continue;
      // Who is silent is not kept by those who have it asked without end.
      if (session.pending.size === 0 || unusedMs >= 2 * limits.idleMs)
        session.close('IDLE', `unused for ${unusedMs} ms`);
    }
  }
}

/** Of `127.0.0.1:6742` and `[::1]:6742`; what a transport tells otherwise, as far as its last colon. */
function hostOf({ remote }: Session): string {
  return remote.replace(/:[^:]*$/, '').replace(/^\[(.*)\]$/, '$1');
}

function oldestOf(sessions: readonly Session[]): Session | undefined {
  let oldest = sessions[0];
  for (const session of sessions)
    if (oldest !== undefined && session.lastUsedAt < oldest.lastUsedAt) oldest = session;
  return oldest;
}

function idsOf({ dialledId, peer }: Session): ContactId[] {
  return [dialledId, peer?.id].filter((id) => id !== undefined);
}
