// What a lookup costs, in the simulated engine or in the model: exact under its seed.

import { writeFileSync } from 'node:fs';
import { type Measured, measuredOf } from './hops/figures.js';
import { passesGate } from './hops/gates.js';
import { measureInEngine } from './hops/in-engine.js';
import { measureInModel } from './hops/in-model.js';
import { type HopsOptions, help, parseHops } from './hops/options.js';
import { printMeasured } from './hops/print.js';
import { countsOf } from './lib/histogram.js';
import { provenance, writeJson } from './lib/results.js';
import { reportPage } from './report/page.js';

export async function run(args: readonly string[]): Promise<void> {
  const flags = parseHops(args);
  if (flags === undefined) return console.log(help);
  const all: Measured[] = [];
  for (const options of flags.runs) {
    for (const measured of await measureHops(options)) {
      if (all.push(measured) > 1) console.log();
      printMeasured(measured);
      if (!passesGate(measured)) process.exitCode = 1;
    }
  }
  const origin = provenance();
  if (flags.json !== undefined) writeJson(flags.json, { ...origin, runs: all.map(asResult) });
  if (flags.report !== undefined) writeFileSync(flags.report, reportPage(all, origin));
}

/** Of all nodes; and, where some are busy, of these alone. */
export async function measureHops(options: HopsOptions): Promise<Measured[]> {
  if (options.isModel) return [measuredOf(options, measureInModel(options))];
  const { all, busy } = await measureInEngine(options);
  const ofAll = measuredOf({ ...options, busy: 0 }, all);
  return busy.length === 0 ? [ofAll] : [ofAll, measuredOf(options, busy)];
}

function asResult({ options, lookups, found, figures, hops }: Measured) {
  return { options, lookups, found, figures, hops: Object.fromEntries(countsOf(hops)) };
}
