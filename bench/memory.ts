// What an entity costs the process that hosts it. With `--nodes` or `--peers`: what a node costs, see memory-nodes.ts.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Disgover, memory, type Disgover as Node, SimulatedNetwork, VirtualRuntime } from './lib/disgover.js';
import { integers } from './lib/flags.js';
import { digits, printTable } from './lib/report.js';

/** Bytes an entity, by the acceptance criteria. */
const GATE_BYTES = 1_024;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

export async function run(args: readonly string[]): Promise<void> {
  if (args.some((flag) => /^--(nodes|peers)(=|$)/.test(flag))) {
    const { runNodes } = await import('./memory-nodes.js');
    return runNodes(args);
  }
  const { entities } = integers(args, { entities: 100_000 });
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
  console.log(`memory / entities ${digits(entities, 0)}`);
  printTable([
    ['heap, external and array buffers', 'bytes'],
    ['before', digits(before, 0)],
    ['after', digits(after, 0)],
    ['an entity', digits(each, 0)],
  ]);
  console.log(`routing tables: 1, of ${node.routing.size} nodes`);
  console.log(
    `${each <= GATE_BYTES ? 'within' : 'BEYOND'} the gate: ${digits(GATE_BYTES, 0)} bytes an entity`,
  );
  if (each > GATE_BYTES) process.exitCode = 1;
  await node.close();
}

/** Entities as of an actor system: a name for an id, and a little data. */
async function registerAll(node: Node, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const id = Buffer.from(`actor-${i}`).toString('base64');
    await node.register({ id, data: { kind: 'worker', shard: i % 64 } });
  }
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
