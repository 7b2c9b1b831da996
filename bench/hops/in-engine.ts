// The lookups in a simulated network of the real engine: of what is there, until it is found, and of absent ids, to the end.

import { closestOf, keyOf } from '../lib/internals.js';
import { type Batch, emptySamples, type Row } from './figures.js';
import { Lies } from './lies.js';
import type { HopsOptions } from './options.js';
import { ROUND_TRIP_MS, type SimulatedNode, SimulatedNodes } from './simulated-nodes.js';

/** Lookups of each target, each from another node. */
const ASKERS = 5;
/** As many lookups of absent ids as every fifth of the others: each costs five times as much. */
const ABSENT_SHARE = 1 / 5;
/** Lookups at once, by as many askers: they share the time that passes, and nothing else. */
const AT_ONCE = 50;

interface Task {
  readonly asker: SimulatedNode;
  readonly id: string;
  /** Whether nothing has to be asked: the asker holds the entity. */
  readonly isLocal: boolean;
}

type Samples = Record<Row, number[]>;

export async function measureInEngine(options: HopsOptions): Promise<Batch[]> {
  const batches: Batch[] = [];
  for (let i = 0; i < options.networks; i++) {
    const nodes = new SimulatedNodes(options.networks === 1 ? options.seed : options.seed * 1_000 + i);
    const maxMs = 86_400_000;
    batches.push(await nodes.runtime.run(() => measure(nodes, options), { maxMs }));
  }
  return batches;
}

async function measure(nodes: SimulatedNodes, options: HopsOptions): Promise<Batch> {
  const { dead, target, attack, k } = options;
  const lookups = Math.ceil(options.lookups / options.networks);
  const samples = emptySamples();
  const lies = new Lies(attack, k);
  await nodes.start({ ...options, lies });
  for (const { engine } of nodes.all) samples.table.push(engine.routing.size);

  const isDead = new Set(nodes.all.filter(() => nodes.runtime.random() < dead));
  const alive = nodes.all.filter((node) => !isDead.has(node));
  const honest = alive.filter(({ isAdversary }) => !isAdversary);
  const tasks: Task[] = [];
  while (tasks.length < lookups)
    tasks.push(...(target === 'node' ? ofNode(nodes, honest) : await ofEntity(nodes, honest)));
  nodes.crash([...isDead]);
  lies.begin(alive.filter(({ isAdversary }) => isAdversary).map(({ engine }) => engine.contact));
  await inGroups(tasks.slice(0, lookups), (task) => find(task, options, nodes, samples));

  const absent = Array.from({ length: Math.ceil(lookups * ABSENT_SHARE) }, (): Task => {
    const id = Buffer.from(nodes.runtime.randomBytes(20)).toString('base64');
    return { asker: nodes.any(honest), id, isLocal: false };
  });
  await inGroups(absent, (task) => certify(task, options, nodes, alive, samples));
  await nodes.close();
  return { lookups, samples };
}

/** Lookups of a node. */
function ofNode(nodes: SimulatedNodes, honest: readonly SimulatedNode[]): Task[] {
  const { engine } = nodes.any(honest);
  const askers = Array.from({ length: ASKERS }, () => nodes.any(honest));
  return askers
    .filter((asker) => asker.engine !== engine)
    .map((asker) => ({ asker, id: engine.id, isLocal: false }));
}

/** Lookups of an entity that is registered at any node, also at one that is about to be gone. */
async function ofEntity(nodes: SimulatedNodes, honest: readonly SimulatedNode[]): Promise<Task[]> {
  const host = nodes.any();
  const askers = Array.from({ length: ASKERS }, () => nodes.any(honest)).filter((asker) => asker !== host);
  const before = askers.map(heldBy);
  const { id } = await host.engine.register({});
  return askers.map((asker, i) => ({ asker, id, isLocal: heldBy(asker) !== before[i] }));
}

/** How many contacts a node holds for others. */
function heldBy({ engine }: SimulatedNode): number | undefined {
  return engine.snapshot().collections.find(({ name }) => name === 'held')?.size;
}

async function inGroups(tasks: readonly Task[], run: (task: Task) => Promise<void>): Promise<void> {
  const group: Task[] = [];
  const runGroup = async () => {
    await Promise.all(group.splice(0).map(run));
  };
  for (const task of tasks) {
    // What an asker sends is counted for one lookup at a time.
    if (group.length === AT_ONCE || group.some(({ asker }) => asker === task.asker)) await runGroup();
    group.push(task);
  }
  await runGroup();
}

/** Looks for what is there. A node counts as found with the answer that names it, an entity with the contact itself. */
async function find(
  { asker, id, isLocal }: Task,
  { paths, target }: HopsOptions,
  { runtime }: SimulatedNodes,
  samples: Samples,
): Promise<void> {
  if (isLocal) return sample(samples, 0, 0, 0, 0);
  const { engine, transport } = asker;
  const start = { sent: transport.sent, bytes: transport.bytes, ms: runtime.now() };
  const costs = () =>
    [
      transport.sent - start.sent,
      transport.bytes - start.bytes,
      (runtime.now() - start.ms) / ROUND_TRIP_MS,
    ] as const;
  const costsAfter = new Map<string | undefined, ReturnType<typeof costs>>();
  try {
    for await (const step of engine.lookup(id, { paths })) {
      costsAfter.set(step.id, costs());
      if (step.found?.id !== id) continue;
      if (target === 'entity') return sample(samples, step.hop, ...costs());
      return sample(samples, step.hop - 1, ...(costsAfter.get(step.toldBy) ?? ([0, 0, 0] as const)));
    }
  } catch (fault) {
    if (!isMiss(fault)) throw fault;
  }
}

function sample(samples: Samples, hops: number, requests: number, bytes: number, time: number): void {
  samples.hops.push(hops);
  samples.requestsToFind.push(requests);
  samples.bytesToFind.push(bytes);
  samples.timeToFind.push(time);
}

/** Looks for what nobody has: the walk ends when the k closest have answered. */
async function certify(
  { asker: { engine, transport }, id }: Task,
  { paths, k }: HopsOptions,
  { runtime }: SimulatedNodes,
  alive: readonly SimulatedNode[],
  samples: Samples,
): Promise<void> {
  const start = { sent: transport.sent, bytes: transport.bytes, ms: runtime.now() };
  const answered: string[] = [];
  try {
    for await (const step of engine.lookup(id, { paths }))
      if (step.type === 'answered') answered.push(step.id);
  } catch (fault) {
    if (!isMiss(fault)) throw fault;
  }
  samples.requestsToEnd.push(transport.sent - start.sent);
  samples.bytesToEnd.push(transport.bytes - start.bytes);
  samples.timeToEnd.push((runtime.now() - start.ms) / ROUND_TRIP_MS);
  const others = alive.filter((node) => node.engine !== engine).map((node) => node.engine.id);
  const truth = closest(id, others, k);
  const reached = new Set(closest(id, answered, k));
  samples.recall.push(truth.filter((node) => reached.has(node)).length / truth.length);
}

function closest(id: string, ids: readonly string[], count: number): string[] {
  const keyed = ids.map((id) => ({ id, key: keyOf(Buffer.from(id, 'base64')) }));
  return closestOf(keyOf(Buffer.from(id, 'base64')), keyed, count).map(({ id }) => id);
}

/** The lookup was not able to find: a result, not a fault. */
function isMiss(fault: unknown): boolean {
  const { code } = fault as { readonly code?: unknown };
  return code === 'ERR_LOOKUP_TIMEOUT' || code === 'ERR_NO_NODES';
}
