// What a lookup costs, in the simulated engine or in the model: exact under its seed.

import { type Measured, measuredOf } from './hops/figures.js';
import { passesGate } from './hops/gates.js';
import { measureInEngine } from './hops/in-engine.js';
import { measureInModel } from './hops/in-model.js';
import { type HopsOptions, help, parseHops } from './hops/options.js';
import { printMeasured } from './hops/print.js';
import { provenance, writeJson } from './lib/results.js';

export async function run(args: readonly string[]): Promise<void> {
  const flags = parseHops(args);
  if (flags === undefined) return console.log(help);
  const all: Measured[] = [];
  for (const options of flags.runs) {
    const measured = await measureHops(options);
    if (all.push(measured) > 1) console.log();
    printMeasured(measured);
    if (!passesGate(measured)) process.exitCode = 1;
  }
  if (flags.json !== undefined) writeJson(flags.json, { ...provenance(), runs: all.map(asResult) });
}

export async function measureHops(options: HopsOptions): Promise<Measured> {
  return measuredOf(options, options.isModel ? measureInModel(options) : await measureInEngine(options));
}

function asResult({ options, lookups, found, figures, hops }: Measured) {
  const counts = Object.fromEntries(
    [...new Set(hops)]
      .sort((a, b) => a - b)
      .map((hop) => [hop, hops.filter((other) => other === hop).length]),
  );
  return { options, lookups, found, figures, hops: counts };
}
