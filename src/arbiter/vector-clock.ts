// The default arbiter: the contact with the greater clock wins whole.

import type { Arbiter } from '../contracts/arbiter.js';
import type { Contact } from '../contracts/contact.js';
import { quote } from '../errors.js';
import { checkClock, isClock, successor } from './clock.js';
import { greatest, without } from './greatest.js';

/**
 * The field `vectorClock`: a counter, or a counter for each node that writes the contact. Counts are integers from 0 to
 * 2^53 - 1, absent ones are 0. A plain counter is the component of a node whose name is empty.
 */
export type VectorClock = number | { readonly [node: string]: number };

/** How one version stands to another. `concurrent`: each has seen an update that the other has not. */
export type VectorClockOrder = 'before' | 'after' | 'equal' | 'concurrent';

/**
 * Keeps the contact with the later `vectorClock`, whole, transport included. Equal clocks: the larger canonical bytes (RFC
 * 8785) of `{ id, data }`, then of the whole contact. Whatever is no clock counts as none, that is 0, and is dropped.
 *
 * A version that another dominates (Fidge 1988, Mattern 1989: no component greater, one less) always loses to it. Of
 * concurrent versions one is kept as well: the one with more updates in all, then by content.
 * `compareVectorClocks` tells whether two versions, say those of a `conflict` event, were concurrent.
 *
 * As a plain counter it is a version number and detects no concurrent writes.
 *
 * `arbiterDefaults` fills in 0, or where the node knows a version of the contact, the one after it: who registers without a
 * clock replaces what was there. @throws DisgoverError `ERR_BAD_CLOCK` for a clock that is neither a counter nor a map with
 * at least one counter.
 */
export function vectorClock(): Arbiter {
  return {
    arbiter: greatest(withoutAlienClock, compareUpdates),
    arbiterDefaults: (contact, { known }) => ({ ...contact, vectorClock: clockOf(contact, known) }),
  };
}

/**
 * Compares two values of the field component by component. What is absent or no clock has no updates:
 * `compareVectorClocks({ a: 2 }, { a: 1 })` is `'after'`, `compareVectorClocks({ a: 1 }, { b: 1 })` is `'concurrent'`.
 */
export function compareVectorClocks(a: unknown, b: unknown): VectorClockOrder {
  const left = componentsOf(a);
  const right = componentsOf(b);
  const differences = [...new Set([...left.keys(), ...right.keys()])].map(
    (node) => (left.get(node) ?? 0) - (right.get(node) ?? 0),
  );
  const isAhead = differences.some((difference) => difference > 0);
  const isBehind = differences.some((difference) => difference < 0);
  if (isAhead) return isBehind ? 'concurrent' : 'after';
  return isBehind ? 'before' : 'equal';
}

/**
 * The contact as its next version: a copy with one more update by `node`, to be registered. Default: the nameless node, so
 * that a counter stays a counter. @throws DisgoverError `ERR_CLOCK_EXHAUSTED` after 2^53 - 1 updates by that node.
 */
export function advance<Given extends { readonly [field: string]: unknown }>(
  contact: Given,
  node = '',
): Given & { readonly vectorClock: VectorClock } {
  const components = componentsOf(contact.vectorClock);
  const next = successor(components.get(node) ?? 0);
  const isCounter = node === '' && !isMap(contact.vectorClock);
  return {
    ...contact,
    vectorClock: isCounter ? next : Object.fromEntries(components.set(node, next)),
  };
}

// "The dominating version, else the larger content" is no order: with a before b, and c concurrent to both and between them
// by content, a > c > b > a, and what remains depends on who met first. The sum of the components grows whenever one of them
// does, so it extends dominance to an order in which any two versions compare. Nor may the winner take over the
// loser's clock: its sum would grow by being merged, and with it its rank.
function compareUpdates(a: Contact, b: Contact): number {
  const left = updatesIn(a.vectorClock);
  const right = updatesIn(b.vectorClock);
  return left < right ? -1 : Number(left > right);
}

/** A bigint where a double could not hold the sum; the two compare exactly. */
function updatesIn(clock: unknown): number | bigint {
  if (isClock(clock)) return clock;
  let updates = 0n;
  for (const count of componentsOf(clock).values()) updates += BigInt(count);
  return updates;
}

/** Bounded by the 256 keys that an object of a contact may have. */
function componentsOf(clock: unknown): Map<string, number> {
  if (!isVectorClock(clock)) return new Map();
  const components = typeof clock === 'number' ? [['', clock] as const] : Object.entries(clock);
  return new Map(components.filter(([, count]) => count > 0));
}

function isVectorClock(value: unknown): value is VectorClock {
  if (!isMap(value)) return isClock(value);
  const counts = Object.values(value);
  return counts.length > 0 && counts.every(isClock);
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withoutAlienClock(contact: Contact): Contact {
  const { vectorClock: clock } = contact;
  return clock === undefined || isVectorClock(clock) ? contact : without('vectorClock', contact);
}

function clockOf({ vectorClock: given }: Contact, known: Contact | undefined): VectorClock {
  if (given !== undefined) return checkVectorClock(given);
  return known === undefined ? 0 : advance(known).vectorClock;
}

function checkVectorClock(value: unknown): VectorClock {
  const counts = isMap(value) ? Object.entries(value) : [];
  if (counts.length === 0) return checkClock(value);
  return Object.fromEntries(
    counts.map(([node, count]) => [node, checkClock(count, `vectorClock[${quote(node)}]: `)]),
  );
}
