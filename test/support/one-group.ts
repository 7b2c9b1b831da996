// Whether nodes are one group: each finds each.

import type { SimulatedNodes } from './simulated-nodes.js';

/** Who does not find whom. */
export async function strangers(nodes: SimulatedNodes): Promise<string[]> {
  const missing: string[] = [];
  for (const [from, node] of nodes.byName) {
    for (const [to, { id }] of nodes.byName) {
      const found = await node.find(id, { fresh: true }).catch(() => undefined);
      if (found === undefined) missing.push(`${from} → ${to}`);
    }
  }
  return missing;
}

/** How many groups there are, as tables have it. */
export function groups(nodes: SimulatedNodes): number {
  const groupOf = new Map(nodes.all.map(({ id }, i) => [id as string, i]));
  for (const node of nodes.all) {
    for (const { id } of node.snapshot().nodes) {
      const [own, other] = [groupOf.get(node.id), groupOf.get(id)];
      if (other !== undefined && own !== undefined)
        for (const [one, group] of groupOf) if (group === other) groupOf.set(one, own);
    }
  }
  return new Set(groupOf.values()).size;
}
