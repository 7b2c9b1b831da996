// `disgover/testing`: what tests of a plugin, and simulations of whole networks, are made of.

export type { Latency } from './latency.js';
export { type NetworkCounts, SimulatedNetwork, type SimulatedNetworkOptions } from './network.js';
export { type TestRunner, type TransportSuiteOptions, transportSuite } from './transport-suite.js';
export { type RunOptions, VirtualRuntime, type VirtualRuntimeOptions } from './virtual-runtime.js';
