// What others announced to us, kept until it expires; and what was withdrawn, so that a late announce does not bring it back.

import type { ContactId } from '../id/contact-id.js';
import { furthestOf } from '../id/furthest.js';
import type { Key } from '../id/key.js';
import { limits } from '../limits.js';
import type { EncodedContact } from '../wire/contact-codec.js';

interface Held {
  /** Kept unparsed: parsed it takes a dozen times its bytes, which are all that the limits count and all that is forwarded. */
  readonly contact: EncodedContact;
  readonly until: number;
  /**
   * The hosts whose contacts were merged into this one: each of them keeps it alive. Absent when it is one host's alone.
   * Bounded by MERGED_HOSTS, the first goes.
   */
  readonly hosts?: readonly string[];
}

const MERGED_HOSTS = 64;

/** Of a full store this share goes at once, the furthest keys first: going through it for every single one would cost too much. */
const EVICTED_SHARE = 0.05;

export class HeldContacts {
  readonly #own: Key;
  readonly #now: () => number;
  // Bounded by limits.heldEntries and limits.heldBytes; kept in order of expiry, since all live equally long.
  readonly #held = new Map<ContactId, Held>();
  // Bounded by limits.tombstones; in order of expiry likewise.
  readonly #tombstones = new Map<ContactId, Held>();
  #bytes = 0;

  constructor(own: Key, now: () => number) {
    this.#own = own;
    this.#now = now;
  }

  get size(): number {
    return this.#held.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get tombstones(): number {
    return this.#tombstones.size;
  }

  get(id: ContactId): { readonly contact: EncodedContact; readonly ttlMs: number } | undefined {
    const held = this.#held.get(id);
    const ttlMs = (held?.until ?? 0) - this.#now();
    return held === undefined || ttlMs <= 0 ? undefined : { contact: held.contact, ttlMs };
  }

  /**
   * Keeps what an announce has brought, for as long as a registration lives without being renewed. `before`: what was held,
   * `announced`: what arrived, `standing`: what the arbiter made of both.
   */
  announce(before: EncodedContact | undefined, announced: EncodedContact, standing: EncodedContact): void {
    const hosts = this.#held.get(announced.id)?.hosts;
    if (standing === before && !announced.equals(before)) {
      // A loser does not keep the winner alive; a part of what was merged does.
      if (hosts?.includes(hostOf(announced))) this.#set(standing, hosts);
      else standing.forgetParsed();
    } else if (before === undefined || standing === before || standing === announced) {
      this.#set(standing, undefined);
    } else {
      const merged = new Set(hosts ?? [hostOf(before)]).add(hostOf(announced));
      this.#set(standing, [...merged].slice(-MERGED_HOSTS));
    }
  }

  #set(contact: EncodedContact, hosts: readonly string[] | undefined): void {
    this.delete(contact.id);
    this.#tombstones.delete(contact.id);
    const until = this.#now() + limits.registrationMs;
    const held: Held = { contact, until, ...(hosts && { hosts }) };
    contact.forgetParsed();
    this.#held.set(contact.id, held);
    this.#bytes += cost(held);
    this.#dropExpired();
    if (this.#held.size > limits.heldEntries || this.#bytes > limits.heldBytes) this.#dropFurthest();
  }

  /** Replaces the contact and leaves its time as it is: it was changed, not renewed. */
  replace(contact: EncodedContact): void {
    const held = this.#held.get(contact.id);
    if (held === undefined) return;
    const replaced: Held = { ...held, contact };
    contact.forgetParsed();
    this.#bytes += cost(replaced) - cost(held);
    this.#held.set(contact.id, replaced);
  }

  delete(id: ContactId): void {
    const held = this.#held.get(id);
    if (held === undefined) return;
    this.#held.delete(id);
    this.#bytes -= cost(held);
  }

  /** Forgets the contact, and remembers what was withdrawn for as long as it could have lived. */
  bury(withdrawn: EncodedContact): void {
    this.delete(withdrawn.id);
    this.#tombstones.delete(withdrawn.id);
    withdrawn.forgetParsed();
    this.#tombstones.set(withdrawn.id, { contact: withdrawn, until: this.#now() + limits.registrationMs });
    const [oldest] = this.#tombstones.keys();
    if (this.#tombstones.size > limits.tombstones && oldest !== undefined) this.#tombstones.delete(oldest);
  }

  /** The id is registered anew. */
  unbury(id: ContactId): void {
    this.#tombstones.delete(id);
  }

  tombstone(id: ContactId): EncodedContact | undefined {
    const buried = this.#tombstones.get(id);
    if (buried === undefined || buried.until > this.#now()) return buried?.contact;
    this.#tombstones.delete(id);
    return undefined;
  }

  #dropExpired(): void {
    const now = this.#now();
    for (const [id, { until }] of this.#held) {
      if (until > now) break;
      this.delete(id);
    }
  }

  /** Random keys cannot push out what we are near to. */
  #dropFurthest(): void {
    const held = Array.from(this.#held.values(), ({ contact }) => contact);
    for (const { id } of furthestOf(this.#own, held, Math.ceil(held.length * EVICTED_SHARE))) this.delete(id);
  }
}

function hostOf({ contact }: EncodedContact): string {
  return JSON.stringify(contact.transport ?? null);
}

function cost({ contact, hosts = [] }: Held): number {
  const ofHosts = hosts.reduce((sum, host) => sum + host.length, 0);
  return contact.bytes.length + ofHosts + limits.heldEntryOverheadBytes;
}
