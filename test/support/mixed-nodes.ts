// Networks in which not every node can dial every other: some speak one transport, some another, some both.

import { type Contact, type Disgover, DisgoverError } from '../../src/index.js';
import { idOf } from './ids.js';

/** The types of address that a node of a kind listens at and dials: `tcp`, `ws`, or both. */
export type Kind = readonly string[];

export interface MixedNode {
  readonly kind: Kind;
  readonly node: Disgover;
}

/** Where a node registers and another finds. */
export interface Pair {
  readonly finder: MixedNode;
  readonly host: MixedNode;
  readonly id: string;
}

/** How finds went: of which kind from which kind, and how each ended that was not as it should be. */
export interface Outcome {
  readonly finds: number;
  readonly found: number;
  readonly pings: number;
  /** Contacts that the finder cannot dial. */
  readonly outOfReach: number;
  readonly wrong: readonly string[];
}

/**
 * Starts so many nodes of each kind in a random order, but for the first, which speaks all. Each has an earlier node that it can
 * dial as its seed. `random`: an integer below the bound.
 */
export async function startMixed(
  counts: readonly (readonly [Kind, number])[],
  random: (below: number) => number,
  start: (kind: Kind, name: string, seeds: readonly Contact[]) => Promise<Disgover>,
): Promise<readonly MixedNode[]> {
  const kinds = counts.flatMap(([kind, count]) => Array.from({ length: count }, () => kind));
  const widest = kinds.reduce((best, kind) => (kind.length > best.length ? kind : best));
  const others = kinds.toSpliced(kinds.indexOf(widest), 1);
  const nodes: MixedNode[] = [];
  for (let next: Kind | undefined = widest; next !== undefined; ) {
    const kind: Kind = next;
    const known = nodes.filter((other) => canDial(kind, other.kind));
    const seed = known[random(known.length)];
    const name = `${kind.join('-')}-${nodes.length}`;
    nodes.push({ kind, node: await start(kind, name, seed === undefined ? [] : [seed.node.contact]) });
    next = others.length === 0 ? undefined : others.splice(random(others.length), 1)[0];
  }
  return nodes;
}

export function canDial(kind: Kind, other: Kind): boolean {
  return other.some((type) => kind.includes(type));
}

/** Every node registers `count` entities; resolves to the ids by node. */
export async function registerAll(
  nodes: readonly MixedNode[],
  count: number,
): Promise<Map<MixedNode, readonly string[]>> {
  const ids = new Map<MixedNode, readonly string[]>();
  for (const [i, mixed] of nodes.entries()) {
    const own = Array.from({ length: count }, (_, j) => idOf(`entity-${i}-${j}`));
    for (const id of own) await mixed.node.register({ id });
    ids.set(mixed, own);
  }
  return ids;
}

/** Finds each entity from the network, and pings its host: which answers where the finder can dial it. */
export async function findAll(pairs: Iterable<Pair>): Promise<Outcome> {
  const outcome = { finds: 0, found: 0, pings: 0, outOfReach: 0, wrong: [] as string[] };
  for (const { finder, host, id } of pairs) {
    outcome.finds++;
    const way = `${finder.kind.join('+')} of ${host.kind.join('+')}`;
    const contact = await finder.node.find(id, { fresh: true });
    if (contact === undefined) {
      outcome.wrong.push(`${way}: not found`);
      continue;
    }
    outcome.found++;
    const answer = await finder.node.ping(contact).then(
      (pong) => pong?.id === id,
      (fault) => fault instanceof DisgoverError && fault.code,
    );
    const expected = canDial(finder.kind, host.kind) ? true : 'ERR_NO_TRANSPORT_FOR';
    if (answer !== expected) outcome.wrong.push(`${way}: ping ${answer}`);
    else if (answer === true) outcome.pings++;
    else outcome.outOfReach++;
  }
  return outcome;
}

/** `count` random pairs of a finder and an entity of another node. */
export function* randomPairs(
  ids: ReadonlyMap<MixedNode, readonly string[]>,
  count: number,
  random: (below: number) => number,
): Generator<Pair> {
  const nodes = [...ids.keys()];
  while (count > 0) {
    const [finder, host] = [nodes[random(nodes.length)], nodes[random(nodes.length)]] as [
      MixedNode,
      MixedNode,
    ];
    if (finder === host) continue;
    count--;
    const of = ids.get(host) as readonly string[];
    yield { finder, host, id: of[random(of.length)] as string };
  }
}
