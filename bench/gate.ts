// Counted figures against those of baseline.json: what CI runs. Seconds are never looked at.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Measured, Row } from './hops/figures.js';
import { parseHops } from './hops/options.js';
import { measureHops } from './hops.js';
import { digits, printTable } from './lib/report.js';
import { writeJson } from './lib/results.js';

/** Each a command line of `hops`, small enough for all together to take less than a minute. */
const cases = [
  '--nodes 100 --lookups 200',
  '--nodes 100 --lookups 200 --dead 0.2',
  '--model --nodes 10000 --lookups 800 --networks 1',
  '--model --nodes 10000 --lookups 500 --networks 1 --dead 0.3',
  '--model --nodes 10000 --lookups 300 --networks 1 --adversaries 0.2 --attack fresh --paths 4',
];

/** What is compared, and which way is worse. */
const compared = [
  ['hops', 1],
  ['requestsToFind', 1],
  ['requestsToEnd', 1],
  ['bytesToFind', 1],
  ['bytesToEnd', 1],
  ['recall', -1],
] as const satisfies readonly (readonly [Row, 1 | -1])[];
type Compared = (typeof compared)[number][0];

/** By how much a mean may be worse, besides the width of its interval: other draws of chance are no change for the worse. */
const MARGIN = 0.02;

interface Standing {
  readonly found: number;
  readonly figures: Readonly<Record<Compared, { readonly mean: number; readonly interval: number }>>;
}
type Baseline = Readonly<Record<string, Standing>>;

const file = fileURLToPath(new URL('baseline.json', import.meta.url));

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { update: { type: 'boolean', default: false } } });
  const standings = new Map<string, Standing>();
  for (const line of cases) standings.set(line, await measure(line));
  if (values.update) return writeJson(file, Object.fromEntries(standings));
  const baseline: Baseline = JSON.parse(readFileSync(file, 'utf8'));
  const worse: string[] = [];
  for (const [line, standing] of standings) worse.push(...compare(line, baseline[line], standing));
  for (const line of worse) console.log(line);
  console.log(
    worse.length === 0 ? 'none is worse than the baseline' : `${worse.length} WORSE than the baseline`,
  );
  if (worse.length > 0) process.exitCode = 1;
}

async function measure(line: string): Promise<Standing> {
  const [options] = parseHops(line.split(' '))?.runs ?? [];
  if (options === undefined) throw new Error(`no case: ${line}`);
  const measured: Measured = await measureHops(options);
  const figures = compared.map(([row]): [Compared, Standing['figures'][Compared]] => {
    const { mean, interval } = measured.figures[row];
    return [row, { mean: rounded(mean), interval: rounded(interval) }];
  });
  return {
    found: measured.found / measured.lookups,
    figures: Object.fromEntries(figures) as Record<Compared, Standing['figures'][Compared]>,
  };
}

/** Shows the case beside its baseline. Returns what is worse, a line each. */
function compare(line: string, before: Standing | undefined, now: Standing): string[] {
  if (before === undefined) return [`${line}: not in the baseline, write it with --update`];
  const worse = now.found < before.found ? [`${line}: found ${now.found}, before ${before.found}`] : [];
  const table = [[line, 'baseline', 'now', 'allowed']];
  table.push(['found', digits(before.found, 4), digits(now.found, 4), digits(before.found, 4)]);
  for (const [row, sign] of compared) {
    const { mean, interval } = before.figures[row];
    const allowed = mean + sign * (MARGIN * mean + interval);
    const value = now.figures[row].mean;
    table.push([row, ...[mean, value, allowed].map((figure) => digits(figure, 3))]);
    if (sign * (value - allowed) > 0)
      worse.push(`${line}: ${row} ${digits(value, 3)}, allowed ${digits(allowed, 3)}`);
  }
  printTable(table);
  return worse;
}

function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
