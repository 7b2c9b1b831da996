// Finds among nodes in this process: of ids that somebody has, and of ids that nobody has.

import { closest } from '../lib/closest.js';
import { type Phase, timed } from '../lib/phase.js';
import { chooser, shuffle } from '../lib/random.js';
import { meanOf, share } from '../lib/stats.js';
import { startEcho } from './echo.js';
import { settled, startNetwork } from './network.js';
import type { Library, PeerNode } from './peer.js';

export interface LookupParameters {
  readonly nodes: number;
  readonly ms: number;
  readonly seed: number;
}

export interface LookupResult {
  readonly table: number;
  readonly phases: readonly LookupPhase[];
}

export interface LookupPhase extends Omit<Phase<unknown>, 'answers'> {
  readonly ids: 'existing' | 'absent';
  readonly inFlight: number;
  readonly count: number;
  /** Share of finds with the right contact; of absent ids, that ended with all of the k closest nodes, or just with nothing. */
  readonly right: number;
  /** Of absent ids: mean share of the k closest. */
  readonly recall?: number;
  readonly requestsEach?: number;
  /** Both ends of one request of a lookup. */
  readonly cpuRequestUs?: number;
  /** Bare exchanges over a socket within this process, right after, with as many in flight. */
  readonly echo: { readonly perSecond: number; readonly cpuEachUs: number };
}

const IN_FLIGHT = [1, 16];
/** Of the existing ids, for finds that warm up, and prove that there is something to time. */
const REHEARSED = 0.2;
const ECHO_MS = 500;
const ABSENT_IDS = 20_000;
/** A find that takes longer is given up. */
export const PATIENCE_MS = 30_000;

/** A node, and what it is to find. */
export interface Task {
  readonly asker: PeerNode;
  readonly id: string;
  /** Where it is; absent where it is nowhere. */
  readonly where?: string;
}

export async function measure(library: Library, parameters: LookupParameters): Promise<LookupResult> {
  const { nodes: count, ms, seed } = parameters;
  const choose = chooser(seed);
  const nodes = await startNetwork(library, count, { counts: true });
  await settled(nodes);
  const existing = shuffle(await pairs(nodes), choose);
  const absent = () => ({ asker: nodes[choose(count)] as PeerNode, id: library.unusedId() });

  const tasks = existing.splice(0, REHEARSED * existing.length);
  const rehearsal = { tasks, act: isFound, inFlight: 4, ms, patienceMs: PATIENCE_MS };
  const { answers } = await timed(rehearsal);
  if (!answers.includes(true)) throw new Error(`none of ${answers.length} ids were found`);

  const echo = await echoes();
  const phases: LookupPhase[] = [];
  // Nobody is asked for the same id twice.
  const most = Math.floor(existing.length / IN_FLIGHT.length);
  for (const inFlight of IN_FLIGHT) {
    const options = { tasks: existing.splice(0, most), act: isFound, inFlight, ms, patienceMs: PATIENCE_MS };
    const { answers, ...phase } = await counted(nodes, () => timed(options));
    phases.push({
      ids: 'existing',
      inFlight,
      right: share(answers),
      ...phase,
      echo: await echo(inFlight, ms),
    });
  }
  for (const inFlight of IN_FLIGHT) {
    const tasks = Array.from({ length: ABSENT_IDS }, absent);
    const options = { tasks, act: search, inFlight, ms, patienceMs: PATIENCE_MS };
    const { answers, ...phase } = await counted(nodes, () => timed(options));
    const recalls = answers.map((answer, i) => recall(answer, tasks[i] as Task, nodes, library));
    const right = share(recalls.map((found) => found === 1));
    phases.push({
      ids: 'absent',
      inFlight,
      right,
      recall: meanOf(recalls),
      ...phase,
      echo: await echo(inFlight, ms),
    });
  }
  return { table: meanOf(nodes.map((node) => node.tableSize())), phases };
}

async function echoes(): Promise<(inFlight: number, ms: number) => Promise<LookupPhase['echo']>> {
  const end = await startEcho();
  const { send } = await end.meet(end.address);
  const options = { tasks: endless(), act: send, patienceMs: PATIENCE_MS };
  await timed({ ...options, inFlight: 16, ms: ECHO_MS });
  return async (inFlight, ms) => {
    const { perSecond, cpuEachUs } = await timed({ ...options, inFlight, ms: Math.min(ms, ECHO_MS) });
    return { perSecond, cpuEachUs };
  };
}

function* endless(): Generator<undefined, never> {
  for (;;) yield undefined;
}

/** Every node with what every other one hosts. */
export async function pairs(nodes: readonly PeerNode[]): Promise<Required<Task>[]> {
  const hosted: { readonly id: string; readonly host: PeerNode }[] = [];
  for (const host of nodes) hosted.push({ id: await host.register(), host });
  return nodes.flatMap((asker) =>
    hosted
      .filter(({ host }) => host !== asker)
      .map(({ id, host }) => ({ asker, id, where: host.address.where })),
  );
}

export async function isFound({ asker, id, where }: Task): Promise<boolean> {
  return (await asker.find(id)) === where;
}

/** The nodes that it ended with, where there are such; else whether it ended with nothing. */
async function search({ asker, id }: Task): Promise<readonly string[] | boolean> {
  return asker.findClosest?.(id) ?? (await asker.find(id)) === undefined;
}

/** The share of the k closest others. */
function recall(
  answer: readonly string[] | boolean | undefined,
  { asker, id }: Task,
  nodes: readonly PeerNode[],
  { k, keyOf }: Library,
): number {
  if (typeof answer !== 'object') return Number(answer === true);
  const others = nodes.filter((node) => node !== asker).map(({ address }) => address.id);
  const ended = new Set(answer);
  return meanOf(closest(id, others, k, keyOf).map((one) => Number(ended.has(one))));
}

/** With the requests of lookups that all nodes sent meanwhile. */
async function counted<Answer>(
  nodes: readonly PeerNode[],
  run: () => Promise<Phase<Answer>>,
): Promise<Phase<Answer> & Pick<LookupPhase, 'count' | 'requestsEach' | 'cpuRequestUs'>> {
  const sent = () => nodes.reduce((sum, node) => sum + (node.requests?.() ?? Number.NaN), 0);
  const before = sent();
  const phase = await run();
  const count = phase.answers.length;
  const requestsEach = (sent() - before) / count;
  if (Number.isNaN(requestsEach)) return { ...phase, count };
  return { ...phase, count, requestsEach, cpuRequestUs: phase.cpuEachUs / requestsEach };
}
