// Finds a second among nodes of one process, of ids that exist and of ids that do not, by each library.

import { choices, file, type Given, integer, seed } from './lib/parameters.js';
import { digits, printTable } from './lib/report.js';
import { record } from './lib/results.js';
import { libraryNames } from './peers/libraries.js';
import { type Measured, measureEach } from './peers/measure-each.js';
import type { LookupPhase, LookupResult } from './peers/measure-lookup.js';

export const flags = {
  nodes: integer(3, 10_000, 'nodes', 128),
  ms: integer(1, 600_000, 'milliseconds of each row', 2_000),
  seed: seed(1),
  peers: choices(libraryNames, 'libraries', ['disgover-tcp']),
  timeout: integer(1, 86_400, 'seconds for each library', 300),
  json: file('where the results are written'),
};

export async function run(parameters: Given<typeof flags>): Promise<void> {
  const { nodes, ms, seed, peers, timeout, json } = parameters;
  const measured = await measureEach<LookupResult>(peers, 'lookup', { nodes, ms, seed }, timeout);
  console.log(`lookup / ${nodes} nodes in one process, ${digits(ms, 0)} ms each, seed ${seed}`);
  for (const ids of ['existing', 'absent'] as const) {
    for (const inFlight of [1, 16]) {
      const phaseOf = (row: Measured<LookupResult>) =>
        'failure' in row
          ? row.failure
          : (row.result.phases.find((one) => one.ids === ids && one.inFlight === inFlight) as LookupPhase);
      const phases = measured.map((row) => ({ name: row.name, phase: phaseOf(row) }));
      const best = bestOther(phases);
      const rows = phases.map(({ name, phase }) => [
        name,
        ...(typeof phase === 'string' ? [phase] : cells(phase, best)),
      ]);
      printTable([[`${ids}, ${inFlight} in flight`, ...HEAD], ...rows]);
    }
  }
  record(json, { bench: 'lookup', parameters, results: measured });
}

/** Libraries ran one after the other: each is held against the echo of its own minute. */
function speed({ perSecond, echo }: LookupPhase): number {
  return perSecond / echo.perSecond;
}

/** The speed of the fastest other library that was always right. */
function bestOther(
  phases: readonly { readonly name: string; readonly phase: LookupPhase | string }[],
): number {
  const speeds = phases.flatMap(({ name, phase }) =>
    typeof phase === 'string' || phase.right < 1 || name.startsWith('disgover') ? [] : [speed(phase)],
  );
  return speeds.length === 0 ? Number.NaN : Math.max(...speeds);
}

const HEAD = [
  'a second',
  '× echo',
  '× best other',
  'finds',
  'right',
  'p50 ms',
  'p99 ms',
  'requests',
  'cpu µs',
  'cpu a request, × echo',
];

function cells(phase: LookupPhase, best: number): string[] {
  const { count, perSecond, right, recall, p50, p99, cpuEachUs, echo } = phase;
  const { requestsEach = Number.NaN, cpuRequestUs = Number.NaN } = phase;
  const closest = recall === undefined || recall === 1 ? '' : ` (${digits(100 * recall, 1)})`;
  return [
    digits(perSecond, perSecond < 10 ? 1 : 0),
    digits(speed(phase), 4),
    digits(speed(phase) / best, 2),
    digits(count, 0),
    `${digits(100 * right, 1)} %${closest}`,
    digits(p50, 2),
    digits(p99, 2),
    digits(requestsEach, 1),
    digits(cpuEachUs, 0),
    digits(cpuRequestUs / echo.cpuEachUs, 1),
  ];
}
