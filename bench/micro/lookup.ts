// The lookup's state machine alone: whole walks whose answers are there at once.

import { holds, type MicroCase } from '../lib/time-case.js';
import { anyContact } from './contacts.js';
import { closestOf, type EncodedContact, Lookup, limits, SeededRandom } from './engine.js';

const K = 20;
const random = new SeededRandom(2);

/** A network in which each node knows some 150 at random, and those near to itself; and what each answers about one target. */
function networkOf(count: number) {
  const nodes = Array.from({ length: count }, () => anyContact());
  const target = anyContact().key;
  const answers = new Map<string, readonly EncodedContact[]>();
  for (const node of nodes) {
    const heard = Array.from({ length: 150 }, () => nodes[random.next() % count] as EncodedContact);
    const known = [...new Set([...closestOf(node.key, nodes, K), ...heard])];
    answers.set(node.id, closestOf(target, known, K));
  }
  return { target, answers, start: answers.get((nodes[0] as EncodedContact).id) ?? [], nodes };
}

function walk({ target, answers, start }: ReturnType<typeof networkOf>) {
  const lookup = new Lookup(target, {
    k: K,
    alpha: 3,
    maxRequests: limits.lookupRequests,
    maxCandidates: limits.lookupCandidates,
  });
  lookup.hear(start);
  const asked: Parameters<typeof lookup.answered>[0][] = [];
  for (let now = 0; ; now++) {
    const move = lookup.next(now);
    if (move.type === 'end') return lookup;
    if (move.type === 'ask') {
      lookup.asked(move.peer, now, now + 1_000);
      asked.push(move.peer);
      continue;
    }
    const peer = asked.shift();
    if (peer !== undefined) lookup.answered(peer, answers.get(peer.contact.id) ?? []);
  }
}

const network = networkOf(1_000);

export const cases: readonly MicroCase[] = [
  {
    name: 'lookup / walk to the end / 1,000 nodes',
    prove: () => {
      const closest = walk(network).closest.map(({ contact }) => contact);
      holds(
        'the k closest',
        closestOf(network.target, network.nodes, K).every((node, i) => node === closest[i]),
      );
    },
    run: () => walk(network),
  },
];
