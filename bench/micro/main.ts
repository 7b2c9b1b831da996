// `npm run bench -- micro [filter]`: single operations, each proved before it is timed. Nothing gates on these.

import { type Given, word } from '../lib/parameters.js';
import { digits, printTable } from '../lib/report.js';
import { type MicroCase, timeCase } from '../lib/time-case.js';
import { UsageError } from '../lib/usage-error.js';

const groups: readonly (() => Promise<{ readonly cases: readonly MicroCase[] }>)[] = [
  () => import('./codec.js'),
  () => import('./distance.js'),
  () => import('./routing-table.js'),
  () => import('./hints.js'),
  () => import('./observe.js'),
  () => import('./lookup.js'),
  () => import('./alarms.js'),
];

export const flags = { filter: word('only what is named like it') };

export async function run({ filter }: Given<typeof flags>): Promise<void> {
  const cases: MicroCase[] = [];
  for (const load of groups) cases.push(...(await load()).cases);
  const chosen = cases.filter(({ name }) => name.includes(filter));
  if (chosen.length === 0) throw new UsageError(`no case is named like ${filter}`);
  const rows = [['', 'ops/s', 'ns', 'bytes']];
  for (const one of chosen) {
    one.prove();
    const { nanoseconds, bytes } = timeCase(one);
    const allocated = bytes === undefined ? 'n/a' : digits(bytes, 0);
    rows.push([one.name, digits(1e9 / nanoseconds, 0), digits(nanoseconds, 0), allocated]);
  }
  printTable(rows);
}
