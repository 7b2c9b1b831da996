// Which of two keys is closer, and lists in that order.

import { holds, type MicroCase } from '../lib/time-case.js';
import { anyKey } from './contacts.js';
import { bucketIndex, ClosestList, closestOf, compareDistance, type Key } from './engine.js';

const target = anyKey();
const [a, b] = [anyKey(), anyKey()];
/** Differs from `a` in its last byte alone. */
const near = Uint8Array.from(a) as Key;
near[31] = (near[31] as number) ^ 1;

const many = Array.from({ length: 256 }, () => ({ key: anyKey() }));
const sorted = [...many].sort((x, y) => compareDistance(target, x.key, y.key));

function listOf(capacity: number) {
  const list = new ClosestList<{ readonly key: Key }>(target, capacity);
  for (const item of many) list.add(item);
  return list.items;
}

export const cases: readonly MicroCase[] = [
  {
    name: 'distance / compare / keys at random',
    prove: () => holds('an order', compareDistance(target, a, b) === -compareDistance(target, b, a)),
    run: () => compareDistance(target, a, b),
  },
  {
    name: 'distance / compare / 31 bytes in common',
    prove: () => holds('not equal', compareDistance(target, a, near) !== 0),
    run: () => compareDistance(target, a, near),
  },
  {
    name: 'distance / bucket index / keys at random',
    prove: () => holds('the last bucket', bucketIndex(a, near) === 0),
    run: () => bucketIndex(a, b),
  },
  {
    name: 'closest-list / add 256 / 20 kept',
    prove: () =>
      holds(
        'the closest',
        listOf(20).every((item, i) => item === sorted[i]),
      ),
    run: () => listOf(20),
  },
  {
    name: 'closest-list / add 256 / all kept',
    prove: () =>
      holds(
        'all in order',
        listOf(256).every((item, i) => item === sorted[i]),
      ),
    run: () => listOf(256),
  },
  {
    name: 'closest-list / closest of 256 / 20 kept',
    prove: () =>
      holds(
        'the closest',
        closestOf(target, many, 20).every((item, i) => item === sorted[i]),
      ),
    run: () => closestOf(target, many, 20),
  },
];
