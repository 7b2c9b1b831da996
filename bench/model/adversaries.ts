// What nodes that lie answer.

import type { Key } from '../../src/id/key.js';
import type { EncodedContact } from '../../src/wire/contact-codec.js';
import { type Contacts, contactAt } from './contacts.js';
import type { Nodes, Point } from './nodes.js';

/**
 * `colluding`: with the k adversaries closest to the target, always the same. `fresh`: each reply with the next k. `fabricating`:
 * with contacts that do not exist, closer than anything honest, which is possible only where ids are not verified.
 */
export const attacks = ['colluding', 'fresh', 'fabricating'] as const;
export type Attack = (typeof attacks)[number];

/** The lies of one lookup: all adversaries know what the others have said. */
export class Lies {
  readonly #next: () => readonly EncodedContact[];

  constructor(attack: Attack, k: number, target: Point, key: Key, network: Liars) {
    if (attack === 'fabricating') {
      const forged = forgedNear(key, k, network.nodes.count);
      this.#next = () => forged;
      return;
    }
    let told = 0;
    let order: number[] = [];
    this.#next = () => {
      // In ever larger steps, since each begins anew.
      if (order.length < told + k) order = network.nodes.closest(target, 4 * (told + k), network.isAdversary);
      const lies = order.slice(told, told + k);
      if (attack === 'fresh') told += k;
      return lies.map((index) => network.contacts.of(index));
    };
  }

  next(): readonly EncodedContact[] {
    return this.#next();
  }
}

export interface Liars {
  readonly nodes: Nodes;
  readonly contacts: Contacts;
  readonly isAdversary: (index: number) => boolean;
}

/** They have the indexes from `first` on, which are those of no node. */
function forgedNear(key: Key, count: number, first: number): readonly EncodedContact[] {
  return Array.from({ length: count }, (_, i) => {
    const forged = Uint8Array.from(key) as Key;
    forged[forged.length - 1] = (forged.at(-1) as number) ^ (i + 1);
    return contactAt(first + i, forged);
  });
}
