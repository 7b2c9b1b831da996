// The parts that are timed: those of the build.

const load = (path: string): Promise<unknown> =>
  import(new URL(`../../dist/${path}.js`, import.meta.url).href);

export const { vectorClock } = (await load(
  'arbiters/vector-clock',
)) as typeof import('../../arbiters/vector-clock.js');
export const { lastWriteWins } = (await load(
  'arbiters/last-write-wins',
)) as typeof import('../../arbiters/last-write-wins.js');
export const { gSet } = (await load('arbiters/g-set')) as typeof import('../../arbiters/g-set.js');
export const { Arbitration } = (await load(
  'src/contacts/arbitrate',
)) as typeof import('../../src/contacts/arbitrate.js');
export const { Contacts } = (await load(
  'src/contacts/observe',
)) as typeof import('../../src/contacts/observe.js');
export const { RoutingTable } = (await load(
  'src/routing/routing-table',
)) as typeof import('../../src/routing/routing-table.js');
export const { Hints } = (await load('src/routing/hints')) as typeof import('../../src/routing/hints.js');
export const { ClosestList, closestOf } = (await load(
  'src/id/closest-list',
)) as typeof import('../../src/id/closest-list.js');
export const { bucketIndex, compareDistance } = (await load(
  'src/id/distance',
)) as typeof import('../../src/id/distance.js');
export {
  Alarms,
  decode,
  EncodedContact,
  encode,
  keyOfBytes,
  Lookup,
  limits,
  SeededRandom,
} from '../lib/internals.js';

export type Key = import('../../src/id/key.js').Key;
