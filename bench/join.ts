// Processor time to join, for a node, by each library, beside that of a bare connection in the same process.

import { choices, file, flag, type Given, integer } from './lib/parameters.js';
import { digits, printTable } from './lib/report.js';
import { record } from './lib/results.js';
import { libraryNames } from './peers/libraries.js';
import { measureEach } from './peers/measure-each.js';
import type { JoinResult } from './peers/measure-join.js';

export const flags = {
  nodes: integer(2, 10_000, 'nodes', 128),
  identity: flag('nodes of disgover prove their ids'),
  peers: choices(libraryNames, 'libraries', ['disgover-tcp']),
  timeout: integer(1, 86_400, 'seconds for each library', 300),
  json: file('where the results are written'),
};

export async function run(parameters: Given<typeof flags>): Promise<void> {
  const { nodes, identity, peers, timeout, json } = parameters;
  const measured = await measureEach<JoinResult>(peers, 'join', { nodes, identity }, timeout);
  const proof = identity ? 'with' : 'without';
  console.log(
    `join / ${nodes} nodes through one seed, one after the other; disgover ${proof} proof of identity`,
  );
  const head = ['until joined, cpu ms', 'until settled', '× a connection', 'table', 'a connection, cpu ms'];
  const rows = measured.map((row) => [row.name, ...('failure' in row ? [row.failure] : cells(row.result))]);
  printTable([['a node', ...head], ...rows]);
  record(json, { bench: 'join', parameters, results: measured });
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
