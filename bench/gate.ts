// Counted figures against those of baseline.json: what CI runs. Seconds are never looked at.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Compared, compare, compared, type Standing } from './gate/compare.js';
import type { Measured } from './hops/figures.js';
import { type HopsOptions, flags as hopsFlags, hopsOf } from './hops/options.js';
import { measureHops } from './hops.js';
import { flag, type Given, parametersOf } from './lib/parameters.js';
import { digits, printTable } from './lib/report.js';
import { writeJson } from './lib/results.js';

/** Each a command line of `hops`, small enough for all together to take less than a minute. */
const cases = [
  '--nodes 100 --lookups 200',
  '--nodes 60 --lookups 200 --dead 0.2',
  '--model --nodes 10000 --lookups 800 --networks 1',
  '--model --nodes 10000 --lookups 500 --networks 1 --dead 0.3',
  '--model --nodes 10000 --lookups 300 --networks 1 --adversaries 0.2 --attack fresh --paths 4',
];

type Baseline = Readonly<Record<string, Standing>>;

const file = fileURLToPath(new URL('baseline.json', import.meta.url));

export const flags = { update: flag('writes the baseline anew') };

export async function run({ update }: Given<typeof flags>): Promise<void> {
  const standings = new Map<string, Standing>();
  for (const line of cases) standings.set(line, await measure(line));
  if (update) return writeJson(file, Object.fromEntries(standings));
  const baseline: Baseline = JSON.parse(readFileSync(file, 'utf8'));
  const worse: string[] = [];
  for (const [line, standing] of standings) worse.push(...show(line, baseline[line], standing));
  for (const line of worse) console.log(line);
  console.log(
    worse.length === 0 ? 'none is worse than the baseline' : `${worse.length} WORSE than the baseline`,
  );
  if (worse.length > 0) process.exitCode = 1;
}

async function measure(line: string): Promise<Standing> {
  const [options] = hopsOf(parametersOf(line.split(' '), hopsFlags)) as [HopsOptions];
  const [measured] = (await measureHops(options)) as [Measured];
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
function show(line: string, before: Standing | undefined, now: Standing): string[] {
  if (before === undefined) return [`${line}: not in the baseline, write it with --update`];
  const rows = compare(before, now);
  printTable([
    [line, 'baseline', 'now', 'allowed'],
    ...rows.map(({ figure, before, now, allowed }) => [
      figure,
      ...[before, now, allowed].map((value) => digits(value, 3)),
    ]),
  ]);
  return rows
    .filter(({ isWorse }) => isWorse)
    .map(({ figure, now, allowed }) => `${line}: ${figure} ${digits(now, 3)}, allowed ${digits(allowed, 3)}`);
}

function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
