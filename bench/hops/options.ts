// What `npm run bench -- hops` accepts.

import {
  choice,
  file,
  flag,
  type Given,
  integer,
  integers,
  number,
  refuseGiven,
  seed,
} from '../lib/parameters.js';
import { UsageError } from '../lib/usage-error.js';
import { type Attack, attacks } from '../model/adversaries.js';

/** Above this the real engine takes too long, or too much memory. */
export const ENGINE_NODES = 10_000;
const MODEL_NODES = 10_000_000;
const MOST_K = 20;
const MODEL_ONLY = ['known', 'budget', 'contact-bytes', 'tell-known', 'plain', 'diverse', 'late'] as const;

export const flags = {
  nodes: integers(2, MODEL_NODES, 'several sizes make a curve in the report', [1_000]),
  model: flag('the model in place of the engine; always so above 10,000 nodes'),
  target: choice(['entity', 'node'], 'what is looked for', 'entity'),
  k: integer(1, MOST_K, "the engine's option", MOST_K),
  alpha: integer(1, MOST_K, 'its option concurrency, at most k (3)'),
  paths: integer(1, MOST_K, 'disjoint paths, at most k', 1),
  dead: number(0, 0.99, 'share of nodes that are gone; in the model tables are not repaired', 0),
  adversaries: number(0, 0.99, 'share of nodes that lie', 0),
  attack: choice(attacks, 'how they do', 'colluding'),
  lookups: integer(1, 100_000, 'lookups in all (engine 1,000, model 4,000)'),
  networks: integer(1, 1_000, 'networks they are spread over (engine 1, model up to 20)'),
  seed: seed(1),
  json: file('where the figures are written'),
  report: file('where a page with plots is written'),
  'hint-bytes': integer(0, 2 ** 30, "engine only: its option, 0 for none (the engine's default)"),
  busy: integer(1, ENGINE_NODES - 1, 'engine only: so many nodes then look alone, and are shown beside'),
  known: integer(1, MODEL_NODES, 'model only: contacts that each node remembers beyond its table'),
  budget: integer(1, 2 ** 40, 'model only: the same as memory in bytes'),
  'contact-bytes': integer(1, 2 ** 16, 'model only: of each contact in the budget (128)'),
  'tell-known': flag('model only: they are told to others, too'),
  plain: flag('model only: alpha at a time throughout, nobody is asked alone, no burst at the end'),
  diverse: flag('model only: the entries of a bucket are spread over its sub-ranges'),
  late: number(0.01, 1_000, 'model only: median round trips until the next is asked in place of a slow one'),
};

export interface HopsOptions {
  readonly nodes: number;
  readonly isModel: boolean;
  readonly target: 'entity' | 'node';
  readonly k: number;
  readonly alpha: number;
  readonly paths: number;
  readonly dead: number;
  readonly adversaries: number;
  readonly attack: Attack;
  readonly known: number;
  readonly tellsKnown: boolean;
  readonly diverse: boolean;
  readonly plain: boolean;
  readonly late: number;
  /** Nodes that look for more than others; 0: none. In the engine only, as the next. */
  readonly busy: number;
  /** Absent: the engine's default. */
  readonly hintBytes?: number;
  readonly lookups: number;
  readonly networks: number;
  readonly seed: number;
}

/** One run a size. @throws UsageError that names the flag, for what does not go together. */
export function hopsOf(given: Given<typeof flags>): HopsOptions[] {
  const { k, target, paths, dead, adversaries, attack, plain, diverse, seed } = given;
  const {
    alpha = Math.min(3, k),
    busy = 0,
    late = Number.POSITIVE_INFINITY,
    'hint-bytes': hintBytes,
  } = given;
  const areModels = given.nodes.map((nodes) => given.model || nodes > ENGINE_NODES);
  if (areModels.includes(true)) refuseGiven(given, ['hint-bytes', 'busy'], 'in the engine only');
  if (areModels.includes(false)) refuseGiven(given, MODEL_ONLY, 'in the model only, add --model');
  if (given.budget === undefined) refuseGiven(given, ['contact-bytes'], 'with --budget only');
  else refuseGiven(given, ['known'], 'not together with --budget');
  if (given.known === undefined && given.budget === undefined)
    refuseGiven(given, ['tell-known'], 'with --known or --budget only');
  if (alpha > k) throw new UsageError(`--alpha: an integer 1..${k}, which is k`);
  if (paths > k) throw new UsageError(`--paths: an integer 1..${k}, which is k`);
  if (busy > 0 && dead + adversaries > 0)
    throw new UsageError('--busy: only where all nodes are alive and honest');
  const { known = Math.floor((given.budget ?? 0) / (given['contact-bytes'] ?? 128)) } = given;
  return given.nodes.map((nodes, i): HopsOptions => {
    const isModel = areModels[i] as boolean;
    if (busy >= nodes) throw new UsageError(`--busy: an integer 1..${nodes - 1}, fewer than there are nodes`);
    const { lookups = isModel ? 4_000 : 1_000 } = given;
    const usualNetworks = isModel ? Math.max(1, Math.min(20, lookups, Math.floor(300_000 / nodes))) : 1;
    const { networks = usualNetworks } = given;
    if (networks > lookups) throw new UsageError(`--networks: an integer 1..${lookups}, a lookup for each`);
    return {
      ...{ nodes, isModel, target, k, alpha, paths, dead, adversaries, attack, known, plain, diverse, late },
      ...{ lookups, networks, seed, busy, tellsKnown: given['tell-known'] },
      ...(hintBytes !== undefined && { hintBytes }),
    };
  });
}
