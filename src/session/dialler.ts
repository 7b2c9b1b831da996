// From whom to dial to an open link: one dial for all who want it, so many at once, and never to ourselves. Where there are several
// addresses, they race.

import type { DialGuard, Link, Transport, TransportInfo } from '../contracts/transport.js';
import { asDisgoverError, DisgoverError } from '../errors.js';
import { limits } from '../limits.js';
import { type Abortable, abortable } from '../runtime/abort.js';
import type { Alarms } from '../runtime/alarms.js';
import { Slots } from '../runtime/slots.js';
import { addressesOf, addressKey } from '../wire/addresses.js';
import { EncodedContact } from '../wire/contact-codec.js';
import { wasNotDialled } from './dial-policy.js';
import { race } from './race.js';
import type { Dialled, Session } from './session.js';

/** Whom to dial: a contact; or an address, or the several of one node, whose id is not known yet (a seed, the host of an entity). */
export type DialTarget = EncodedContact | TransportInfo | readonly TransportInfo[];

/** What `DialPolicy` says of a dial. */
export interface DialRulings {
  /** Whether the application has named the target, so that other rules hold for it. */
  isGiven(target: DialTarget): boolean;
  /** What a transport asks on its way to one of the target's addresses. */
  guard(target: DialTarget, address: TransportInfo): DialGuard;
}

export interface DiallerDependencies {
  readonly transports: readonly Transport[];
  readonly alarms: Alarms;
  /** Default everything may be dialled. */
  readonly policy?: DialRulings | undefined;
  /** Makes a session of a link: once for all who wait for it. */
  readonly start: (link: Link, dialled: Dialled) => Session;
}

interface Opened {
  readonly link: Link;
  readonly address: TransportInfo;
}

interface Dial {
  readonly session: Promise<Session>;
  /** Aborts for whatever reason the dial is given up. */
  readonly stop: AbortController;
  waiters: number;
  isOver: boolean;
}

export class Dialler {
  readonly #deps: DiallerDependencies;
  // Dials under way and waiting for their turn. Bounded as #turns is.
  readonly #dials = new Map<string, Dial>();
  // A dial counts once, however many addresses it tries beside each other: at most limits.addressesInContact.
  readonly #turns = new Slots(limits.dials, limits.requestsInFlight, 'dials');
  // Addresses that turned out to be ours. Bounded by limits.ownAddresses, oldest first.
  readonly #ownAddresses = new Set<string>();
  #closed: DisgoverError | undefined;

  constructor(deps: DiallerDependencies) {
    this.#deps = deps;
  }

  /** As `SessionPool.dial`. */
  async dial(target: DialTarget, signal?: Abortable): Promise<Session> {
    signal?.throwIfAborted();
    // By the addresses, too: who has moved must not share the fate of a dial to where it was.
    const where = addressesOf(target).map(addressKey).join();
    const whom = target instanceof EncodedContact ? `id ${target.id} ${where}` : where;
    // What the application may dial is not denied it because a peer has named the same.
    const key = this.#deps.policy?.isGiven(target) ? `given ${whom}` : whom;
    const dial = this.#dials.get(key) ?? this.#begin(key, target);
    dial.waiters++;
    try {
      return await abortable(dial.session, signal);
    } finally {
      // Nobody wants it any more: what it holds is free at once, and who comes next does not get its end.
      if (--dial.waiters === 0 && !dial.isOver) {
        this.#forget(key, dial);
        dial.stop.abort(signal?.reason);
      }
    }
  }

  /** The address has turned out to be our own: it is not dialled again. */
  rememberOwn(address: TransportInfo): void {
    const [oldest] = this.#ownAddresses;
    if (this.#ownAddresses.size >= limits.ownAddresses && oldest !== undefined)
      this.#ownAddresses.delete(oldest);
    this.#ownAddresses.add(addressKey(address));
  }

  /** Ends every dial. */
  close(reason: DisgoverError): void {
    this.#closed = reason;
    for (const { stop } of this.#dials.values()) stop.abort(reason);
  }

  #begin(key: string, target: DialTarget): Dial {
    const stop = new AbortController();
    const end = () => {
      dial.isOver = true;
      this.#forget(key, dial);
    };
    const session = this.#dialInTurn(target, stop);
    session.then(end, end); // every waiter may have left
    const dial: Dial = { session, stop, waiters: 0, isOver: false };
    this.#dials.set(key, dial);
    return dial;
  }

  #forget(key: string, dial: Dial): void {
    if (this.#dials.get(key) === dial) this.#dials.delete(key);
  }

  async #dialInTurn(target: DialTarget, stop: AbortController): Promise<Session> {
    if (this.#closed !== undefined) throw this.#closed;
    const { signal } = stop;
    const leave = await this.#turns.enter(signal);
    try {
      const { link, address } = await this.#openLink(target, stop);
      if (signal.aborted) {
        link.close();
        throw signal.reason;
      }
      const id = target instanceof EncodedContact ? target.id : undefined;
      return this.#deps.start(link, { address, id });
    } finally {
      leave();
    }
  }

  /** All addresses together have as long as one alone has. */
  async #openLink(target: DialTarget, stop: AbortController): Promise<Opened> {
    const addresses = this.#choose(target);
    const { alarms } = this.#deps;
    const { signal } = stop;
    const alarm = alarms.after(limits.handshakeMs, () =>
      stop.abort(new DisgoverError('DIAL_FAILED', `no link in ${limits.handshakeMs} ms`)),
    );
    try {
      // Nearly always there is one, and a race of one is only slower (bench: `join`).
      const [only] = addresses;
      if (addresses.length === 1 && only !== undefined) return await this.#attempt(target, only, signal);
      return await race(addresses, (address, lost) => this.#attempt(target, address, lost), {
        alarms,
        headStartMs: limits.dialHeadStartMs,
        signal,
        discard: ({ link }) => link.close(),
      });
    } catch (fault) {
      if (signal.aborted || !(fault instanceof AggregateError)) throw fault;
      throw whyAllFailed(addresses, fault);
    } finally {
      alarm.cancel();
    }
  }

  async #attempt(target: DialTarget, address: TransportInfo, signal: AbortSignal): Promise<Opened> {
    const { transports, policy } = this.#deps;
    const transport = transports.find(({ name }) => name === address.type) as Transport;
    const guard = policy?.guard(target, address);
    try {
      return { address, link: await transport.dial(address, { signal, guard }) };
    } catch (cause) {
      if (signal.aborted || cause instanceof DisgoverError) throw cause;
      throw new DisgoverError('DIAL_FAILED', 'the transport failed', { cause });
    }
  }

  /** The addresses that our transports speak, in the order of the transports, without those that are our own. */
  #choose(target: DialTarget): readonly TransportInfo[] {
    const addresses = addressesOf(target);
    const spoken = this.#deps.transports.flatMap(({ name }) => addresses.filter(({ type }) => type === name));
    if (spoken.length === 0) {
      const types = addresses.map(({ type }) => JSON.stringify(type)).join(', ');
      throw new DisgoverError('NO_TRANSPORT_FOR', types === '' ? 'a contact without an address' : types);
    }
    const others = spoken.filter((address) => !this.#ownAddresses.has(addressKey(address)));
    if (others.length === 0) throw new DisgoverError('SELF_CONNECT', 'the address is our own');
    return others;
  }
}

/** One failure as it is; of several, a list of them all, under the code that they share. What was not dialled is no failure. */
function whyAllFailed(addresses: readonly TransportInfo[], cause: AggregateError): DisgoverError {
  const faults = cause.errors.map(asDisgoverError);
  const [first] = faults as [DisgoverError];
  if (faults.length === 1) return first;
  const isShared = faults.every(({ code }) => code === first.code) || faults.every(wasNotDialled);
  const code = isShared ? first.fault : 'DIAL_FAILED';
  const list = faults.map(({ message }, i) => `${addresses[i]?.type}: ${message}`);
  return new DisgoverError(code, list.join('; '), { cause });
}
