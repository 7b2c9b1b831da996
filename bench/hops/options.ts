// What `npm run bench -- hops` accepts.

import { parseArgs } from 'node:util';
import { type Attack, attacks } from '../model/adversaries.js';

export const help = `npm run bench -- hops [options]

What a lookup costs: hops, requests, bytes, time, success, recall. Figures are exact under their seed.

  --nodes N[,N…]       nodes (1000); several sizes make a curve in the report
  --model              the model instead of the simulated engine; always so above 10000 nodes
  --target entity|node what is looked for (entity)
  --k N --alpha N      as the engine's options (20, 3)
  --paths D            disjoint paths (1)
  --dead F             share of nodes that are gone, tables not repaired (0)
  --adversaries F      share of nodes that lie (0)
  --attack NAME        ${attacks.join(', ')} (colluding)
  --lookups N          lookups in all (engine 1000, model 4000)
  --networks N         networks they are spread over (engine 1, model up to 20)
  --seed S             (1)
  --json FILE          writes the figures
  --report FILE.html   writes a page with plots

in the engine only:
  --hint-bytes N       its option hintBytes: 0 for none (its default)
  --busy N             then N nodes alone look for twice as many; the second half is shown beside (0)

in the model only:
  --known N            contacts that each node remembers beyond its table (0)
  --budget BYTES       the same as memory, of contacts of --contact-bytes N (128)
  --tell-known         they are told to others, too
  --plain              alpha at a time throughout, as in the textbook: nobody is asked alone, no burst at the end
  --diverse            the entries of a bucket are spread over its sub-ranges
  --late F             median round trips until the next is asked in the place of a slow one (never)`;

/** Above this the real engine takes too long, or too much memory. */
const ENGINE_NODES = 10_000;

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

export interface HopsFlags {
  /** One run a size. */
  readonly runs: readonly HopsOptions[];
  readonly json: string | undefined;
  readonly report: string | undefined;
}

/** `undefined` when help is asked for. @throws Error that says which flag is wrong. */
export function parseHops(args: readonly string[]): HopsFlags | undefined {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ nodes: text, target: text, k: text, alpha: text, paths: text, dead: text },
      ...{ lookups: text, networks: text, seed: text, json: text, report: text, adversaries: text },
      ...{ attack: text, known: text, budget: text, 'contact-bytes': text, late: text, 'hint-bytes': text },
      busy: text,
      ...{ model: flag, 'tell-known': flag, diverse: flag, plain: flag, help: flag },
    },
  });
  if (values.help) return undefined;

  const number = (
    name: keyof typeof values,
    fallback: number,
    isFit: (value: number) => boolean,
    what: string,
  ) => {
    const value = values[name] === undefined ? fallback : Number(values[name]);
    if (!isFit(value)) throw new Error(`--${name}: ${what}`);
    return value;
  };
  const natural = (name: keyof typeof values, fallback: number) =>
    number(name, fallback, (value) => Number.isSafeInteger(value) && value >= 0, 'a natural number');
  const share = (name: keyof typeof values) =>
    number(name, 0, (value) => value >= 0 && value < 1, 'a share from 0 to below 1');
  const choice = <Name extends string>(name: 'target' | 'attack', names: readonly Name[], fallback: Name) => {
    const chosen = names.find((known) => known === (values[name] ?? fallback));
    if (chosen === undefined) throw new Error(`--${name}: ${names.join(', ')}`);
    return chosen;
  };

  const budget = Math.floor(natural('budget', 0) / natural('contact-bytes', 128));
  const shared = {
    target: choice('target', ['entity', 'node'], 'entity'),
    k: natural('k', 20),
    alpha: natural('alpha', 3),
    paths: natural('paths', 1),
    dead: share('dead'),
    adversaries: share('adversaries'),
    attack: choice('attack', attacks, 'colluding'),
    known: natural('known', budget),
    tellsKnown: values['tell-known'],
    diverse: values.diverse,
    plain: values.plain,
    late: number('late', Number.POSITIVE_INFINITY, (value) => value > 0, 'a positive number'),
    seed: natural('seed', 1),
    busy: natural('busy', 0),
    ...(values['hint-bytes'] !== undefined && { hintBytes: natural('hint-bytes', 0) }),
  };
  const runs = (values.nodes ?? '1000').split(',').map((size): HopsOptions => {
    const nodes = Number(size);
    if (!Number.isSafeInteger(nodes) || nodes < 2)
      throw new Error('--nodes: whole numbers from 2, with commas');
    const isModel = values.model || nodes > ENGINE_NODES;
    const networks = isModel ? Math.max(1, Math.min(20, Math.floor(300_000 / nodes))) : 1;
    return {
      ...shared,
      nodes,
      isModel,
      lookups: natural('lookups', isModel ? 4_000 : 1_000),
      networks: natural('networks', networks),
    };
  });
  if (
    runs.some(({ isModel }) => !isModel) &&
    (shared.known > 0 || shared.diverse || shared.plain || Number.isFinite(shared.late))
  )
    throw new Error('--known, --budget, --diverse, --plain, --late: in the model only, add --model');
  if (shared.busy > 0 && (runs.some(({ isModel }) => isModel) || shared.dead + shared.adversaries > 0))
    throw new Error('--busy: in the engine only, where all nodes are alive and honest');
  return { runs, json: values.json, report: values.report };
}
