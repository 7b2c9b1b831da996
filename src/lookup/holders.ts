// Who most likely holds a contact, by how far it is from the contact's key and how many nodes there are.

import type { Key } from '../id/key.js';
import { shareBetween } from '../id/prefix.js';
import type { EncodedContact } from '../wire/contact-codec.js';

/** What a lookup is told of the holders of its target. */
export interface Holders {
  /** Whether the node most likely is one. True for whoever is closer to the target than one of whom it is true. */
  readonly isLikely: (contact: EncodedContact) => boolean;
  /** Whether the node can be asked without a dial. Of those that are likely, such go first. */
  readonly isAtHand: (contact: EncodedContact) => boolean;
}

/**
 * Whoever is half as far as the furthest of the k closest is to be expected, or closer. At the edge of that 1 node of 300 is none of the
 * k closest, k 20; 1 of 8, where there are half as many nodes more than it seems.
 */
export function likelyHolders(target: Key, k: number, networkSize: number): Holders['isLikely'] {
  const within = k / 2 / networkSize;
  return ({ key }) => shareBetween(target, key) < within;
}
