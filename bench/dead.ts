// What finds cost just after a share of the nodes was killed or stopped, by each library.

import { choices, file, type Given, integer, number, seed } from './lib/parameters.js';
import { digits, printTable } from './lib/report.js';
import { record } from './lib/results.js';
import { UsageError } from './lib/usage-error.js';
import { libraryNames } from './peers/libraries.js';
import type { DeadResult } from './peers/measure-dead.js';
import { measureEach } from './peers/measure-each.js';

export const flags = {
  nodes: integer(3, 10_000, 'nodes', 128),
  dead: choices(['closed', 'frozen'], 'how they end', ['closed', 'frozen']),
  share: number(0, 0.99, 'share of the nodes that are killed or stopped', 0.25),
  finds: integer(1, 100_000, 'finds before, and as many after', 300),
  seed: seed(1),
  peers: choices(libraryNames, 'libraries', ['disgover-tcp']),
  timeout: integer(1, 86_400, 'seconds for each library', 300),
  json: file('where the results are written'),
};

export async function run(parameters: Given<typeof flags>): Promise<void> {
  const { nodes, share, finds, seed, peers, timeout, json } = parameters;
  if (nodes - Math.round(share * nodes) < 2) throw new UsageError('--share: fewer than two nodes are left');
  const results: Record<string, object> = {};
  for (const dead of parameters.dead) {
    const given = { nodes, share, dead, finds, seed };
    const measured = await measureEach<DeadResult>(peers, 'dead', given, timeout);
    console.log(
      `dead / ${digits(100 * share, 0)} % of ${nodes} nodes ${dead}, up to ${finds} finds, seed ${seed}`,
    );
    const rows = measured.map((row) => [row.name, ...('failure' in row ? [row.failure] : cells(row.result))]);
    printTable([['1 in flight', 'finds', 'right', 'p50 ms', 'p99 ms', 'cpu µs each'], ...rows]);
    results[dead] = measured;
  }
  record(json, { bench: 'dead', parameters, results });
}

function cells({ count, right, p50, p99, cpuEachUs }: DeadResult): string[] {
  return [String(count), `${digits(100 * right, 1)} %`, digits(p50, 2), digits(p99, 2), digits(cpuEachUs, 0)];
}
