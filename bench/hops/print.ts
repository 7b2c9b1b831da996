// The figures of a run in the terminal.

import { histogram } from '../lib/histogram.js';
import { digits, printTable } from '../lib/report.js';
import { type Measured, rows, rowsOf } from './figures.js';
import type { HopsOptions } from './options.js';

/** What is told beside the figures: all that is not as it is by default. */
export function titleOf(options: HopsOptions): string {
  const { nodes, isModel, target, k, alpha, seed, networks } = options;
  const { paths, dead, adversaries, attack, known, tellsKnown, plain, diverse, late } = options;
  const { hintBytes, busy } = options;
  const parts = [
    `${digits(nodes, 0)} nodes`,
    isModel ? 'model' : 'engine',
    `target ${target}`,
    `k ${k}`,
    `alpha ${paths === 1 ? alpha : 1}`,
    ...(paths > 1 ? [`${paths} paths`] : []),
    ...(dead > 0 ? [`${digits(100 * dead, 0)} % dead`] : []),
    ...(adversaries > 0 ? [`${digits(100 * adversaries, 0)} % ${attack}`] : []),
    ...(known > 0 ? [`${digits(known, 0)} known beyond the table${tellsKnown ? ', and told' : ''}`] : []),
    ...(plain ? ['plain'] : []),
    ...(diverse ? ['diverse buckets'] : []),
    ...(Number.isFinite(late) ? [`late after ${late}`] : []),
    ...(busy > 0 ? [`${busy} busy nodes alone`] : []),
    ...(hintBytes === undefined ? [] : [`${digits(hintBytes, 0)} B of hints`]),
    `seed ${seed}`,
    ...(networks > 1 ? [`${networks} networks`] : []),
  ];
  return parts.join(', ');
}

export function printMeasured(measured: Measured): void {
  const { options, figures, lookups, found, hops } = measured;
  console.log(`hops / ${titleOf(options)}`);
  printTable([
    ['', 'mean', '95 % ±', 'p50', 'p95', 'p99', 'max'],
    ...rowsOf(measured).map((row) => {
      const { mean, interval, p50, p95, p99, max } = figures[row];
      const after = row === 'recall' || row.startsWith('time') ? 2 : 0;
      const cells = [p50, p95, p99, max].map((value) => digits(value, after));
      return [rows[row], digits(mean, 3), digits(interval, 3), ...cells];
    }),
  ]);
  console.log(
    `found ${digits((100 * found) / lookups, 2)} % of ${digits(lookups, 0)}; time in median round trips`,
  );
  console.log('\nhops');
  for (const line of histogram(hops)) console.log(line);
}
