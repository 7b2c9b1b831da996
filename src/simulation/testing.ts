// `disgover/testing`: what tests of a plugin, and simulations of whole networks, are made of.

export type { Distribution } from './distribution.js';
export type { HostTraffic } from './host.js';
export type { Latency } from './latency.js';
export { type NetworkCounts, SimulatedNetwork, type SimulatedNetworkOptions } from './network.js';
export type { Plane, Regions } from './places.js';
export type { LookupOutcome, ScenarioEvent } from './scenario/events.js';
export type { CostSummary, ScenarioResult } from './scenario/result.js';
export { type RunScenarioOptions, runScenario, type ScenarioProgress } from './scenario/run-scenario.js';
export type {
  Action,
  Churn,
  Entities,
  Fault,
  Lookups,
  NodeOptions,
  NodeSet,
  Return,
  Scenario,
  ScenarioJoin,
  StartingNode,
} from './scenario/scenario.js';
export { ScenarioFailure } from './scenario/scenario-failure.js';
export type { NodeCounts, ScenarioNetwork } from './scenario/scenario-network.js';
export type { ScenarioNode } from './scenario/scenario-node.js';
export { SeededRandom } from './seeded-random.js';
export type { Summary } from './summary.js';
export { type TestRunner, type TransportSuiteOptions, transportSuite } from './transport-suite.js';
export { type RunOptions, VirtualRuntime, type VirtualRuntimeOptions } from './virtual-runtime.js';
