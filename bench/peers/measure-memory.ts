// What a process grows by with each node, after the tables are settled and idle connections closed.

import { setTimeout as sleep } from 'node:timers/promises';
import { settled, startNetwork } from './network.js';
import type { Library, PeerNode } from './peer.js';

export interface MemoryParameters {
  readonly nodes: number;
  /** Seconds that idle connections are waited for. */
  readonly idle: number;
}

export interface MemoryResult {
  /** Bytes for one node: resident, and of them the heap with what hangs on it. */
  readonly resident: number;
  readonly heap: number;
  readonly table: number;
  /** Connections of one node that were open at the end; absent where there are none. */
  readonly links?: number;
}

/** Nodes that are started before, so that what a library costs once is not counted. */
const REHEARSED = 4;
const LOOK_MS = 1_000;

export async function measure(library: Library, parameters: MemoryParameters): Promise<MemoryResult> {
  const { nodes: count, idle } = parameters;
  const rehearsed = await startNetwork(library, REHEARSED, {});
  await settled(rehearsed);
  for (const node of rehearsed) await node.close();

  const before = await used();
  const nodes = await startNetwork(library, count, {});
  await settled(nodes);
  const links = await untilIdle(nodes, 1_000 * idle);
  const after = await used();
  return {
    resident: (after.resident - before.resident) / count,
    heap: (after.heap - before.heap) / count,
    table: nodes.reduce((sum, node) => sum + node.tableSize(), 0) / count,
    ...(links !== undefined && { links: links / count }),
  };
}

/** How many are open when none is, or at the end of the time. */
async function untilIdle(nodes: readonly PeerNode[], ms: number): Promise<number | undefined> {
  if (nodes[0]?.links === undefined) return undefined;
  const open = () => nodes.reduce((sum, node) => sum + (node.links?.() ?? 0), 0);
  const startedAt = performance.now();
  while (open() > 0 && performance.now() - startedAt < ms) await sleep(LOOK_MS);
  return open();
}

async function used(): Promise<{ readonly resident: number; readonly heap: number }> {
  const { gc: collectGarbage } = globalThis as { readonly gc?: () => void };
  // What finalizers let go of is collected by the next; freed pages go back to the system a little later.
  for (let i = 0; i < 4; i++) {
    collectGarbage?.();
    await sleep(LOOK_MS / 4);
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { resident: rss, heap: heapUsed + external };
}
