// One region of a sweep as a pure state machine: which of its entities each of its nodes is still to be told of. No socket, timer or
// promise. It is asked what to do next, and again when all that was answered or has failed, until nothing is left to do: then the k
// closest known nodes to each of the keys have answered, and have named nobody closer.

import { closestOf } from '../id/closest-list.js';
import type { ContactId } from '../id/contact-id.js';
import type { Key } from '../id/key.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import type { KnownNodes } from './known-nodes.js';
import type { Region } from './region.js';

/** A node, and the indexes of the keys whose entities it is to hold and has not been told of. */
export interface Errand {
  readonly node: EncodedContact;
  readonly due: readonly number[];
}

export class RegionSweep {
  readonly #keys: readonly Key[];
  readonly #region: Region;
  readonly #known: KnownNodes;
  readonly #k: number;
  // Of which keys each node was told. Bounded by the nodes of the region times its keys.
  readonly #told = new Map<ContactId, Set<number>>();

  constructor(keys: readonly Key[], region: Region, known: KnownNodes, k: number) {
    this.#keys = keys;
    this.#region = region;
    this.#known = known;
    this.#k = k;
  }

  /** Whom to tell of what now. Each node is told of each key once. */
  next(): readonly Errand[] {
    const nodes = this.#known.in(this.#region);
    const due = new Map<EncodedContact, number[]>(nodes.map((node) => [node, []]));
    for (const [index, key] of this.#keys.entries()) {
      for (const holder of closestOf(key, nodes, this.#k)) {
        if (this.#take(holder.id, index)) due.get(holder)?.push(index);
      }
    }
    return Array.from(due, ([node, due]) => ({ node, due })).filter(({ due }) => due.length > 0);
  }

  #take(id: ContactId, index: number): boolean {
    const told = this.#told.get(id) ?? new Set();
    if (told.has(index)) return false;
    this.#told.set(id, told.add(index));
    return true;
  }
}
