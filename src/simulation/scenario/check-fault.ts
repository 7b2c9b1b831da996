// Checks the faults of a scenario, and which nodes they are of.

import {
  badOption,
  checkArray,
  checkBoolean,
  checkFields,
  checkInteger,
  checkNumber,
  checkShare,
  checkType,
} from '../check.js';
import { checkLatency } from '../latency.js';
import type { Fault, NodeSet } from './scenario.js';

type Type = Fault['type'];

/** What each has beside `type` and `atMs`. */
const fields: Readonly<Record<Type, readonly string[]>> = {
  partition: ['groups', 'forMs'],
  cut: ['from', 'to', 'forMs'],
  heal: [],
  crash: ['nodes', 'forMs', 'snapshot', 'newId'],
  leave: ['nodes', 'forMs', 'snapshot', 'newId'],
  restart: ['nodes', 'snapshot', 'newId'],
  freeze: ['nodes', 'forMs'],
  thaw: ['nodes'],
  loss: ['share', 'forMs'],
  latency: ['latency', 'forMs'],
};

const LONGEST_MS = 366 * 86_400_000;

const checks: Readonly<Record<string, (where: string, value: unknown, nodes: number) => void>> = {
  groups: (where, value, nodes) => {
    const groups = checkArray(where, value);
    if (groups.length < 2) throw badOption(`${where} must be two sets of nodes or more`);
    for (const [i, group] of groups.entries()) checkNodeSet(`${where}[${i}]`, group, nodes);
  },
  from: checkNodeSet,
  to: checkNodeSet,
  nodes: checkNodeSet,
  share: checkShare,
  latency: checkLatency,
};

const optional: typeof checks = {
  forMs: (where, value) => checkNumber(where, value, 0, LONGEST_MS),
  snapshot: checkBoolean,
  newId: checkBoolean,
};

/** @throws DisgoverError `ERR_BAD_OPTION`. `nodes`: how many there are at first. */
export function checkFault(where: string, value: unknown, nodes: number): Fault {
  const type = checkType(where, value, Object.keys(fields) as Type[]);
  const own = fields[type];
  const fault = checkFields(where, value, ['type', 'atMs', ...own]);
  checkNumber(`${where}.atMs`, fault.atMs, 0, LONGEST_MS);
  for (const name of own) {
    const field = fault[name];
    if (field !== undefined) (checks[name] ?? optional[name])?.(`${where}.${name}`, field, nodes);
    else if (name in checks) throw badOption(`${where}.${name} is missing`);
  }
  return value as Fault;
}

function checkNodeSet(where: string, value: unknown, nodes: number): asserts value is NodeSet {
  if (value === 'rest') return;
  if (Array.isArray(value)) {
    for (const [i, one] of value.entries())
      if (typeof one !== 'string') checkInteger(`${where}[${i}]`, one, 0, nodes - 1);
    return;
  }
  const { count, share, from, to } = checkFields(where, value, ['count', 'share', 'from', 'to']);
  if (count !== undefined) checkInteger(`${where}.count`, count, 0, nodes);
  else if (share !== undefined) checkShare(`${where}.share`, share);
  else checkInteger(`${where}.to`, to, checkInteger(`${where}.from`, from, 0, nodes), nodes);
}
