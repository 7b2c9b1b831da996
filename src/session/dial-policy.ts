// Whom a node dials. What the application wrote down it dials; what peers name is dialled only where it can hurt nobody: where
// nodes are, at ports of applications, and strangers not too often. Asked on the way to the connection, of the very address
// that is connected to.

import { type Cidr, holds, masked } from '../address/cidr.js';
import { endpoint, isLiteral } from '../address/host.js';
import { parseIp, printIp, unmappedIp } from '../address/ip.js';
import { innermost, type Range, rangeOf, type Scope } from '../address/ranges.js';
import type { DialGuard, TransportInfo } from '../contracts/transport.js';
import { DisgoverError, quote } from '../errors.js';
import { limits } from '../limits.js';
import { addressKey } from '../wire/addresses.js';
import { EncodedContact } from '../wire/contact-codec.js';
import { DialRate } from './dial-rate.js';
import type { DialTarget } from './dialler.js';

/** The option `dial`, checked. */
export interface DialRules {
  readonly allow: readonly Cidr[];
  readonly deny: readonly Cidr[];
  readonly names: boolean;
  readonly ports: ReadonlySet<number>;
}

export interface DialPolicyDependencies {
  readonly rules: DialRules;
  /** Whether a seed is at the address, by its key. */
  readonly isSeed: (addressKey: string) => boolean;
  /** Our own addresses. */
  readonly own: () => readonly TransportInfo[];
  /** The node of that id in the table, if it has proved that it is at the contact's addresses. */
  readonly known: (contact: EncodedContact) => EncodedContact | undefined;
  /** Whether all peers have proved that they belong to the group: its members do not make each other flood strangers. */
  readonly isClosedGroup: () => boolean;
  readonly now: () => number;
  readonly randomBytes: (count: number) => Uint8Array;
}

/** A range, or a prefix of the public one. */
type Home = Range | string;

const FIRST_FREE_PORT = 1_024;
const MINUTE_MS = 60_000;
/** As long as a lookup: its dials to one network may come together. */
const PREFIX_WINDOW_S = limits.lookupMs / 1_000;
const PREFIX_BITS = { ipv4: 24, ipv6: 56 };

/** Where nodes may be; in all but the last only if we are there ourselves, or else they are somebody's own business. */
const HOMES: ReadonlySet<Scope> = new Set(['loopback', 'private', 'reserved', 'public']);

const NOT_DIALLED: ReadonlySet<string> = new Set([
  'ERR_DIAL_DENIED',
  'ERR_HOSTNAME_NOT_ALLOWED',
  'ERR_NO_TRANSPORT_FOR',
]);

/** Whether it is we who did not dial, so that nobody has failed. */
export function wasNotDialled({ code }: DisgoverError): boolean {
  return NOT_DIALLED.has(code);
}

export class DialPolicy {
  readonly #deps: DialPolicyDependencies;
  // What the application named itself: the objects, so that nobody else can name the same (a node that was found, see isGiven).
  readonly #given = new WeakSet<DialTarget>();
  // Where seeds were found. Bounded by limits.ownAddresses, oldest first: a name may lead elsewhere each time.
  readonly #homes = new Set<Home>();
  readonly #addresses: DialRate;
  readonly #prefixes: DialRate;

  constructor(deps: DialPolicyDependencies) {
    const { randomBytes } = deps;
    this.#deps = deps;
    this.#addresses = new DialRate({
      most: limits.dialsPerAddressPerMinute,
      windowMs: MINUTE_MS,
      randomBytes,
    });
    this.#prefixes = new DialRate({
      most: limits.dialsPerPrefixPerSecond * PREFIX_WINDOW_S,
      windowMs: PREFIX_WINDOW_S * 1_000,
      randomBytes,
    });
  }

  /** How much is remembered of strangers that were dialled. */
  get size(): number {
    return this.#addresses.size + this.#prefixes.size;
  }

  /** The application has written the address down: of what it says, only `deny` forbids it. */
  trust(target: DialTarget): void {
    this.#given.add(target);
  }

  /** Whether the application has named the target: the same object, or a node that it has named and that was found there. */
  isGiven(target: DialTarget): boolean {
    if (!(target instanceof EncodedContact)) return this.#given.has(target);
    // What everybody may send is only what was named for as long as the node is known there.
    if (!target.isShared && this.#given.has(target)) return true;
    const known = this.#deps.known(target);
    return known !== undefined && this.#given.has(known);
  }

  /** For a dial of one address of a target. */
  guard(target: DialTarget, address: TransportInfo): DialGuard {
    const isGiven = this.isGiven(target);
    const isSeed = this.#deps.isSeed(addressKey(address));
    return {
      checkName: (name) => {
        if (isGiven || isSeed || this.#deps.rules.names) return;
        throw new DisgoverError(
          'HOSTNAME_NOT_ALLOWED',
          `remote contacts need an IP literal, got ${quote(name)}`,
        );
      },
      checkAddress: (text, port) => {
        const found = new Destination(text, port);
        if (found.isIn(this.#deps.rules.deny)) throw found.deniedByUs();
        // Wherever a seed is, its neighbours are too. A name is known to lead there once it has been resolved.
        if (isSeed && HOMES.has(found.range.scope)) this.#rememberHome(found.home);
        if (!isGiven && !isSeed) this.#checkPlace(found);
        if (!isGiven && !this.#isTrusted(target, found)) this.#checkRate(found);
      },
    };
  }

  #checkPlace(found: Destination): void {
    const { rules, own } = this.#deps;
    const { port, range } = found;
    if (own().some((info) => info.host === found.text && info.port === port))
      throw new DisgoverError('SELF_CONNECT', 'the address is our own');
    if (port < FIRST_FREE_PORT && !rules.ports.has(port)) throw found.denied(`privileged port ${port}`);
    if (range.scope === 'public' || found.isIn(rules.allow)) return;
    if (!HOMES.has(range.scope) || !this.#isHome(found)) throw found.denied(range.scope);
  }

  #isHome({ home }: Destination): boolean {
    if (this.#homes.has(home)) return true;
    return this.#deps
      .own()
      .some(({ host = '' }) => isLiteral(host) && new Destination(host, FIRST_FREE_PORT).home === home);
  }

  #rememberHome(home: Home): void {
    const [oldest] = this.#homes;
    if (this.#homes.size >= limits.ownAddresses && oldest !== undefined && !this.#homes.has(home))
      this.#homes.delete(oldest);
    this.#homes.add(home);
  }

  /** Limits are for strangers, who did not ask to be dialled and cannot be told apart from a victim. */
  #isTrusted(target: DialTarget, found: Destination): boolean {
    const { rules, known, isClosedGroup } = this.#deps;
    if (found.range.scope !== 'public' || found.isIn(rules.allow) || isClosedGroup()) return true;
    return target instanceof EncodedContact && known(target) !== undefined;
  }

  #checkRate(found: Destination): void {
    const now = this.#deps.now();
    const places: (readonly [DialRate, string])[] = [[this.#addresses, printIp(found.inner)]];
    // A whole cluster may be in one network; its neighbours are strangers all the same.
    if (!this.#isHome(found)) places.push([this.#prefixes, found.prefix]);
    for (const [rate, place] of places)
      if (rate.isSpent(place, now)) throw found.denied(`too many dials to ${place}`);
    for (const [rate, place] of places) rate.count(place, now);
  }
}

/** Where a connection is about to go. */
class Destination {
  readonly text: string;
  readonly port: number;
  readonly #plain: Uint8Array;
  /** Where it ends, if the network translates it. */
  readonly inner: Uint8Array;
  readonly range: Range;

  constructor(text: string, port: number) {
    const bytes = parseIp(text);
    if (bytes === undefined)
      throw new DisgoverError('BAD_HOST', `not a canonical IP literal: ${quote(text)}`);
    this.#plain = unmappedIp(bytes);
    this.text = printIp(this.#plain);
    this.port = port;
    this.inner = innermost(bytes);
    this.range = rangeOf(this.inner);
  }

  /** Its network: what one owner usually has. */
  get prefix(): string {
    const bits = this.inner.length === 4 ? PREFIX_BITS.ipv4 : PREFIX_BITS.ipv6;
    return `${printIp(masked(this.inner, bits))}/${bits}`;
  }

  /** What it shares with who lives there. */
  get home(): Home {
    return this.range.scope === 'public' ? this.prefix : this.range;
  }

  isIn(blocks: readonly Cidr[]): boolean {
    return blocks.some((block) => holds(block, this.#plain) || holds(block, this.inner));
  }

  denied(why: string): DisgoverError {
    const where = endpoint(this.text, this.port);
    return new DisgoverError('DIAL_DENIED', `${why}: ${where} (allow it by the option \`dial\`)`);
  }

  deniedByUs(): DisgoverError {
    return new DisgoverError('DIAL_DENIED', `by dial.deny: ${endpoint(this.text, this.port)}`);
  }
}
