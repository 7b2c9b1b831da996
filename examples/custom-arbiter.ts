// An arbiter of one's own: what two nodes register under one id is merged into one set of workers.
// (`disgover/arbiters/g-set` is this with bounds and defaults.)

import { isDeepStrictEqual } from 'node:util';
import { type Contact, Disgover, idOf } from 'disgover';
import { tcp } from 'disgover/transports/tcp';

interface Pool {
  /** Worker → how many jobs it takes. */
  readonly workers: Readonly<Record<string, number>>;
}

/**
 * Nodes hear of contacts in any order and more than once: neither may matter. What is merged has no `transport`, since no
 * single host has all of it.
 */
function mergeWorkers(incumbent: Contact<Pool> | undefined, candidate: Contact<Pool>): Contact<Pool> {
  if (!incumbent?.data?.workers) return candidate; // also nodes, which are contacts without workers
  if (!candidate.data?.workers || isDeepStrictEqual(incumbent, candidate)) return incumbent;
  const workers: Record<string, number> = { ...incumbent.data.workers };
  for (const [name, jobs] of Object.entries(candidate.data.workers)) {
    workers[name] = Math.max(workers[name] ?? 0, jobs);
  }
  return { id: candidate.id, data: { workers } };
}

const options = { arbiter: mergeWorkers, group: 'workers' };
const first = await Disgover.start({ transport: tcp(), ...options });
const join = () => Disgover.start({ transport: tcp(), seeds: [first.contact], ...options });
const [left, right, client] = [await join(), await join(), await join()];

left.on('arbiterFault', ({ code, detail }) => console.error(code, detail));

const id = idOf('thumbnails');
await Promise.all([
  left.register({ id, data: { workers: { ada: 2, grace: 4 } } }),
  right.register({ id, data: { workers: { grace: 8, linus: 1 } } }),
]);

// `agree`: several holders are asked, and their answers merged.
const pool = await client.find<Pool>(id, { agree: 3 });
const found = Object.entries(pool?.data?.workers ?? {}).sort();
console.log('workers:', found.map(([name, jobs]) => `${name} takes ${jobs}`).join(', '));

await Promise.all([first, left, right, client].map((node) => node.close()));
if (found.join(' ') !== 'ada,2 grace,8 linus,1') throw new Error('some workers were lost');
