// Finds among nodes of which some have just been killed or stopped, of ids whose hosts are alive.

import { type Phase, timed } from '../lib/phase.js';
import { chooser, shuffle } from '../lib/random.js';
import { share } from '../lib/stats.js';
import { isFound, pairs } from './measure-lookup.js';
import { settled, startNetwork } from './network.js';
import type { Library } from './peer.js';

export interface DeadParameters {
  readonly nodes: number;
  /** Of the nodes, from 0 to below 1. */
  readonly share: number;
  readonly dead: 'closed' | 'frozen';
  readonly finds: number;
  readonly seed: number;
}

export interface DeadResult extends Omit<Phase<unknown>, 'answers'> {
  readonly count: number;
  /** Share of finds with the right contact. */
  readonly right: number;
}

/** A find that takes longer is given up, and is not right. */
const PATIENCE_MS = 10_000;
/** Finds are begun for so long at most. */
const LONGEST_MS = 120_000;

export async function measure(library: Library, parameters: DeadParameters): Promise<DeadResult> {
  const { nodes: count, share: failed, dead, finds, seed } = parameters;
  const choose = chooser(seed);
  const nodes = await startNetwork(library, count, { breaks: true });
  await settled(nodes);
  // The first stays: nodes have joined through it, and some libraries fall back on it.
  const [first, ...others] = nodes;
  const failing = new Set(shuffle(others, choose).slice(0, Math.round(failed * count)));
  const alive = nodes.filter((node) => node === first || !failing.has(node));
  const tasks = shuffle(await pairs(alive), choose);

  const rehearsal = {
    tasks: tasks.splice(0, Math.min(finds, tasks.length / 2)),
    act: isFound,
    inFlight: 4,
    ms: LONGEST_MS / 4,
  };
  const { answers: rehearsed } = await timed({ ...rehearsal, patienceMs: PATIENCE_MS });
  if (!rehearsed.includes(true)) throw new Error(`none of ${rehearsed.length} ids were found`);
  for (const node of failing) {
    if (dead === 'closed') node.die();
    else node.freeze();
  }
  const options = { tasks: tasks.slice(0, finds), act: isFound, inFlight: 1, ms: LONGEST_MS };
  const { answers, ...phase } = await timed({ ...options, patienceMs: PATIENCE_MS });
  return { count: answers.length, right: share(answers), ...phase };
}
