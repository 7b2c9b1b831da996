// Networks of nodes as a table of who knows whom, in distances from the target of a lookup.

import type { Key } from '../../src/id/key.js';
import type { EncodedContact } from '../../src/wire/contact-codec.js';
import type { Nodes } from '../../src/wire/messages.js';
import { contactAtDistance } from './contacts.js';

/** Node → whom it names. A node is written as its distance from the target. */
export type Topology = Readonly<Record<number, readonly number[]>>;

export interface Network {
  /** The node at a distance: the same object each time. */
  at(distance: number): EncodedContact;
  /** The nodes at these distances. */
  all(...distances: readonly number[]): EncodedContact[];
  distanceOf(contact: EncodedContact): number;
  /** Whom the node names; nobody when the topology does not say. */
  namedBy(contact: EncodedContact): EncodedContact[];
  /** The same as a reply. */
  replyOf(contact: EncodedContact, fields?: Partial<Nodes>): Nodes;
}

/** `topology(target, { 5: [3, 4], 4: [1] })`: the node at distance 5 knows those at 3 and 4. */
export function topology(target: Key, knows: Topology): Network {
  const nodes = new Map<number, EncodedContact>();
  const distances = new Map<string, number>();
  const at = (distance: number) => {
    const there = nodes.get(distance) ?? contactAtDistance(target, distance);
    nodes.set(distance, there);
    distances.set(there.id, distance);
    return there;
  };
  const distanceOf = ({ id }: EncodedContact) => distances.get(id) ?? Number.NaN;
  const namedBy = (contact: EncodedContact) => (knows[distanceOf(contact)] ?? []).map(at);
  return {
    at,
    all: (...wanted) => wanted.map(at),
    distanceOf,
    namedBy,
    replyOf: (contact, fields) => ({
      type: 'nodes',
      requestId: 1,
      contacts: namedBy(contact),
      conflicts: [],
      ...fields,
    }),
  };
}
