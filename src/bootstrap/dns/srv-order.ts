// RFC 2782: the lowest priority first; within one, by lot, the heavier sooner.

import type { SrvData } from 'dns-packet';
import type { Runtime } from '../../contracts/runtime.js';
import { randomFraction } from '../../runtime/random.js';

export function inSrvOrder(records: readonly SrvData[], runtime: Runtime): SrvData[] {
  const priorities = [...new Set(records.map(({ priority = 0 }) => priority))].sort((a, b) => a - b);
  return priorities.flatMap((priority) =>
    byLot(
      records.filter((record) => (record.priority ?? 0) === priority),
      runtime,
    ),
  );
}

/** Those of weight 0 stand first in the row that is drawn from, so that they are drawn seldom, and not never. */
function byLot(records: readonly SrvData[], runtime: Runtime): SrvData[] {
  const left = records.toSorted((a, b) => (a.weight ?? 0) - (b.weight ?? 0));
  const drawn: SrvData[] = [];
  while (left.length > 0) {
    const total = left.reduce((sum, { weight = 0 }) => sum + weight, 0);
    const lot = Math.floor(randomFraction(runtime) * (total + 1));
    let sum = 0;
    const at = left.findIndex(({ weight = 0 }) => {
      sum += weight;
      return sum >= lot;
    });
    drawn.push(...left.splice(at, 1));
  }
  return drawn;
}
