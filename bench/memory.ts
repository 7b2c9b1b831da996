// What an entity costs the process that hosts it. With `--nodes` or `--peers`: what a node costs, see memory-nodes.ts.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Disgover, memory, type Disgover as Node, SimulatedNetwork, VirtualRuntime } from './lib/disgover.js';
import { choices, file, type Given, integer, refuseGiven } from './lib/parameters.js';
import { digits, printTable } from './lib/report.js';
import { libraryNames } from './peers/libraries.js';

/** Bytes an entity, by the acceptance criteria. */
const GATE_BYTES = 600;
/** Of how many it is timed what they cost, beside the least that could be done with them. */
const TIMED = 100_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

export const flags = {
  // Fewer are lost in what the heap does by itself, as are fewer nodes.
  entities: integer(10_000, 10_000_000, 'entities of one node (100,000)'),
  nodes: integer(16, 10_000, 'or nodes that have joined one another (128)'),
  peers: choices(libraryNames, 'of these libraries (disgover-tcp)'),
  idle: integer(0, 3_600, 'of nodes: seconds that idle connections are waited for (90)'),
  timeout: integer(1, 86_400, 'of nodes: seconds for each library (300)'),
  json: file('of nodes: where the results are written'),
};

export async function run(parameters: Given<typeof flags>): Promise<void> {
  if (parameters.nodes !== undefined || parameters.peers !== undefined) {
    refuseGiven(parameters, ['entities'], 'not together with --nodes or --peers');
    const { nodes = 128, idle = 90, peers = ['disgover-tcp'], timeout = 300, json } = parameters;
    const { runNodes } = await import('./memory-nodes.js');
    return runNodes({ nodes, idle, peers, timeout }, json);
  }
  refuseGiven(parameters, ['idle', 'timeout', 'json'], 'with --nodes or --peers only');
  const { entities = 100_000 } = parameters;
  const runtime = new VirtualRuntime({ seed: 1 });
  const network = new SimulatedNetwork(runtime);
  const start = (host: string): Promise<Node> =>
    runtime.run(Disgover.start({ transport: memory({ network, host }), runtime }));

  // What every run of this code costs once is not the entities'.
  const rehearsal = await start('rehearsal');
  await registerAll(rehearsal, 1_000);
  await rehearsal.close();

  const node = await start('host');
  const before = await bytesUsed();
  await registerAll(node, entities);
  const after = await bytesUsed();
  const registered = node.snapshot().collections.find(({ name }) => name === 'registrations')?.size;
  if (registered !== entities) throw new Error(`${registered} registrations`);

  const each = (after - before) / entities;
  const timed = await timeOf(node);
  console.log(`memory / entities ${digits(entities, 0)}`);
  printTable([
    ['heap, external and array buffers', 'bytes'],
    ['before', digits(before, 0)],
    ['after', digits(after, 0)],
    ['an entity', digits(each, 0)],
  ]);
  console.log(`routing tables: 1, of ${node.routing.size} nodes`);
  console.log(
    `register: ${digits(timed.perSecond, 0)} a second; ${digits(timed.ratio, 1)} x JSON.stringify and Map.set of the same`,
  );
  console.log(
    `${each <= GATE_BYTES ? 'within' : 'BEYOND'} the gate: ${digits(GATE_BYTES, 0)} bytes an entity`,
  );
  if (each > GATE_BYTES) process.exitCode = 1;
  await node.close();
}

/** Side by side in turns, so that both meet the same machine. */
async function timeOf(node: Node): Promise<{ readonly perSecond: number; readonly ratio: number }> {
  const kept = new Map<string, string>();
  let [registerMs, leastMs] = [0, 0];
  for (let i = 0; i < TIMED; i += 1_000) {
    const entities = Array.from({ length: 1_000 }, (_, j) => entityOf(`timed-${i + j}`, j));
    const startMs = performance.now();
    for (const entity of entities) await node.register(entity);
    const middleMs = performance.now();
    for (const entity of entities) kept.set(entity.id, JSON.stringify(entity));
    registerMs += middleMs - startMs;
    leastMs += performance.now() - middleMs;
  }
  return { perSecond: (1_000 * TIMED) / registerMs, ratio: registerMs / leastMs };
}

/** Entities as of an actor system: a name for an id, and a little data. */
async function registerAll(node: Node, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await node.register(entityOf(`actor-${i}`, i));
  }
}

function entityOf(name: string, i: number) {
  return { id: Buffer.from(name).toString('base64'), data: { kind: 'worker', shard: i % 64 } };
}

async function bytesUsed(): Promise<number> {
  // What finalizers let go of is collected by the next.
  for (let i = 0; i < 4; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
