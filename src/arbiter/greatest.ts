// The rule of all arbiters by which one contact wins whole.

import type { ArbiterFunction } from '../contracts/arbiter.js';
import type { Contact } from '../contracts/contact.js';
import { canonicalText, compareText } from './text.js';

/**
 * The arbiter that keeps the greater contact by `compare`, and by content where that is 0. The greatest of a total order is
 * idempotent, commutative and associative whatever the order is. What is compared and kept is `normal` of a contact, which
 * must be idempotent. Of equal contacts the incumbent stays.
 */
export function greatest(
  normal: (contact: Contact) => Contact,
  compare: (a: Contact, b: Contact) => number,
): ArbiterFunction {
  return (incumbent, candidate) => {
    if (incumbent === undefined || incumbent === candidate) return normal(candidate);
    const standing = normal(incumbent);
    const arriving = normal(candidate);
    const order = compare(standing, arriving) || compareContent(standing, arriving);
    return order < 0 ? arriving : standing;
  };
}

/** The contact without one of its fields. */
export function without(field: string, contact: Contact): Contact {
  const { [field]: _, ...others } = contact;
  return others as Contact;
}

/** The canonical bytes of `{ id, data }`, then of the whole contact: what is said comes before where it is said. */
function compareContent(a: Contact, b: Contact): number {
  return (
    compareText(canonicalText({ id: a.id, data: a.data }), canonicalText({ id: b.id, data: b.data })) ||
    compareText(canonicalText(a), canonicalText(b))
  );
}
