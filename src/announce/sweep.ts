// Tells the holders of many ids: along the order of their keys, region by region, each node in as few FIND-NODEs as fit.
//
// Who is told is asked as well, half of them for the nodes of their own region, so that the k closest to each key have all answered and
// named nobody closer before the region is left; the other half for those of the next, where a walk is needed only if they do not know
// enough of them. What is sent is little more than a request for each node that holds anything (bench: `announce`).

import type { DisgoverError } from '../errors.js';
import { bytesOfContactId, type ContactId } from '../id/contact-id.js';
import { type Key, keyOf } from '../id/key.js';
import { prefixOf } from '../id/prefix.js';
import { limits } from '../limits.js';
import type { Walker } from '../lookup/walker.js';
import type { NodesQuery } from '../rpc/client.js';
import { type Abortable, abortable } from '../runtime/abort.js';
import type { Alarms } from '../runtime/alarms.js';
import { Slots } from '../runtime/slots.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import type { Nodes } from '../wire/messages.js';
import { Density } from './density.js';
import { framesOf } from './frames.js';
import { KeyOrder } from './key-order.js';
import { KnownNodes } from './known-nodes.js';
import { KNOWS_BETTER } from './knows-better.js';
import type { Region } from './region.js';
import { type Errand, RegionSweep } from './region-sweep.js';

export interface SweepDependencies {
  readonly walker: Walker;
  readonly alarms: Alarms;
  readonly findNode: (contact: EncodedContact, query: NodesQuery, signal: Abortable) => Promise<Nodes>;
  /** A region was swept, or walked to first. */
  readonly count: (what: 'sweepRegion' | 'sweepLookup') => void;
}

export interface SweepTask {
  readonly how: 'announced' | 'withdrawn';
  /** At most `KeyOrder.mostItems`. */
  readonly ids: readonly ContactId[];
  /** What is told of an id; `undefined` when it is no longer to be. */
  readonly contactOf: (id: ContactId) => EncodedContact | undefined;
  /** A node has answered what it was told. */
  readonly onAnswer: (nodes: Nodes, from: EncodedContact, told: readonly EncodedContact[]) => void;
  /** A node that lives has something else of the contact's id, or has had, and does not take it. */
  readonly onRefused: (contact: EncodedContact) => void;
  /** A region has been swept. Resolves when what its nodes have said is dealt with. Does not reject. */
  readonly onSwept: (heard: readonly ContactId[], unheard: readonly ContactId[]) => Promise<void>;
}

/** Many ids are swept in so many parts of the key space beside each other: one after the other waits for the slowest node of each. */
const ARCS = 4;
const IDS_IN_ARC = 256;

/** Keys that are hashed in one turn. */
const HASHED_AT_ONCE = 8_192;

/** Nodes that fail, or that are heard of late, make another round; those who name others for ever are not followed. */
const ROUNDS = 8;

/** Walks that reach nobody, one after the other, before all that is left is given up. */
const FAILED_WALKS = 3;

/** What one node was told of, and what has come of it. */
interface Told {
  readonly known: KnownNodes;
  readonly ids: readonly ContactId[];
  readonly heard: Set<ContactId>;
  readonly refused: Set<ContactId>;
}

export class Sweep {
  readonly #task: SweepTask;
  readonly #deps: SweepDependencies;
  readonly #signal: Abortable;
  readonly #slots = new Slots(limits.sweepFrames, limits.requestsInFlight, 'announces');

  constructor(task: SweepTask, deps: SweepDependencies, signal: Abortable) {
    this.#task = task;
    this.#deps = deps;
    this.#signal = signal;
  }

  /** Resolves when all has been told, or given up. @throws the signal's reason. */
  async run(): Promise<void> {
    const order = await this.#order();
    const arcs = Math.max(1, Math.min(ARCS, Math.floor(order.size / IDS_IN_ARC)));
    const bounds = Array.from({ length: arcs + 1 }, (_, arc) => order.placeOf((arc / arcs) * 2 ** 32));
    await Promise.all(bounds.slice(1).map((end, arc) => this.#sweepArc(order, bounds[arc] as number, end)));
  }

  async #order(): Promise<KeyOrder> {
    const { ids } = this.#task;
    const prefixes = new Uint32Array(ids.length);
    for (const [index, id] of ids.entries()) {
      if (index % HASHED_AT_ONCE === HASHED_AT_ONCE - 1) await this.#pause();
      prefixes[index] = prefixOf(keyOfId(id));
    }
    return new KeyOrder(prefixes);
  }

  /** Lets others have a turn. */
  #pause(): Promise<void> {
    return abortable(new Promise<void>((resolve) => void this.#deps.alarms.after(0, resolve)), this.#signal);
  }

  async #sweepArc(order: KeyOrder, start: number, end: number): Promise<void> {
    const { ids, onSwept } = this.#task;
    const { k } = this.#deps.walker;
    const known = new KnownNodes();
    const density = new Density();
    const idAt = (place: number) => ids[order.indexAt(place)] as ContactId;
    let failedWalks = 0;
    for (let place = start; place < end; ) {
      this.#signal.throwIfAborted();
      const key = keyOfId(idAt(place));
      known.leaveBehind(key);
      const isReached = await this.#approach(key, known, density);
      failedWalks = isReached ? 0 : failedWalks + 1;
      const region = known.regionAround(prefixOf(key), k);
      let until = Math.min(end, order.placeOf(region.last + 1), place + limits.sweepRegionIds);
      if (!isReached) until = failedWalks === FAILED_WALKS ? end : place + 1;
      const inRegion = Array.from({ length: until - place }, (_, i) => idAt(place + i));
      if (!isReached) {
        await onSwept([], inRegion);
      } else {
        await this.#sweepRegion(inRegion, region, known, until < end ? keyOfId(idAt(until)) : undefined);
        density.learn(region, known.in(region).length);
      }
      place = until;
    }
  }

  /** Sees to it that the nodes around a key are known, by a walk where too few of them are. False when it reaches nobody. */
  async #approach(key: Key, known: KnownNodes, density: Density): Promise<boolean> {
    const { walker, count } = this.#deps;
    const region = known.regionAround(prefixOf(key), walker.k);
    if (density.isMet(region, known.in(region).length)) return true;
    count('sweepLookup');
    try {
      // Until the nearest few have answered: the others are told at once, and asked by that.
      await walker.run({ target: { key } }, { signal: this.#signal, count: walker.alpha }, (step) => {
        if (step.type === 'failed') return false;
        known.hear([
          step.peer.contact,
          ...step.nodes.contacts.filter((contact) => walker.isEligible(contact)),
        ]);
        return false;
      });
      return true;
    } catch {
      this.#signal.throwIfAborted();
      return false;
    }
  }

  /** `next`: the first key after the region. */
  async #sweepRegion(
    ids: readonly ContactId[],
    region: Region,
    known: KnownNodes,
    next: Key | undefined,
  ): Promise<void> {
    this.#deps.count('sweepRegion');
    const keys = ids.map(keyOfId);
    const sweep = new RegionSweep(keys, region, known, this.#deps.walker.k);
    const told: Told = { known, ids, heard: new Set(), refused: new Set() };
    for (let round = 0; round < ROUNDS; round++) {
      const errands = sweep.next();
      if (errands.length === 0) break;
      await Promise.all(
        errands.map((errand, i) => {
          const isForNext = next !== undefined && round === 0 && i % 2 === 1;
          const own = keys[Math.floor(((i + 0.5) / errands.length) * keys.length)] as Key;
          return this.#tell(errand, isForNext ? next : own, told);
        }),
      );
    }
    const unheard = ids.filter((id) => !told.heard.has(id));
    await this.#task.onSwept([...told.heard], unheard);
  }

  async #tell({ node, due }: Errand, target: Key, told: Told): Promise<void> {
    const { contactOf } = this.#task;
    const contacts = due
      .map((index) => contactOf(told.ids[index] as ContactId))
      .filter((contact) => contact !== undefined);
    for (const frame of framesOf(contacts)) {
      if (await this.#send(node, { key: target }, frame, told)) continue;
      told.known.fail(node);
      return;
    }
  }

  /** Whether the node lives. A node that refuses one of the contacts has not said which, and not looked at those behind it. */
  async #send(
    node: EncodedContact,
    target: { readonly key: Key },
    frame: readonly EncodedContact[],
    told: Told,
  ): Promise<boolean> {
    const contacts = frame.filter(({ id }) => !told.refused.has(id));
    if (contacts.length === 0) return true;
    const leave = await this.#slots.enter(this.#signal);
    try {
      const nodes = await this.#deps.findNode(node, { target, [this.#task.how]: contacts }, this.#signal);
      told.known.hear(nodes.contacts.filter((contact) => this.#deps.walker.isEligible(contact)));
      for (const { id } of contacts) told.heard.add(id);
      this.#task.onAnswer(nodes, node, contacts);
      return true;
    } catch (fault) {
      this.#signal.throwIfAborted();
      if (!KNOWS_BETTER.has((fault as DisgoverError).code)) return false;
    } finally {
      leave();
    }
    const [refused] = contacts as [EncodedContact];
    if (contacts.length === 1) {
      told.refused.add(refused.id);
      told.heard.add(refused.id);
      this.#task.onRefused(refused);
      return true;
    }
    const half = Math.ceil(contacts.length / 2);
    for (const part of [contacts.slice(0, half), contacts.slice(half)])
      if (!(await this.#send(node, target, part, told))) return false;
    return true;
  }
}

function keyOfId(id: ContactId): Key {
  return keyOf(bytesOfContactId(id));
}
