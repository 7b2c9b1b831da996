// Hints as a walk reads them, and as replies write them, with all places of the default budget taken.

import { holds, type MicroCase } from '../lib/time-case.js';
import { anyContact, anyKey } from './contacts.js';
import { closestOf, Hints } from './engine.js';

const BUDGET = 4 * 1_024 * 1_024;
/** As many as a walk takes. */
const COUNT = 6;

const hints = new Hints(BUDGET);
const contacts = Array.from({ length: hints.most }, () => anyContact());
for (const contact of contacts) hints.heard(contact, anyKey(), 1_000);

const targets = Array.from({ length: 64 }, anyKey);
const size = `${hints.size.toLocaleString('en')} hints`;
let turn = 0;

export const cases: readonly MicroCase[] = [
  {
    name: `hints / closest ${COUNT} / ${size}`,
    prove: () => {
      const found = targets.map((target) => hints.closest(target, COUNT, 2_000).map(({ id }) => id));
      const truth = targets.map((target) => new Set(closestOf(target, contacts, COUNT).map(({ id }) => id)));
      const right = found.flatMap((ids, i) => ids.map((id) => truth[i]?.has(id) === true));
      holds(
        'the closest, but for those that found no place',
        right.filter(Boolean).length > 0.9 * right.length,
      );
    },
    run: () => hints.closest(targets[turn++ & 63] as (typeof targets)[number], COUNT, 2_000),
  },
  {
    name: `hints / heard of again / ${size}`,
    prove: () => holds('no more than there were', hints.size <= hints.most),
    run: () => {
      const contact = contacts[turn++ % contacts.length] as (typeof contacts)[number];
      hints.heard(contact, contact.key, 3_000);
    },
  },
];
