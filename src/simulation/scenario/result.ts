// What a run comes to, as a JSON value: equal for equal scenarios.

import type { NetworkCounts } from '../network.js';
import { type Summary, summarize } from '../summary.js';
import type { LookupOutcome } from './events.js';
import type { Costs } from './meter.js';
import type { ResolvedScenario } from './resolve-scenario.js';
import type { NodeCounts, ScenarioNetwork } from './scenario-network.js';
import type { Workload } from './workload.js';

/** Of many announces or lookups. */
export interface CostSummary {
  /** FIND-NODEs that the node sent meanwhile, those still under way and those of its own upkeep included. */
  readonly requests: Summary;
  /** That it sent and received meanwhile. */
  readonly bytes: Summary;
  /** Of virtual time. */
  readonly ms: Summary;
}

export interface ScenarioResult {
  readonly name: string;
  readonly seed: number;
  /** Of every link and every frame that arrived, and when: equal for two runs that did the same. */
  readonly traceHash: string;
  /** From the first start to the end, before the nodes are closed. */
  readonly virtualMs: number;
  /** Timers that ran; each frame's arrival is one. */
  readonly events: number;
  /** `up`: at the end. */
  readonly nodes: NodeCounts & { readonly up: number };
  /** From its start until a node had joined, when the network formed. */
  readonly joinMs: Summary;
  /** Nodes in the routing tables: when the network had formed, and at the end. */
  readonly tables: { readonly formed: Summary; readonly end: Summary };
  readonly announces: CostSummary & { readonly count: number; readonly failed: number };
  readonly lookups: CostSummary & {
    /** Those that ended, and were not interrupted since the asker went. */
    readonly count: number;
    /** Share of them that was right: found at its host, or absent where nobody has it. 1 where there were none. */
    readonly success: number;
    readonly outcomes: Readonly<Record<LookupOutcome, number>>;
    /** Of those found: depth of the first node that had the contact, 0 where the asker holds it. The costs are theirs, too. */
    readonly hops: Summary;
    /** Costs of those that ended with nothing. */
    readonly misses: CostSummary;
  };
  /** Why announces and lookups failed, by code; `nobody is up` where there was no node to register at. */
  readonly failures: Readonly<Record<string, number>>;
  /** What was sent, in all and in each part of the run. `load`: while entities were registered and looked up. */
  readonly network: {
    readonly all: NetworkCounts;
    readonly formation: NetworkCounts;
    readonly load: NetworkCounts;
  };
  /** What nodes left behind when they were closed: 0, or they leak. */
  readonly left: { readonly timers: number; readonly openEnds: number };
}

export interface Measured {
  readonly nodes: ScenarioNetwork;
  readonly workload: Workload;
  readonly joinMs: readonly number[];
  readonly tablesFormed: readonly number[];
  readonly formation: NetworkCounts;
  readonly virtualMs: number;
}

function summarizeCosts({ requests, bytes, ms }: Costs): CostSummary {
  return { requests: summarize(requests), bytes: summarize(bytes), ms: summarize(ms) };
}

export function tableSizes(nodes: ScenarioNetwork): readonly number[] {
  return nodes.up.map(({ node }) => node.routing.size);
}

export function resultOf({ name, seed }: ResolvedScenario, measured: Measured): Omit<ScenarioResult, 'left'> {
  const { nodes, workload, formation } = measured;
  const { outcomes, failures, announces, announcesFailed } = workload;
  const { right, absent, interrupted, ...unlucky } = outcomes;
  const wrong = Object.values(unlucky).reduce((sum, count) => sum + count, 0);
  const count = right + absent + wrong;
  const all = nodes.network.counts;
  return {
    ...{ name, seed, traceHash: nodes.network.traceHash, virtualMs: measured.virtualMs },
    events: nodes.runtime.events,
    nodes: { ...nodes.counts, up: nodes.up.length },
    joinMs: summarize(measured.joinMs),
    tables: { formed: summarize(measured.tablesFormed), end: summarize(tableSizes(nodes)) },
    announces: {
      count: announces.ms.length + announcesFailed,
      failed: announcesFailed,
      ...summarizeCosts(announces),
    },
    lookups: {
      ...{ count, success: count === 0 ? 1 : (right + absent) / count, outcomes: { ...outcomes } },
      hops: summarize(workload.hops),
      ...summarizeCosts(workload.finds),
      misses: summarizeCosts(workload.misses),
    },
    failures: { ...failures },
    network: { all, formation, load: difference(all, formation) },
  };
}

function difference(after: NetworkCounts, before: NetworkCounts): NetworkCounts {
  const pairs = Object.entries(after).map(([name, count]) => [
    name,
    (count as number) - before[name as keyof NetworkCounts],
  ]);
  return Object.fromEntries(pairs) as unknown as NetworkCounts;
}
