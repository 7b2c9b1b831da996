// What stands for a contact in the model: all that a lookup looks at.

import type { ContactId } from '../../src/id/contact-id.js';
import type { Key } from '../../src/id/key.js';
import type { EncodedContact } from '../../src/wire/contact-codec.js';
import { keyOfPoint, type Nodes } from './nodes.js';

class ModelContact {
  readonly index: number;
  readonly id: ContactId;
  readonly key: Key;

  constructor(index: number, key: Key) {
    this.index = index;
    this.id = String(index) as ContactId;
    this.key = key;
  }

  equals(other: unknown): boolean {
    return this === other;
  }
}

export class Contacts {
  readonly #nodes: Nodes;
  // One a node, made when it is first named.
  readonly #contacts = new Map<number, EncodedContact>();

  constructor(nodes: Nodes) {
    this.#nodes = nodes;
  }

  of(index: number): EncodedContact {
    const made = this.#contacts.get(index);
    if (made !== undefined) return made;
    const contact = contactAt(index, keyOfPoint(this.#nodes.pointOf(index)));
    this.#contacts.set(index, contact);
    return contact;
  }
}

/** A lookup wants no more of a contact than this one has. */
export function contactAt(index: number, key: Key): EncodedContact {
  return new ModelContact(index, key) as unknown as EncodedContact;
}

export function indexOf(contact: EncodedContact): number {
  return (contact as unknown as ModelContact).index;
}
