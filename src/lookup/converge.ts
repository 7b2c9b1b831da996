// The k closest nodes to a target, in two steps: an ordinary walk until the nearest few have answered, then one burst to all of
// the k closest. A walk that asks three at a time certifies them in 9 to 10 round trips, the burst in 1.
//
// Only the burst carries what the query announces or withdraws: nodes that a walk merely passes would hold copies that
// the next announce, coming another way, does not reach.

import { keyOf } from '../id/key.js';
import type { NodesQuery } from '../rpc/client.js';
import type { WalkStep } from './run-lookup.js';
import type { Walker, WalkOptions } from './walker.js';

/** Yields the answers and failures of the burst. @throws as `Walker.walk`. */
export async function* converge(
  walker: Walker,
  query: NodesQuery,
  options: Pick<WalkOptions, 'signal'> = {},
): AsyncGenerator<WalkStep, void, undefined> {
  const { k, alpha } = walker;
  const { target } = query;
  const nearest = walker.nearest('key' in target ? target.key : keyOf(target.id));
  await walker.run({ target }, { ...options, count: alpha }, (step) => {
    if (step.type === 'failed') return false;
    nearest.add(step.peer.contact);
    for (const contact of step.nodes.contacts) if (walker.isEligible(contact)) nearest.add(contact);
    return false;
  });
  yield* walker.walk(query, { ...options, start: nearest.items, concurrency: k });
}
