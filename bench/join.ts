// Processor time to join, for a node, by each library, beside that of a bare connection in the same process.

import { parametersOf } from './lib/parameters.js';
import { record } from './lib/record.js';
import { digits, printTable } from './lib/report.js';
import { chosen } from './peers/libraries.js';
import { measureEach } from './peers/measure-each.js';
import type { JoinResult } from './peers/measure-join.js';

export async function run(args: readonly string[]): Promise<void> {
  const parameters = parametersOf(args, {
    nodes: 128,
    identity: false,
    peers: 'disgover-tcp',
    timeout: 300,
    json: '',
  });
  const { nodes, identity, peers, timeout, json } = parameters;
  const measured = await measureEach<JoinResult>(chosen(peers), 'join', { nodes, identity }, timeout);
  const proof = identity ? 'with' : 'without';
  console.log(
    `join / ${nodes} nodes through one seed, one after the other; disgover ${proof} proof of identity`,
  );
  const head = ['until joined, cpu ms', 'until settled', '× a connection', 'table', 'a connection, cpu ms'];
  const rows = measured.map((row) => [row.name, ...('failure' in row ? [row.failure] : cells(row.result))]);
  printTable([['a node', ...head], ...rows]);
  record(json, 'join', parameters, measured);
}

function cells({ joinedMs, settledMs, isSettled, table, connectMs }: JoinResult): string[] {
  return [
    digits(joinedMs, 2),
    `${isSettled ? '' : '> '}${digits(settledMs, 2)}`,
    digits(settledMs / connectMs, 0),
    digits(table, 0),
    digits(connectMs, 3),
  ];
}
