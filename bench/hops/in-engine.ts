// The lookups in a simulated network of the real engine: of what is there, until it is found, and of absent ids, to the end.

import { checkLeft } from '../lib/check-left.js';
import { closestOf, keyOf } from '../lib/internals.js';
import { partOf } from '../lib/part-of.js';
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
  /** Whether nothing has to be asked: the asker is one of the k closest, which hold the entity. */
  readonly isLocal: boolean;
}

/** Where a node is. */
interface Place {
  readonly id: string;
  readonly key: ReturnType<typeof keyOf>;
}

type Samples = Record<Row, number[]>;

/** A batch for each network; and another, where some nodes are busy, of what these pay once they have looked for much. */
export interface EngineBatches {
  readonly all: readonly Batch[];
  readonly busy: readonly Batch[];
}

export async function measureInEngine(options: HopsOptions): Promise<EngineBatches> {
  const all: Batch[] = [];
  const busy: Batch[] = [];
  for (let i = 0; i < options.networks; i++) {
    const nodes = new SimulatedNodes(options.networks === 1 ? options.seed : options.seed * 1_000 + i);
    await nodes.runtime.run(
      async () => {
        const lookups = partOf(options.lookups, options.networks, i);
        all.push(await measure(nodes, lookups, options));
        if (options.busy > 0) busy.push(await measureBusy(nodes, lookups, options));
        await nodes.close();
      },
      { maxMs: 86_400_000 },
    );
  }
  return { all, busy };
}

async function measure(nodes: SimulatedNodes, lookups: number, options: HopsOptions): Promise<Batch> {
  const { dead, target, attack, k } = options;
  const samples = emptySamples();
  const lies = new Lies(attack, k);
  await nodes.start({ ...options, lies });
  for (const { engine } of nodes.all) samples.table.push(engine.routing.size);

  const isDead = new Set(nodes.all.filter(() => nodes.runtime.random() < dead));
  const alive = nodes.all.filter((node) => !isDead.has(node));
  const honest = alive.filter(({ isAdversary }) => !isAdversary);
  checkLeft(honest.length);
  const next = askersOf(nodes, honest);
  const tasks: Task[] = [];
  const askers = () => Array.from({ length: ASKERS }, next);
  const all = placesOf(nodes.all);
  while (tasks.length < lookups) {
    const targets = Math.min(AT_ONCE, Math.ceil((lookups - tasks.length) / ASKERS));
    if (target === 'node') tasks.push(...ofNode(nodes, honest, askers()));
    else tasks.push(...(await ofEntities(nodes, all, targets, askers, k)));
  }
  nodes.crash([...isDead]);
  lies.begin(alive.filter(({ isAdversary }) => isAdversary).map(({ engine }) => engine.contact));
  await inGroups(tasks.slice(0, lookups), (task) => find(task, options, nodes, samples));

  const absent = Array.from({ length: Math.ceil(lookups * ABSENT_SHARE) }, (): Task => {
    const id = Buffer.from(nodes.runtime.randomBytes(20)).toString('base64');
    return { asker: nodes.any(honest), id, isLocal: false };
  });
  const places = placesOf(alive);
  await inGroups(absent, (task) => certify(task, options, nodes, places, samples));
  return { lookups, samples };
}

/** As many lookups by a few nodes, and as many before that, which are not counted: for these the hints are. */
async function measureBusy(nodes: SimulatedNodes, lookups: number, options: HopsOptions): Promise<Batch> {
  const askers = nodes.all.slice(-options.busy);
  const all = placesOf(nodes.all);
  const look = async () => {
    const samples = emptySamples();
    for (const { engine } of askers) samples.table.push(engine.routing.size);
    for (let count = 0; count < lookups; ) {
      const targets = Math.min(AT_ONCE, Math.ceil((lookups - count) / askers.length));
      const tasks = await ofEntities(nodes, all, targets, () => askers, options.k);
      const counted = tasks.slice(0, lookups - count);
      await inGroups(counted, (task) => find(task, options, nodes, samples));
      count += counted.length;
    }
    return samples;
  };
  await look();
  return { lookups, samples: await look() };
}

/** Anybody, but nobody a second time before all have had their turn: who asks for the first time has no hints yet. */
function askersOf(nodes: SimulatedNodes, honest: readonly SimulatedNode[]): () => SimulatedNode {
  let waiting: SimulatedNode[] = [];
  return () => {
    if (waiting.length === 0) waiting = [...honest];
    const [asker] = waiting.splice(nodes.runtime.integer(waiting.length), 1);
    return asker as SimulatedNode;
  };
}

/** Lookups of a node. */
function ofNode(
  nodes: SimulatedNodes,
  honest: readonly SimulatedNode[],
  askers: readonly SimulatedNode[],
): Task[] {
  const { engine } = nodes.any(honest);
  return askers
    .filter((asker) => asker.engine !== engine)
    .map((asker) => ({ asker, id: engine.id, isLocal: false }));
}

/**
 * Lookups of entities that are registered at any nodes, also at such as are about to be gone. They are registered at once: one after
 * the other, those of a large network would take so much of its time that most of the work would be its upkeep.
 */
async function ofEntities(
  nodes: SimulatedNodes,
  all: readonly Place[],
  count: number,
  askers: () => readonly SimulatedNode[],
  k: number,
): Promise<Task[]> {
  const registered = Array.from({ length: count }, async () => {
    const host = nodes.any();
    const others = askers().filter((asker) => asker !== host);
    const { id } = await host.engine.register({});
    const elsewhere = all.filter((place) => place.id !== host.engine.id);
    const holders = closestOf(keyOf(Buffer.from(id, 'base64')), elsewhere, k).map((holder) => holder.id);
    return others.map((asker) => ({ asker, id, isLocal: holders.includes(asker.engine.id) }));
  });
  return (await Promise.all(registered)).flat();
}

function placesOf(nodes: readonly SimulatedNode[]): Place[] {
  return nodes.map(({ engine: { id } }) => ({ id, key: keyOf(Buffer.from(id, 'base64')) }));
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
  places: readonly Place[],
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
  const truth = closestOf(
    keyOf(Buffer.from(id, 'base64')),
    places.filter((node) => node.id !== engine.id),
    k,
  );
  const reached = new Set(answered);
  samples.recall.push(truth.filter((node) => reached.has(node.id)).length / truth.length);
}

/** The lookup was not able to find: a result, not a fault. */
function isMiss(fault: unknown): boolean {
  const { code } = fault as { readonly code?: unknown };
  return code === 'ERR_LOOKUP_TIMEOUT' || code === 'ERR_NO_NODES';
}
