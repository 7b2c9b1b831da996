// What it costs a process to have many nodes join, one after the other, through the first; and what a bare connection costs it.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { settled, startNetwork } from './network.js';
import type { Library } from './peer.js';

export interface JoinParameters {
  readonly nodes: number;
  /** Whether nodes prove their ids, where the library leaves the choice. */
  readonly identity: boolean;
}

export interface JoinResult {
  /** User and system of the process for one node, milliseconds: until the last said that it has joined. */
  readonly joinedMs: number;
  /** And until no table changed any more. */
  readonly settledMs: number;
  /** False when tables still changed after a minute. */
  readonly isSettled: boolean;
  readonly table: number;
  /** For one TCP connection, both ends, milliseconds. */
  readonly connectMs: number;
}

const CONNECTIONS = 1_000;
/** Nodes that are started before, so that what a library costs once is not counted. */
const REHEARSED = 4;

export async function measure(
  library: Library,
  { nodes: count, identity }: JoinParameters,
): Promise<JoinResult> {
  const rehearsed = await startNetwork(library, REHEARSED, { proves: identity });
  for (const node of rehearsed) await node.close();
  const connectMs = await connects();

  const before = process.cpuUsage();
  const spent = () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000 / count;
  };
  const nodes = await startNetwork(library, count, { proves: identity });
  const joinedMs = spent();
  const isSettled = await settled(nodes);
  const table = nodes.reduce((sum, node) => sum + node.tableSize(), 0) / count;
  return { joinedMs, settledMs: spent(), isSettled, table, connectMs };
}

async function connects(): Promise<number> {
  const server = createServer({ noDelay: true }, (socket) => socket.on('error', () => socket.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const open = async () => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return socket;
  };
  for (let i = 0; i < CONNECTIONS / 10; i++) (await open()).destroy();
  const before = process.cpuUsage();
  const sockets = [];
  for (let i = 0; i < CONNECTIONS; i++) sockets.push(await open());
  const { user, system } = process.cpuUsage(before);
  for (const socket of sockets) socket.destroy();
  server.close();
  return (user + system) / 1_000 / CONNECTIONS;
}
