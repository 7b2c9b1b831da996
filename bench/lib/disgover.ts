// What is measured is the package, by its name, as it is shipped. Its types are those of the sources, so that the compiler needs
// neither a build nor what bench/ installs.

const load = (subPath: string): Promise<unknown> => import(`disgover${subPath}`);

export const { Disgover } = (await load('')) as typeof import('../../src/index.js');
export const { runScenario, SimulatedNetwork, VirtualRuntime } = (await load(
  '/testing',
)) as typeof import('../../src/simulation/testing.js');
export const { Hub, memory } = (await load(
  '/transports/memory',
)) as typeof import('../../transports/memory/index.js');
export const { tcp } = (await load('/transports/tcp')) as typeof import('../../transports/tcp/index.js');
export const { ws } = (await load('/transports/ws')) as typeof import('../../transports/ws/index.js');

export type Disgover = import('../../src/index.js').Disgover;
export type { Contact, Link, Transport } from '../../src/index.js';
export type { Scenario, ScenarioResult, Summary } from '../../src/simulation/testing.js';
