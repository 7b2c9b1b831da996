// From whom to dial to an open link: one dial for all who want it, so many at once, and never to ourselves.

import type { DialGuard, Link, Transport, TransportInfo } from '../contracts/transport.js';
import { DisgoverError } from '../errors.js';
import { limits } from '../limits.js';
import { type Abortable, AbortScope, abortable, onAbort } from '../runtime/abort.js';
import type { Alarms } from '../runtime/alarms.js';
import { Slots } from '../runtime/slots.js';
import { addressesOf, addressKey } from '../wire/addresses.js';
import { EncodedContact } from '../wire/contact-codec.js';
import type { Dialled, Session } from './session.js';

/** Whom to dial: a contact, or an address whose id is not known yet (a seed). */
export type DialTarget = EncodedContact | TransportInfo;

export interface DiallerDependencies {
  readonly transports: readonly Transport[];
  readonly alarms: Alarms;
  /** What a transport asks on its way to one of the target's addresses. Default nothing. */
  readonly guard?: ((target: DialTarget, address: TransportInfo) => DialGuard) | undefined;
  /** Makes a session of a link: once for all who wait for it. */
  readonly start: (link: Link, dialled: Dialled) => Session;
}

interface Dial {
  readonly session: Promise<Session>;
  readonly abort: AbortScope;
  waiters: number;
}

export class Dialler {
  readonly #deps: DiallerDependencies;
  // Dials under way and waiting for their turn. Bounded as #turns is.
  readonly #dials = new Map<string, Dial>();
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
    const key =
      target instanceof EncodedContact
        ? `id ${target.id} ${addressesOf(target).map(addressKey).join()}`
        : addressKey(target);
    const dial = this.#dials.get(key) ?? this.#begin(key, target);
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
    for (const dial of this.#dials.values()) dial.abort.abort(reason);
  }

  #begin(key: string, target: DialTarget): Dial {
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
    if (this.#closed !== undefined) throw this.#closed;
    const leave = await this.#turns.enter(signal);
    try {
      const address = this.#addressOf(target);
      const link = await this.#openLink(address, signal, this.#deps.guard?.(target, address));
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

  async #openLink(address: TransportInfo, signal: AbortScope, guard: DialGuard | undefined): Promise<Link> {
    const transport = this.#deps.transports.find(({ name }) => name === address.type) as Transport;
    const tooLate = new AbortController();
    const alarm = this.#deps.alarms.after(limits.handshakeMs, () =>
      tooLate.abort(new DisgoverError('DIAL_FAILED', `no link in ${limits.handshakeMs} ms`)),
    );
    const removeAbort = onAbort(signal, () => tooLate.abort(signal.reason));
    try {
      return await transport.dial(address, { signal: tooLate.signal, guard });
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
    const spoken = addresses.filter(({ type }) => this.#deps.transports.some(({ name }) => name === type));
    if (spoken.length === 0) {
      const types = addresses.map(({ type }) => JSON.stringify(type)).join(', ');
      throw new DisgoverError('NO_TRANSPORT_FOR', types === '' ? 'a contact without an address' : types);
    }
    const others = spoken.filter((address) => !this.#ownAddresses.has(addressKey(address)));
    if (others.length === 0) throw new DisgoverError('SELF_CONNECT', 'the address is our own');
    return others[0] as TransportInfo;
  }
}
