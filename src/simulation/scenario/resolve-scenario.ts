// Checks a scenario and fills in what it leaves out. The only place that knows the defaults.

import { quote } from '../../errors.js';
import { limits } from '../../limits.js';
import {
  badOption,
  checkArray,
  checkBoolean,
  checkFields,
  checkFunction,
  checkInteger,
  checkNumber,
  checkShare,
} from '../check.js';
import { checkDistribution } from '../distribution.js';
import { checkLatency, type Latency } from '../latency.js';
import { checkFault } from './check-fault.js';
import type { Action, Churn, Entities, Fault, Lookups, Scenario, ScenarioJoin } from './scenario.js';

export interface ResolvedScenario
  extends Required<Omit<Scenario, 'join' | 'churn' | 'entities' | 'lookups' | 'options' | 'check'>> {
  readonly join: Required<Omit<ScenarioJoin, 'overMs'>> & Pick<ScenarioJoin, 'overMs'>;
  readonly churn: Required<Churn> | undefined;
  readonly entities: Entities;
  readonly lookups: Required<Omit<Lookups, 'overMs'>> & Pick<Lookups, 'overMs'>;
  readonly options: NonNullable<Scenario['options']>;
  readonly check: NonNullable<Scenario['check']>;
  readonly faults: readonly Fault[];
  readonly actions: readonly Action[];
}

const FIELDS = [
  'name',
  'seed',
  'nodes',
  'k',
  'alpha',
  'identities',
  'join',
  'latency',
  'loss',
  'churn',
  'faults',
  'entities',
  'lookups',
  'durationMs',
  'options',
  'actions',
  'check',
] satisfies (keyof Scenario)[];

const MOST_NODES = 100_000;
const MOST = 100_000_000;
/** A year: what no run lasts. */
const LONGEST_MS = 366 * 86_400_000;
const USUAL_LATENCY: Latency = { type: 'lognormal', medianMs: 25, sigma: 0.5 };

/** @throws DisgoverError `ERR_BAD_OPTION`, with the path of what is wrong. */
export function resolveScenario(scenario: Scenario): ResolvedScenario {
  checkFields('scenario', scenario, FIELDS);
  const { name = 'scenario', seed = 1, nodes, k = limits.contactsInReply, loss = 0 } = scenario;
  const { alpha = Math.min(3, k), identities = false, latency = USUAL_LATENCY, durationMs = 0 } = scenario;
  const { options = () => ({}), check = () => {} } = scenario;
  if (typeof name !== 'string') throw badOption('scenario.name must be a string');
  checkInteger('scenario.seed', seed, 0, Number.MAX_SAFE_INTEGER);
  checkInteger('scenario.nodes', nodes, 1, MOST_NODES);
  checkInteger('scenario.k', k, 1, limits.contactsInReply);
  checkInteger('scenario.alpha', alpha, 1, k);
  checkBoolean('scenario.identities', identities);
  checkLatency('scenario.latency', latency);
  checkShare('scenario.loss', loss);
  checkNumber('scenario.durationMs', durationMs, 0, LONGEST_MS);
  checkFunction('scenario.options', options);
  checkFunction('scenario.check', check);
  const entities = resolveEntities(scenario.entities);
  return {
    ...{ name, seed, nodes, k, alpha, identities, latency, loss, durationMs, options, check, entities },
    join: resolveJoin(scenario.join),
    churn: scenario.churn && resolveChurn(scenario.churn),
    faults: checkArray('scenario.faults', scenario.faults ?? []).map((fault, i) =>
      checkFault(`scenario.faults[${i}]`, fault, nodes),
    ),
    lookups: resolveLookups(scenario.lookups, entities),
    actions: checkArray('scenario.actions', scenario.actions ?? []).map(checkAction),
  };
}

function resolveJoin(join: ScenarioJoin = {}): ResolvedScenario['join'] {
  checkFields('scenario.join', join, ['overMs', 'seeds', 'settleMs']);
  const { overMs, seeds = 1, settleMs = 60_000 } = join;
  checkInteger('scenario.join.seeds', seeds, 1, 20);
  checkNumber('scenario.join.settleMs', settleMs, 0, LONGEST_MS);
  return { seeds, settleMs, ...resolveOver('scenario.join', overMs) };
}

function resolveChurn(churn: Churn): Required<Churn> {
  const known = ['sessions', 'downtimes', 'leave', 'newId', 'snapshot', 'spared'];
  checkFields('scenario.churn', churn, known);
  const { leave = 0, newId = 0, snapshot = 0, spared = 1 } = churn;
  for (const [name, share] of Object.entries({ leave, newId, snapshot }))
    checkShare(`scenario.churn.${name}`, share);
  checkInteger('scenario.churn.spared', spared, 0, MOST_NODES);
  const sessions = checkDistribution('scenario.churn.sessions', churn.sessions);
  const downtimes = checkDistribution('scenario.churn.downtimes', churn.downtimes);
  return { sessions, downtimes, leave, newId, snapshot, spared };
}

function resolveEntities(given: number | Entities = 0): Entities {
  const entities = typeof given === 'number' ? { count: given } : given;
  checkFields('scenario.entities', entities, ['count', 'overMs', 'data']);
  checkInteger('scenario.entities.count', entities.count, 0, MOST);
  resolveOver('scenario.entities', entities.overMs);
  return entities;
}

function resolveLookups(given: number | Lookups = 0, entities: Entities): ResolvedScenario['lookups'] {
  const lookups = typeof given === 'number' ? { count: given } : given;
  checkFields('scenario.lookups', lookups, ['count', 'overMs', 'absent', 'paths']);
  const { count, overMs, absent = 0, paths = 1 } = lookups;
  checkInteger('scenario.lookups.count', count, 0, MOST);
  checkShare('scenario.lookups.absent', absent);
  checkInteger('scenario.lookups.paths', paths, 1, limits.contactsInReply);
  if (count > 0 && entities.count === 0 && absent < 1)
    throw badOption('scenario.lookups need scenario.entities, or absent: 1');
  return { count, absent, paths, ...resolveOver('scenario.lookups', overMs) };
}

function resolveOver(where: string, overMs: unknown): { readonly overMs?: number } {
  return overMs === undefined ? {} : { overMs: checkNumber(`${where}.overMs`, overMs, 0, LONGEST_MS) };
}

function checkAction(value: unknown, i: number): Action {
  const where = `scenario.actions[${i}]`;
  const { atMs, name, run } = checkFields(where, value, ['atMs', 'name', 'run']);
  checkNumber(`${where}.atMs`, atMs, 0, LONGEST_MS);
  if (name !== undefined && typeof name !== 'string') throw badOption(`${where}.name must be a string`);
  checkFunction(`${where}.run`, run);
  return value as Action;
}

/** What of a scenario is data, on one line: run it, and what happened happens again. */
export function replayOf(scenario: Scenario): string {
  const hooks = FIELDS.filter(
    (name) => typeof scenario[name] === 'function' || (name === 'actions' && scenario[name] !== undefined),
  );
  const data = Object.fromEntries(
    Object.entries(scenario).filter(([name]) => !hooks.some((hook) => hook === name)),
  );
  const note = hooks.length > 0 ? `, with its own ${hooks.join(', ')}` : '';
  const isWhole = typeof scenario.latency !== 'function';
  return `runScenario(${JSON.stringify(data)})${note}${isWhole ? '' : `, with its own ${quote('latency')}`}`;
}
