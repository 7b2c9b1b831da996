// From a set of nodes as a scenario describes it to the nodes.

import { badOption } from '../check.js';
import type { SeededRandom } from '../seeded-random.js';
import type { NodeSet } from './scenario.js';

interface Named {
  readonly name: string;
}

/** The sets of one fault: those that are drawn have nothing in common with any other. @throws DisgoverError `ERR_BAD_OPTION` */
export function resolveNodeSets<Node extends Named>(
  sets: readonly NodeSet[],
  nodes: readonly Node[],
  random: SeededRandom,
): Node[][] {
  const free = new Set(nodes);
  const take = (set: NodeSet) => {
    const taken = set === 'rest' ? [...free] : resolve(set, nodes, free, random);
    for (const node of taken) free.delete(node);
    return taken;
  };
  const resolved = new Map<number, Node[]>();
  // What is named is named; what is drawn comes of the others, and the rest is what is left.
  for (const rank of [0, 1, 2])
    for (const [i, set] of sets.entries()) if (rankOf(set) === rank) resolved.set(i, take(set));
  return sets.map((_, i) => resolved.get(i) as Node[]);
}

function rankOf(set: NodeSet): number {
  if (set === 'rest') return 2;
  return 'count' in set || 'share' in set ? 1 : 0;
}

function resolve<Node extends Named>(
  set: Exclude<NodeSet, 'rest'>,
  nodes: readonly Node[],
  free: ReadonlySet<Node>,
  random: SeededRandom,
): Node[] {
  if (Array.isArray(set)) return set.map((one: number | string) => named(one, nodes));
  if ('from' in set) return nodes.slice(set.from, set.to);
  const count = 'count' in set ? set.count : Math.round((set as { share: number }).share * nodes.length);
  return drawn([...free], count, random);
}

function named<Node extends Named>(one: number | string, nodes: readonly Node[]): Node {
  const node = typeof one === 'number' ? nodes[one] : nodes.find(({ name }) => name === one);
  if (node === undefined) throw badOption(`there is no node ${one}`);
  return node;
}

/** So many of them, by chance: the beginning of a shuffle. Changes `from`. */
export function drawn<Item>(from: Item[], count: number, random: SeededRandom): Item[] {
  const most = Math.min(count, from.length);
  for (let i = 0; i < most; i++) {
    const other = i + random.integer(from.length - i);
    [from[i], from[other]] = [from[other] as Item, from[i] as Item];
  }
  return from.slice(0, most);
}
