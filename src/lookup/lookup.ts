// The iterative FIND-NODE walk (Maymounkov, Mazières 2002, §2.3) as a pure state machine: no socket, timer or promise. It is
// asked what to do next and told what came back; time comes in as a number.
//
// Loose form: at most alpha requests in flight, the next goes out with each reply. The walk ends when the k closest nodes known
// that did not fail have answered, not when a round brings nothing closer. A peer slower than its own usual time does not hold
// up the next request; only the end waits for it, since "nobody has it" must be true.
//
// Where one holder will do, whoever is most likely one is asked alone, until one of them has denied it: two requests fewer for a find.

import { ClosestList } from '../id/closest-list.js';
import type { ContactId } from '../id/contact-id.js';
import type { Key } from '../id/key.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import type { Holders } from './holders.js';
import { LookupPeer } from './lookup-peer.js';
import { type KindsOf, Places } from './places.js';

export interface LookupOptions {
  /** How many of the closest must have answered. */
  readonly k: number;
  /** Most requests in flight. */
  readonly alpha: number;
  /** Once the alpha closest have answered, all others of the k closest are asked at once: 1 round trip in place of 6 or 7. */
  readonly burst?: boolean | undefined;
  /** Where one holder will do. */
  readonly holders?: Holders | undefined;
  /** Most requests in all. */
  readonly maxRequests: number;
  /** Most nodes remembered as candidates; the furthest are forgotten. */
  readonly maxCandidates: number;
  /** Where the k closest of each kind must have answered. Absent: the k closest, of whatever kind. */
  readonly kindsOf?: KindsOf | undefined;
}

export type LookupMove =
  | { readonly type: 'ask'; readonly peer: LookupPeer }
  /** Nothing to do before a reply, a failure, or this moment. */
  | { readonly type: 'wait'; readonly until: number | undefined }
  | { readonly type: 'end'; readonly reason: LookupEnd };

/** `closest`: the k closest have answered. `requests`: the budget is spent. `nobody`: there is, or was, nobody to ask. */
export type LookupEnd = 'closest' | 'requests' | 'nobody';

export class Lookup {
  readonly target: Key;
  readonly #options: LookupOptions;
  // Everybody who may still matter, closest first. Bounded by maxCandidates.
  readonly #peers: ClosestList<LookupPeer>;
  // Whom not to add again: in the list, or asked. Bounded by maxCandidates and maxRequests.
  readonly #seen = new Set<ContactId>();
  // What not to ask again. By contact and not by id: who has moved fails where it was, and others know where to. Bounded by
  // twice maxRequests.
  readonly #failed = new Map<ContactId, EncodedContact[]>();
  // Bounded by alpha, in a burst by k, and by those that have become late.
  readonly #inFlight = new Set<LookupPeer>();
  #requests = 0;
  /** Whom we may not dial: not counted as asked, unless there are as many as may be asked. */
  #spared = 0;
  #answers = 0;
  /** Somebody who was most likely a holder is none: from then on nobody is asked alone. */
  #hasDenied: boolean;

  constructor(target: Key, options: LookupOptions) {
    this.target = target;
    this.#options = options;
    this.#hasDenied = options.holders === undefined;
    this.#peers = new ClosestList(target, options.maxCandidates);
  }

  get requests(): number {
    return this.#requests;
  }

  get answers(): number {
    return this.#answers;
  }

  /** The closest that answered, at most k, closest first. */
  get closest(): readonly LookupPeer[] {
    return this.#peers.items.filter(({ state }) => state === 'answered').slice(0, this.#options.k);
  }

  /** Adds whom somebody named, or whom we knew. */
  hear(contacts: Iterable<EncodedContact>, toldBy?: LookupPeer): void {
    for (const contact of contacts) {
      if (this.#seen.has(contact.id) || this.#hasFailed(contact)) continue;
      const peer = new LookupPeer(contact, toldBy, this.#options.holders?.isLikely(contact));
      const out = this.#peers.add(peer);
      if (out === peer) continue;
      this.#seen.add(contact.id);
      if (out !== undefined && out.state === 'heard') this.#seen.delete(out.contact.id);
    }
  }

  /** What to do now. To be called again after each `ask`. `now`: the runtime's milliseconds. */
  next(now: number): LookupMove {
    for (const peer of this.#inFlight) if (peer.state === 'asked' && peer.lateAt <= now) peer.state = 'late';
    const candidate = this.#candidate();
    if (candidate !== undefined && this.#requests < this.#options.maxRequests) {
      return this.#hasRoom() ? { type: 'ask', peer: candidate } : { type: 'wait', until: this.#nextLate() };
    }
    if (this.#isSettled()) return { type: 'end', reason: this.#answers === 0 ? 'nobody' : 'closest' };
    if (this.#inFlight.size > 0) return { type: 'wait', until: this.#nextLate() };
    return { type: 'end', reason: 'requests' };
  }

  /** The request that `next` wanted has left. `lateAt`: when the peer is slower than its usual. */
  asked(peer: LookupPeer, now: number, lateAt: number): void {
    if (peer.state !== 'heard') return;
    peer.state = 'asked';
    peer.askedAt = now;
    peer.lateAt = lateAt;
    // Who was named by others is asked for all that it knows: we know little of the place.
    peer.exactWillDo = peer.isLikely && peer.toldBy === undefined && !this.#hasDenied;
    this.#inFlight.add(peer);
    this.#requests++;
  }

  /** The peer named these. Late answers count like any other; a second one changes nothing and returns false. */
  answered(peer: LookupPeer, contacts: Iterable<EncodedContact>): boolean {
    if (!this.#inFlight.delete(peer)) return false;
    peer.state = 'answered';
    if (peer.isLikely) this.#hasDenied = true;
    this.#answers++;
    this.hear(contacts, peer);
    return true;
  }

  /** Who answered is to be asked once more, as somebody who has denied. */
  again(peer: LookupPeer): void {
    peer.state = 'heard';
    this.#answers--;
  }

  /** The peer did not answer, or could not be reached. `wasAsked`: false when it may not be dialled, which costs no request. */
  failed(peer: LookupPeer, wasAsked = true): boolean {
    if (!this.#inFlight.delete(peer)) return false;
    if (!wasAsked && this.#spared < this.#options.maxRequests) {
      this.#spared++;
      this.#requests--;
    }
    peer.state = 'failed';
    this.#peers.remove(peer.key);
    const { contact } = peer;
    this.#seen.delete(contact.id);
    this.#failed.set(contact.id, [...(this.#failed.get(contact.id) ?? []), contact]);
    return true;
  }

  #hasFailed(contact: EncodedContact): boolean {
    return this.#failed.get(contact.id)?.some((failed) => failed.equals(contact)) ?? false;
  }

  /**
   * The closest that was not asked, among the k closest. Who is late does not count: the next one takes the place. In a burst, which
   * asks for nothing but to be sure, all are waited for anyway.
   */
  #candidate(): LookupPeer | undefined {
    const places = this.#places();
    const isBurst = this.#isBurst();
    for (const peer of this.#peers.items) {
      if (peer.state === 'late' && !isBurst) continue;
      if (places.areTaken) break;
      if (places.take(peer) && peer.state === 'heard') return this.#atHandFrom(peer);
    }
    return undefined;
  }

  /** Of those that most likely are holders, one that can be asked without a dial, if there is one; else the first. */
  #atHandFrom(first: LookupPeer): LookupPeer {
    const { holders } = this.#options;
    if (this.#hasDenied || holders === undefined) return first;
    for (const peer of this.#peers.items) {
      if (!peer.isLikely) break;
      if (peer.state === 'heard' && holders.isAtHand(peer.contact)) return peer;
    }
    return first;
  }

  /** Whether one more may be in flight. */
  #hasRoom(): boolean {
    let awaited = 0;
    let likely = 0;
    for (const { state, isLikely } of this.#inFlight) {
      if (state !== 'asked') continue;
      awaited++;
      if (isLikely) likely++;
    }
    if (!this.#hasDenied && likely > 0) return false;
    return awaited < this.#most();
  }

  /** Whether the `count` closest have all answered. */
  #isSettled(count = this.#options.k): boolean {
    const places = this.#places(count);
    for (const peer of this.#peers.items) {
      if (places.areTaken) break;
      if (places.take(peer) && peer.state !== 'answered') return false;
    }
    return true;
  }

  #places(count = this.#options.k): Places {
    return new Places(count, this.#options.kindsOf);
  }

  /** Most requests in flight now. */
  #most(): number {
    const { k, alpha } = this.#options;
    return this.#isBurst() ? k : alpha;
  }

  #isBurst(): boolean {
    const { alpha, burst } = this.#options;
    return burst === true && this.#isSettled(alpha);
  }

  #nextLate(): number | undefined {
    let until: number | undefined;
    for (const { state, lateAt } of this.#inFlight) {
      if (state === 'asked' && (until === undefined || lateAt < until)) until = lateAt;
    }
    return until;
  }
}
