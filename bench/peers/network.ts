// Many nodes of one library in this process, that join through the first, one after the other.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Library, PeerNode, StartOptions } from './peer.js';

/** Tables that have not changed for so long are settled. */
const QUIET_MS = 2_000;
const LOOK_MS = 100;
/** Tables that go on changing are taken as they are after so long. */
const PATIENCE_MS = 60_000;

export async function startNetwork(
  library: Library,
  count: number,
  options: Omit<StartOptions, 'seeds' | 'isCrowded'>,
): Promise<readonly PeerNode[]> {
  const nodes: PeerNode[] = [];
  for (let i = 0; i < count; i++) {
    const seeds = nodes.slice(0, 1).map(({ address }) => address);
    nodes.push(await library.start({ ...options, seeds, isCrowded: true }));
  }
  return nodes;
}

/** Resolves when no table has gained or lost for two seconds, to whether that came about. */
export async function settled(nodes: readonly PeerNode[]): Promise<boolean> {
  const sizes = () => nodes.map((node) => node.tableSize()).join();
  const startedAt = performance.now();
  let [last, changedAt] = [sizes(), startedAt];
  for (;;) {
    await sleep(LOOK_MS);
    const [now, current] = [performance.now(), sizes()];
    if (current !== last) [last, changedAt] = [current, now];
    if (now - changedAt >= QUIET_MS) return true;
    if (now - startedAt >= PATIENCE_MS) return false;
  }
}
