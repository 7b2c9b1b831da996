// Makes the faults of a scenario happen, each at its moment, and end.

import type { ScenarioEvent } from './events.js';
import type { Fault, Return } from './scenario.js';
import type { ScenarioNetwork } from './scenario-network.js';
import type { ScenarioNode } from './scenario-node.js';

type Of<Type extends Fault['type']> = Extract<Fault, { readonly type: Type }>;

/** What ends it. */
type End = () => void | Promise<void>;
type Player<Type extends Fault['type']> = (fault: Of<Type>, nodes: ScenarioNetwork) => End | Promise<End>;

const nothing: End = () => {};
const names = (nodes: readonly ScenarioNode[]) => nodes.map(({ name }) => name);
const chosen = ({ nodes }: { readonly nodes: Of<'crash'>['nodes'] }, network: ScenarioNetwork) =>
  network.select(nodes)[0] as ScenarioNode[];

const players: { readonly [Type in Fault['type']]: Player<Type> } = {
  partition: ({ groups }, nodes) => nodes.network.partition(...nodes.select(...groups).map(names)),
  cut: ({ from, to }, nodes) => {
    const [near = [], far = []] = nodes.select(from, to).map(names);
    return nodes.network.cut(near, far);
  },
  heal: (_fault, { network }) => {
    network.heal();
    return nothing;
  },
  crash: (fault, nodes) => go(chosen(fault, nodes), (node) => nodes.crash(node), fault, nodes),
  leave: (fault, nodes) => go(chosen(fault, nodes), (node) => nodes.leave(node), fault, nodes),
  restart: async (fault, nodes) => {
    await Promise.all(chosen(fault, nodes).map((node) => nodes.start(node, fault)));
    return nothing;
  },
  freeze: (fault, nodes) => {
    const frozen = chosen(fault, nodes);
    for (const { name } of frozen) nodes.network.freeze(name);
    return () => {
      for (const { name } of frozen) nodes.network.thaw(name);
    };
  },
  thaw: (fault, nodes) => {
    for (const { name } of chosen(fault, nodes)) nodes.network.thaw(name);
    return nothing;
  },
  loss: ({ share }, { network }) => {
    const before = network.loss;
    network.loss = share;
    return () => {
      network.loss = before;
    };
  },
  latency: ({ latency }, { network }) => {
    const before = network.latencyMs;
    network.latencyMs = latency;
    return () => {
      network.latencyMs = before;
    };
  },
};

/** Resolves when the fault has happened, and ended where it does. */
export async function playFault(
  fault: Fault,
  nodes: ScenarioNetwork,
  onEvent: (event: ScenarioEvent) => void,
): Promise<void> {
  await nodes.sleep(fault.atMs - nodes.elapsedMs);
  const player = players[fault.type] as (fault: Fault, nodes: ScenarioNetwork) => End | Promise<End>;
  const end = await player(fault, nodes);
  onEvent({ type: 'fault', fault });
  const { forMs } = fault as { readonly forMs?: number };
  if (forMs === undefined) return;
  await nodes.sleep(fault.atMs + forMs - nodes.elapsedMs);
  await end();
  onEvent({ type: 'faultEnded', fault });
}

async function go(
  gone: readonly ScenarioNode[],
  leave: (node: ScenarioNode) => Promise<void>,
  how: Return,
  nodes: ScenarioNetwork,
): Promise<End> {
  await Promise.all(gone.map(leave));
  return async () => {
    await Promise.all(gone.map((node) => nodes.start(node, how)));
  };
}
