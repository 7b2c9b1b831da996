// Resident memory of a node, by each library.

import { parametersOf } from './lib/parameters.js';
import { record } from './lib/record.js';
import { digits, printTable } from './lib/report.js';
import { chosen } from './peers/libraries.js';
import { measureEach } from './peers/measure-each.js';
import type { MemoryResult } from './peers/measure-memory.js';

export async function runNodes(args: readonly string[]): Promise<void> {
  const parameters = parametersOf(args, {
    nodes: 128,
    idle: 90,
    peers: 'disgover-tcp',
    timeout: 300,
    json: '',
  });
  const { nodes, idle, peers, timeout, json } = parameters;
  const measured = await measureEach<MemoryResult>(chosen(peers), 'memory', { nodes, idle }, timeout);
  console.log(`memory / ${nodes} nodes in one process`);
  const rows = measured.map((row) => [row.name, ...('failure' in row ? [row.failure] : cells(row.result))]);
  printTable([['a node', 'resident KiB', 'heap KiB', 'table', 'connections'], ...rows]);
  record(json, 'memory', parameters, measured);
}

function cells({ resident, heap, table, links }: MemoryResult): string[] {
  return [
    digits(resident / 1_024, 0),
    digits(heap / 1_024, 0),
    digits(table, 0),
    links === undefined ? '–' : digits(links, 1),
  ];
}
