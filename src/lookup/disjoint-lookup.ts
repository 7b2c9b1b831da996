// Several lookups that share no node (S/Kademlia: Baumgart, Mies 2007, §4.4): whoever lies can spoil one path only.
//
// A contact that another path has used counts as a reply that brought nothing, so that the paths do not have to certify k nodes
// each: the same success for a third to a half of the requests.

import { ClosestList } from '../id/closest-list.js';
import type { ContactId } from '../id/contact-id.js';
import type { Key } from '../id/key.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import { Lookup, type LookupMove, type LookupOptions } from './lookup.js';
import type { LookupPeer } from './lookup-peer.js';
import type { Walk } from './run-lookup.js';

export class DisjointLookup implements Walk {
  readonly #paths: readonly Lookup[];
  readonly #options: LookupOptions;
  readonly #target: Key;
  // Whom some path has asked, and its peer. Bounded by maxRequests.
  readonly #used = new Map<ContactId, LookupPeer>();
  // Bounded by the requests in flight: alpha (1) a path.
  readonly #pathOf = new Map<LookupPeer, Lookup>();
  // Contacts that counted as asked and answered, since another path had used them.
  #skipped = 0;
  #turn = 0;

  /** `options.maxRequests` is for all paths together; each asks one node at a time. */
  constructor(target: Key, paths: number, options: LookupOptions) {
    this.#target = target;
    this.#options = options;
    this.#paths = Array.from({ length: paths }, () => new Lookup(target, { ...options, alpha: 1 }));
  }

  /** Deals whom we know to the paths, closest first. */
  hear(contacts: Iterable<EncodedContact>): void {
    let dealt = 0;
    for (const contact of contacts) this.#paths[dealt++ % this.#paths.length]?.hear([contact]);
  }

  get requests(): number {
    return this.#paths.reduce((sum, { requests }) => sum + requests, 0) - this.#skipped;
  }

  get answers(): number {
    return this.#paths.reduce((sum, { answers }) => sum + answers, 0) - this.#skipped;
  }

  get closest(): readonly LookupPeer[] {
    const all = new ClosestList<LookupPeer>(this.#target, this.#options.k);
    for (const path of this.#paths)
      for (const peer of path.closest) if (this.#used.get(peer.contact.id) === peer) all.add(peer);
    return all.items;
  }

  next(now: number): LookupMove {
    let until: number | undefined;
    let waiting = false;
    for (let i = 0; i < this.#paths.length; i++) {
      const path = this.#paths[this.#turn++ % this.#paths.length] as Lookup;
      const move = this.#nextOf(path, now);
      if (move.type === 'ask' && this.requests < this.#options.maxRequests) {
        this.#pathOf.set(move.peer, path);
        return move;
      }
      // Over the budget nobody is asked; who was is waited for.
      if (move.type === 'ask') waiting ||= this.#pathOf.size > 0;
      if (move.type === 'wait') {
        waiting = true;
        if (move.until !== undefined && (until === undefined || move.until < until)) until = move.until;
      }
    }
    if (waiting) return { type: 'wait', until };
    if (this.answers === 0) return { type: 'end', reason: 'nobody' };
    return { type: 'end', reason: this.requests < this.#options.maxRequests ? 'closest' : 'requests' };
  }

  asked(peer: LookupPeer, now: number, lateAt: number): void {
    this.#used.set(peer.contact.id, peer);
    this.#pathOf.get(peer)?.asked(peer, now, lateAt);
  }

  answered(peer: LookupPeer, contacts: Iterable<EncodedContact>): boolean {
    const path = this.#pathOf.get(peer);
    this.#pathOf.delete(peer);
    return path?.answered(peer, contacts) ?? false;
  }

  failed(peer: LookupPeer, wasAsked?: boolean): boolean {
    const path = this.#pathOf.get(peer);
    this.#pathOf.delete(peer);
    return path?.failed(peer, wasAsked) ?? false;
  }

  /** The path's next move, once whom other paths have used is counted as answered. */
  #nextOf(path: Lookup, now: number): LookupMove {
    for (;;) {
      const move = path.next(now);
      if (move.type !== 'ask' || !this.#used.has(move.peer.contact.id)) return move;
      path.asked(move.peer, now, now);
      path.answered(move.peer, []);
      this.#skipped++;
    }
  }
}
