// Resident memory of a node, by each library.

import { digits, printTable } from './lib/report.js';
import { record } from './lib/results.js';
import { measureEach } from './peers/measure-each.js';
import type { MemoryResult } from './peers/measure-memory.js';

export interface NodesParameters {
  readonly nodes: number;
  /** Seconds that idle connections are waited for. */
  readonly idle: number;
  readonly peers: readonly string[];
  /** Seconds for each library. */
  readonly timeout: number;
}

export async function runNodes(parameters: NodesParameters, json: string | undefined): Promise<void> {
  const { nodes, idle, peers, timeout } = parameters;
  const measured = await measureEach<MemoryResult>(peers, 'memory', { nodes, idle }, timeout);
  console.log(`memory / ${nodes} nodes in one process`);
  const rows = measured.map((row) => [row.name, ...('failure' in row ? [row.failure] : cells(row.result))]);
  printTable([['a node', 'resident KiB', 'heap KiB', 'table', 'connections'], ...rows]);
  record(json, { bench: 'memory', parameters, results: measured });
}

function cells({ resident, heap, table, links }: MemoryResult): string[] {
  return [
    digits(resident / 1_024, 0),
    digits(heap / 1_024, 0),
    digits(table, 0),
    digits(links ?? Number.NaN, 1),
  ];
}
