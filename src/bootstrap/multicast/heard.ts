// Who was heard, until when that holds, and what was its last word, so that an older one that comes later says nothing.

import { parseIp } from '../../address/ip.js';
import { rangeOf, type Scope } from '../../address/ranges.js';
import type { Seed } from '../../contracts/bootstrap-source.js';
import type { TransportInfo } from '../../contracts/transport.js';
import { EncodedContact } from '../../wire/contact-codec.js';
import type { Packet } from './packet.js';

interface Entry {
  /** `undefined`: it has said goodbye, and is remembered so that nobody says otherwise in its name. */
  readonly seed: Seed | undefined;
  readonly time: number;
  readonly expiresAt: number;
}

/** A wire where more nodes are heard has seeds enough. */
const MOST_HEARD = 256;
const LONGEST_LIFETIME_S = 300;
const GOODBYE_REMEMBERED_MS = 300_000;
/** Of what strangers name, nothing is dialled where other services live. */
const FIRST_PORT = 1_024;
/** Where nodes may be: not where only a link, all of it, or a cloud's own services answer. */
const places: ReadonlySet<Scope> = new Set(['private', 'public', 'reserved']);

export class Heard {
  // Bounded by MOST_HEARD; entries leave when they expire.
  readonly #entries = new Map<string, Entry>();

  /** Whether the seeds have changed. `isLocal`: it was said on this machine, whose loopback addresses are ours as well. */
  take({ body, lifetime, time }: Packet, ownId: string, isLocal: boolean, now: number): boolean {
    const { id, transport } = contactOf(body) ?? {};
    if (id === undefined || id === ownId) return false;
    this.#expire(now);
    const before = this.#entries.get(id);
    if (before === undefined ? this.#entries.size >= MOST_HEARD : time <= before.time) return false;
    const addresses = [transport ?? []].flat().filter((address) => mayBeDialled(address, isLocal));
    const isGoodbye = lifetime === 0 || addresses.length === 0;
    const forMs = isGoodbye ? GOODBYE_REMEMBERED_MS : 1_000 * Math.min(lifetime, LONGEST_LIFETIME_S);
    const seed = isGoodbye ? undefined : { id, transport: addresses };
    this.#entries.delete(id); // so that the last heard stands last
    this.#entries.set(id, { seed, time, expiresAt: now + forMs });
    return JSON.stringify(seed) !== JSON.stringify(before?.seed);
  }

  /** The last heard first. */
  seeds(now: number): Seed[] {
    this.#expire(now);
    return [...this.#entries.values()].flatMap(({ seed }) => (seed === undefined ? [] : [seed])).reverse();
  }

  /** When the first of them expires. */
  get nextExpiry(): number {
    return Math.min(...[...this.#entries.values()].map(({ expiresAt }) => expiresAt));
  }

  #expire(now: number): void {
    for (const [id, { expiresAt }] of this.#entries) if (expiresAt <= now) this.#entries.delete(id);
  }
}

/** What anybody may have written, as a contact of which id and addresses are well-formed. */
function contactOf(body: unknown): EncodedContact['contact'] | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { id, transport } = body as { readonly id?: unknown; readonly transport?: unknown };
  try {
    return EncodedContact.from({ id, ...(transport !== undefined && { transport }) } as { id: string })
      .contact;
  } catch {
    return undefined;
  }
}

function mayBeDialled({ host, port }: TransportInfo, isLocal: boolean): boolean {
  const bytes = typeof host === 'string' ? parseIp(host) : undefined;
  if (bytes === undefined || typeof port !== 'number' || port < FIRST_PORT || port > 65_535) return false;
  const { scope } = rangeOf(bytes);
  return scope === 'loopback' ? isLocal : places.has(scope);
}
