// Finds a second among nodes of one process, of ids that exist and of ids that do not, by each library.

import { parametersOf } from './lib/parameters.js';
import { record } from './lib/record.js';
import { digits, printTable } from './lib/report.js';
import { chosen } from './peers/libraries.js';
import { measureEach } from './peers/measure-each.js';
import type { LookupPhase, LookupResult } from './peers/measure-lookup.js';

export async function run(args: readonly string[]): Promise<void> {
  const parameters = parametersOf(args, {
    nodes: 128,
    ms: 2_000,
    seed: 1,
    peers: 'disgover-tcp',
    timeout: 300,
    json: '',
  });
  const { nodes, ms, seed, peers, timeout, json } = parameters;
  const measured = await measureEach<LookupResult>(chosen(peers), 'lookup', { nodes, ms, seed }, timeout);
  console.log(`lookup / ${nodes} nodes in one process, ${digits(ms, 0)} ms each, seed ${seed}`);
  for (const ids of ['existing', 'absent'] as const) {
    for (const inFlight of [1, 16]) {
      const head = ['a second', 'right', 'p50 ms', 'p99 ms', 'requests', 'cpu µs each', 'cpu µs a request'];
      const rows = measured.map((row) => {
        if ('failure' in row) return [row.name, row.failure];
        const phase = row.result.phases.find((one) => one.ids === ids && one.inFlight === inFlight);
        return [row.name, ...cells(phase as LookupPhase)];
      });
      printTable([[`${ids}, ${inFlight} in flight`, ...head], ...rows]);
    }
  }
  record(json, 'lookup', parameters, measured);
}

function cells(phase: LookupPhase): string[] {
  const { perSecond, right, recall, p50, p99, requestsEach, cpuEachUs, cpuRequestUs } = phase;
  const closest = recall === undefined || recall === 1 ? '' : ` (${digits(100 * recall, 1)})`;
  return [
    digits(perSecond, perSecond < 10 ? 1 : 0),
    `${digits(100 * right, 1)} %${closest}`,
    digits(p50, 2),
    digits(p99, 2),
    requestsEach === undefined ? '–' : digits(requestsEach, 1),
    digits(cpuEachUs, 0),
    cpuRequestUs === undefined ? '–' : digits(cpuRequestUs, 0),
  ];
}
