// The nodes that a sweep has heard of and not yet left behind, sorted by key.

import { closestOf } from '../id/closest-list.js';
import type { ContactId } from '../id/contact-id.js';
import type { Key } from '../id/key.js';
import { prefixOf } from '../id/prefix.js';
import { limits } from '../limits.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import { placesIn, type Region, regionAround } from './region.js';

export class KnownNodes {
  // Bounded by limits.sweepNodes after each `leaveBehind`, and by what the answers of one region name until then.
  readonly #byId = new Map<ContactId, EncodedContact>();
  // What not to hear of again. By contact: who has moved failed where it was. Bounded by limits.sweepNodes, the oldest goes.
  readonly #failed = new Map<ContactId, EncodedContact>();
  #sorted: { readonly nodes: readonly EncodedContact[]; readonly prefixes: readonly number[] } | undefined;

  get size(): number {
    return this.#byId.size;
  }

  hear(contacts: Iterable<EncodedContact>): void {
    for (const contact of contacts) {
      if (this.#byId.has(contact.id) || this.#failed.get(contact.id)?.equals(contact)) continue;
      this.#byId.set(contact.id, contact);
      this.#sorted = undefined;
    }
  }

  fail(contact: EncodedContact): void {
    if (this.#byId.delete(contact.id)) this.#sorted = undefined;
    this.#failed.set(contact.id, contact);
    const [oldest] = this.#failed.keys();
    if (this.#failed.size > limits.sweepNodes && oldest !== undefined) this.#failed.delete(oldest);
  }

  /** The smallest region around a prefix that has `count` of them. */
  regionAround(prefix: number, count: number): Region {
    return regionAround(prefix, this.#inOrder().prefixes, count);
  }

  in(region: Region): readonly EncodedContact[] {
    const { nodes, prefixes } = this.#inOrder();
    return nodes.slice(...placesIn(region, prefixes));
  }

  /** The sweep goes on at `key`: what is too far from it goes. */
  leaveBehind(key: Key): void {
    if (this.#byId.size <= limits.sweepNodes) return;
    const near = closestOf(key, this.#byId.values(), limits.sweepNodes);
    this.#byId.clear();
    this.#sorted = undefined;
    this.hear(near);
  }

  #inOrder(): { readonly nodes: readonly EncodedContact[]; readonly prefixes: readonly number[] } {
    if (this.#sorted !== undefined) return this.#sorted;
    const nodes = [...this.#byId.values()].sort((a, b) => prefixOf(a.key) - prefixOf(b.key));
    this.#sorted = { nodes, prefixes: nodes.map(({ key }) => prefixOf(key)) };
    return this.#sorted;
  }
}
