// Who is among the k closest. A node that speaks several transports walks several networks at once, which know little of each
// other: there it is k of each kind, or else those of one kind, once they are closer, would keep it from asking the others.

import type { EncodedContact } from '../wire/contact-codec.js';
import type { LookupPeer } from './lookup-peer.js';

/** The types of the contact's addresses, as far as they are of use: none for a node that cannot be asked at all. */
export type KindsOf = (contact: EncodedContact) => readonly string[];

/** Places, handed out closest first. */
export class Places {
  readonly #k: number;
  readonly #kindsOf: KindsOf | undefined;
  #taken: Map<string, number> | undefined; // as many as there are kinds
  #count = 0;

  constructor(k: number, kindsOf: KindsOf | undefined) {
    this.#k = k;
    this.#kindsOf = kindsOf;
  }

  /** Whether nobody gets a place any more. Where there are kinds, that is not known. */
  get areTaken(): boolean {
    return this.#kindsOf === undefined && this.#count >= this.#k;
  }

  /** Whether there is a place for the peer, which it takes: in all, or among its kind. */
  take(peer: LookupPeer): boolean {
    if (this.#kindsOf === undefined) return this.#count++ < this.#k;
    let isPlaced = false;
    this.#taken ??= new Map();
    peer.kinds ??= this.#kindsOf(peer.contact);
    for (const kind of peer.kinds) {
      const taken = this.#taken.get(kind) ?? 0;
      if (taken >= this.#k) continue;
      this.#taken.set(kind, taken + 1);
      isPlaced = true;
    }
    return isPlaced;
  }
}
