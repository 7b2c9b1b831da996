// What finds cost just after a share of the nodes was killed or stopped, by each library.

import { parametersOf } from './lib/parameters.js';
import { record } from './lib/record.js';
import { digits, printTable } from './lib/report.js';
import { chosen } from './peers/libraries.js';
import type { DeadResult } from './peers/measure-dead.js';
import { measureEach } from './peers/measure-each.js';

export async function run(args: readonly string[]): Promise<void> {
  const parameters = parametersOf(args, {
    nodes: 128,
    dead: 'closed,frozen',
    share: 0.25,
    finds: 300,
    seed: 1,
    peers: 'disgover-tcp',
    timeout: 300,
    json: '',
  });
  const { nodes, share, finds, seed, peers, timeout, json } = parameters;
  const results: Record<string, object> = {};
  for (const dead of chosen(parameters.dead, ['closed', 'frozen'])) {
    const given = { nodes, share, dead, finds, seed };
    const measured = await measureEach<DeadResult>(chosen(peers), 'dead', given, timeout);
    console.log(
      `dead / ${digits(100 * share, 0)} % of ${nodes} nodes ${dead}, up to ${finds} finds, seed ${seed}`,
    );
    const rows = measured.map((row) => [row.name, ...('failure' in row ? [row.failure] : cells(row.result))]);
    printTable([['1 in flight', 'finds', 'right', 'p50 ms', 'p99 ms', 'cpu µs each'], ...rows]);
    results[dead] = measured;
  }
  record(json, 'dead', parameters, results);
}

function cells({ count, right, p50, p99, cpuEachUs }: DeadResult): string[] {
  return [String(count), `${digits(100 * right, 1)} %`, digits(p50, 2), digits(p99, 2), digits(cpuEachUs, 0)];
}
