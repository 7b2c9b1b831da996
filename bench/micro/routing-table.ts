// The table as lookups and replies use it.

import { holds, type MicroCase } from '../lib/time-case.js';
import { anyContact, anyKey } from './contacts.js';
import { closestOf, RoutingTable } from './engine.js';

const targets = Array.from({ length: 64 }, anyKey);

function tableOf(nodes: number) {
  const table = new RoutingTable({
    own: anyKey(),
    k: 20,
    arbitrate: (_incumbent, candidate) => candidate,
    isDialable: () => true,
  });
  for (let i = 0; i < nodes; i++) table.add(anyContact(), 0);
  return table;
}

function casesOf(nodes: number): MicroCase[] {
  const table = tableOf(nodes);
  const entries = [...table.entries()];
  const size = `${entries.length} entries`;
  const [entry] = entries;
  const known = entry?.contact ?? anyContact();
  let turn = 0;
  return [
    {
      name: `routing-table / closest 20 / ${size}`,
      prove: () => {
        for (const target of targets) {
          const truth = closestOf(target, entries, 20);
          holds(
            'the closest, closest first',
            table.closest(target, 20).every(({ key }, i) => Buffer.compare(key, truth[i]?.key ?? key) === 0),
          );
        }
      },
      run: () => table.closest(targets[turn++ & 63] as (typeof targets)[number], 20),
    },
    {
      name: `routing-table / touch / ${size}`,
      prove: () => {
        table.touch(known, 1);
        holds('fresh', table.get(known.id)?.verifiedAt === 1);
      },
      run: () => table.touch(known, 2),
    },
  ];
}

export const cases: readonly MicroCase[] = [100, 1_000, 10_000].flatMap(casesOf);
