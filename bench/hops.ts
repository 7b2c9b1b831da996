// What a lookup costs, in the simulated engine or in the model: exact under its seed.

import { writeFileSync } from 'node:fs';
import { type Measured, measuredOf, rowsOf } from './hops/figures.js';
import { passesGate } from './hops/gates.js';
import { measureInEngine } from './hops/in-engine.js';
import { measureInModel } from './hops/in-model.js';
import { flags, type HopsOptions, hopsOf } from './hops/options.js';
import { printMeasured } from './hops/print.js';
import { countsOf } from './lib/histogram.js';
import type { Given } from './lib/parameters.js';
import { provenance, record } from './lib/results.js';
import { reportPage } from './report/page.js';

export { flags };

export async function run(given: Given<typeof flags>): Promise<void> {
  const all: Measured[] = [];
  for (const options of hopsOf(given)) {
    for (const measured of await measureHops(options)) {
      if (all.push(measured) > 1) console.log();
      printMeasured(measured);
      if (!passesGate(measured)) process.exitCode = 1;
    }
  }
  record(given.json, { runs: all.map(asResult) });
  if (given.report !== undefined) writeFileSync(given.report, reportPage(all, provenance()));
}

/** Of all nodes; and, where some are busy, of these alone. */
export async function measureHops(options: HopsOptions): Promise<Measured[]> {
  if (options.isModel) return [measuredOf(options, measureInModel(options))];
  const { all, busy } = await measureInEngine(options);
  const ofAll = measuredOf({ ...options, busy: 0 }, all);
  return busy.length === 0 ? [ofAll] : [ofAll, measuredOf(options, busy)];
}

function asResult(measured: Measured) {
  const { options, lookups, found, figures, hops } = measured;
  const shown = Object.fromEntries(rowsOf(measured).map((row) => [row, figures[row]]));
  return { options, lookups, found, figures: shown, hops: Object.fromEntries(countsOf(hops)) };
}
