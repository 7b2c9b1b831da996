// A network of the model: who is there, who is dead, who lies, and what each answers; and lookups in it.

import type { Key } from '../../src/id/key.js';
import type { LookupPeer } from '../../src/lookup/lookup-peer.js';
import type { SeededRandom } from '../../src/simulation/seeded-random.js';
import type { EncodedContact } from '../../src/wire/contact-codec.js';
import { checkLeft } from '../lib/check-left.js';
import { type Attack, Lies } from './adversaries.js';
import { Contacts, indexOf } from './contacts.js';
import { Known } from './known.js';
import { keyOfPoint, Nodes, type Point, randomPoint } from './nodes.js';
import { integerBelow, type Parts } from './parts.js';
import { Tables } from './tables.js';
import { walkToEnd } from './walk.js';

/** What a time-out costs, in median round trips. */
const TIME_OUT = 5;
/** Of the logarithm of a round trip. */
const SIGMA = 0.5;

export interface NetworkOptions {
  readonly nodes: number;
  readonly k: number;
  readonly alpha: number;
  readonly paths: number;
  /** `node`: the contact of a node; `entity`: a random key that the k nodes closest to it hold. */
  readonly target: 'node' | 'entity';
  /** Share of nodes that do not answer, from 0 to below 1; the tables still have them. */
  readonly dead: number;
  /** Share of nodes that lie, and how. */
  readonly adversaries: number;
  readonly attack: Attack;
  /** How many nodes each node knows beyond its table, and whether it tells others of them, too. */
  readonly known: number;
  readonly tellsKnown: boolean;
  readonly diverse: boolean;
  /** Alpha at a time throughout, whoever may be a holder. */
  readonly plain: boolean;
  /** Median round trips after which a peer is late; Infinity for never. */
  readonly late: number;
}

/** What it took until the target was known: requests sent, and the answers that named nodes. */
export interface Find {
  readonly hops: number;
  readonly requests: number;
  readonly answers: number;
  readonly time: number;
}

/** What one lookup came to. Times are in median round trips. */
export interface Outcome {
  readonly table: number;
  /** Of the node or holder; `undefined` when it was not found. */
  readonly found: Find | undefined;
  /** Until the k closest that were heard of, and did not fail, had all answered. */
  readonly requestsToEnd: number;
  readonly answersToEnd: number;
  readonly timeToEnd: number;
  /** Share of the k closest live nodes that answered as such. */
  readonly recall: number;
}

const AT_ONCE: Find = { hops: 0, requests: 0, answers: 0, time: 0 };

export class Network {
  readonly #parts: Parts;
  readonly #options: NetworkOptions;
  readonly #random: SeededRandom;
  readonly #nodes: Nodes;
  readonly #tables: Tables;
  readonly #known: Known;
  readonly #contacts: Contacts;
  // One flag a node.
  readonly #isDead: Uint8Array;
  readonly #isAdversary: Uint8Array;

  /** @throws UsageError when fewer than two live and honest nodes are left. */
  constructor(options: NetworkOptions, seed: number, parts: Parts) {
    this.#parts = parts;
    this.#options = options;
    this.#random = new parts.SeededRandom(seed);
    this.#nodes = new Nodes(options.nodes, this.#random);
    this.#tables = new Tables(this.#nodes, options, this.#random);
    this.#known = new Known(this.#nodes, options.known, this.#random.next());
    this.#contacts = new Contacts(this.#nodes);
    this.#isDead = this.#flags(options.dead);
    this.#isAdversary = this.#flags(options.adversaries);
    checkLeft(this.#isDead.filter((isDead, i) => isDead === 0 && !this.#lies(i)).length);
  }

  /** A lookup by a random live and honest node, of a target drawn anew. */
  lookUp(): Outcome {
    const { k, target } = this.#options;
    const asker = this.#honest(() => integerBelow(this.#random, this.#nodes.count));
    if (target === 'entity') {
      const point = randomPoint(this.#random);
      const holders = this.#nodes.closest(point, k);
      return this.#walk(asker, point, holders, (peer) => holders.includes(indexOf(peer.contact)));
    }
    const node = this.#honest(() => integerBelow(this.#random, this.#nodes.count), asker);
    const isNode = (contact: EncodedContact) => indexOf(contact) === node;
    return this.#walk(asker, this.#nodes.pointOf(node), [], (_, named) => named.some(isNode), isNode);
  }

  #walk(
    asker: number,
    point: Point,
    holders: readonly number[],
    brings: (peer: LookupPeer, named: readonly EncodedContact[]) => boolean,
    isTarget: (contact: EncodedContact) => boolean = () => false,
  ): Outcome {
    const { k, attack, late } = this.#options;
    const key = keyOfPoint(point);
    const { nodes, contacts } = { nodes: this.#nodes, contacts: this.#contacts };
    const lies = new Lies(attack, k, point, key, { nodes, contacts, isAdversary: (i) => this.#lies(i) });
    const start = this.#nearest(asker, point, true).map((index) => contacts.of(index));
    const walk = this.#newWalk(key);
    walk.hear(start);
    let found: Find | undefined = holders.includes(asker) || start.some(isTarget) ? AT_ONCE : undefined;
    const timeToEnd = walkToEnd(walk, {
      ask: (contact) => {
        const index = indexOf(contact);
        if (this.#lies(index)) return lies.next();
        if (this.#isDead[index] === 1) return undefined;
        const named = this.#nearest(index, point, this.#options.tellsKnown, asker);
        return named.map((other) => contacts.of(other));
      },
      roundTrip: (answers) => (answers ? Math.exp(SIGMA * this.#normal()) : TIME_OUT),
      late,
      onAnswer: (peer, named, time) => {
        if (found !== undefined || this.#lies(indexOf(peer.contact)) || !brings(peer, named)) return;
        // Who was asked for the exact contact alone names nobody.
        const answers = walk.answers + (peer.exactWillDo ? 0 : 1);
        found = { hops: peer.depth, requests: walk.requests, answers, time };
      },
    });
    const reached = new Set(walk.closest.map((peer) => indexOf(peer.contact)));
    const truth = nodes.closest(point, k, (index) => index !== asker && this.#isDead[index] === 0);
    const missed = truth.filter((index) => !reached.has(index)).length;
    return {
      table: this.#tables.sizeOf(asker),
      found,
      requestsToEnd: walk.requests,
      answersToEnd: walk.answers,
      timeToEnd,
      recall: 1 - missed / truth.length,
    };
  }

  #newWalk(key: Key) {
    const { Lookup, DisjointLookup, likelyHolders, maxRequests, maxPathsRequests, maxCandidates } =
      this.#parts;
    const { k, alpha, paths, target, nodes, plain } = this.#options;
    const holders =
      target === 'entity' && !plain
        ? { isLikely: likelyHolders(key, k, nodes), isAtHand: () => false }
        : undefined;
    return paths === 1
      ? new Lookup(key, { k, alpha, holders, burst: holders !== undefined, maxRequests, maxCandidates })
      : new DisjointLookup(key, paths, { k, alpha, maxRequests: maxPathsRequests, maxCandidates });
  }

  /** The k that a node would name: not the asker to itself. */
  #nearest(index: number, target: Point, withKnown: boolean, asker?: number): number[] {
    const { k } = this.#options;
    const entries = this.#tables.closest(index, target, k + 1);
    const nearest = withKnown ? this.#known.joinedTo(entries, index, target, k + 1) : entries;
    return nearest.filter((other) => other !== asker).slice(0, k);
  }

  /** Lies; forged contacts do so, too. */
  #lies(index: number): boolean {
    return this.#isAdversary[index] !== 0;
  }

  #honest(draw: () => number, other?: number): number {
    for (;;) {
      const index = draw();
      if (index !== other && this.#isDead[index] === 0 && !this.#lies(index)) return index;
    }
  }

  #flags(share: number): Uint8Array {
    const flags = new Uint8Array(this.#nodes.count);
    if (share > 0) for (let i = 0; i < flags.length; i++) flags[i] = this.#random.fraction() < share ? 1 : 0;
    return flags;
  }

  #normal(): number {
    const [a, b] = [this.#random.fraction(), this.#random.fraction()];
    return Math.sqrt(-2 * Math.log(1 - a)) * Math.cos(2 * Math.PI * b);
  }
}
