// A network of nodes that answer FIND-NODE in virtual time, and a walker in front of it.

import type { Contact } from '../../src/contracts/contact.js';
import type { Timer } from '../../src/contracts/runtime.js';
import { DisgoverError, type FaultCode } from '../../src/errors.js';
import { Walker, type WalkerDependencies } from '../../src/lookup/walker.js';
import type { NodesQuery } from '../../src/rpc/client.js';
import { type Abortable, abortable, onAbort } from '../../src/runtime/abort.js';
import { Alarms } from '../../src/runtime/alarms.js';
import { VirtualRuntime } from '../../src/simulation/virtual-runtime.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import type { Nodes } from '../../src/wire/messages.js';
import { contactOf } from './contacts.js';
import { idOf, keyOfName } from './ids.js';
import { type Network, type Topology, topology } from './topology.js';

export interface WalkNetworkOptions extends Partial<Omit<WalkerDependencies, 'start'>> {
  /** Distances of the nodes in our own table. */
  readonly start: readonly number[];
  readonly knows?: Topology;
}

/** How long a request takes that is not answered, where the peer has to ask others first. */
const LOST_MS = 3_000;

/** Nodes are written as their distances from the key of `thing`, which is what walks look for. */
export class WalkNetwork {
  readonly runtime = new VirtualRuntime();
  readonly alarms = new Alarms(this.runtime);
  readonly id = idOf('thing');
  readonly target = keyOfName('thing');
  readonly network: Network;
  readonly walker: Walker;
  /** Who was asked, first ones first. */
  readonly asked: number[] = [];
  readonly queries: NodesQuery[] = [];
  /** Requests that were aborted before they were answered. */
  readonly aborted: number[] = [];
  /** Who answers with a contact of `thing`, or of whatever. */
  readonly holds = new Map<number, Contact>();
  /** Who answers an announce with what stood there before. */
  readonly conflicts = new Map<number, readonly EncodedContact[]>();
  /** Who refuses what is announced or withdrawn, and how. */
  readonly refuses = new Map<number, FaultCode>();
  readonly dead = new Set<number>();
  /** Who never answers. */
  readonly silent = new Set<number>();
  /** Who says that there are nodes which we cannot dial. */
  readonly beyond = new Set<number>();
  /** Who was asked to look for us, first ones first. */
  readonly askedOnBehalf: number[] = [];
  /** What those find who look for us. */
  readonly findsFor = new Map<number, Contact>();
  /** Who looks for us and never comes back. */
  readonly lostFor = new Set<number>();
  readonly walkedTo: unknown[] = [];
  /** Distances of the nodes in our own table. */
  readonly table: number[];
  answerMs = 10;
  ttlSeconds = 3_600;
  #inFlight = 0;

  constructor({ start, knows = {}, ...deps }: WalkNetworkOptions) {
    this.network = topology(this.target, knows);
    this.table = [...start];
    this.walker = new Walker({
      k: 3,
      alpha: 2,
      now: () => this.runtime.now(),
      alarms: this.alarms,
      lateMs: () => 100,
      isEligible: () => true,
      findNode: (contact, query, { signal }) => this.#answer(contact, query, signal),
      findThrough: (contact, _target, signal) => this.#findThrough(contact, signal),
      isBridging: () => false,
      bridges: () => [],
      start: () => this.network.all(...this.table),
      rejoin: async () => {},
      // So many that nobody is likely to be a holder.
      networkSize: () => Number.POSITIVE_INFINITY,
      isAtHand: () => false,
      onWalked: (key) => this.walkedTo.push(key),
      seeds: () => ({ count: 0, fault: undefined }),
      ...deps,
    });
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** A contact of `thing`. */
  thing(fields: Record<string, unknown> = {}): Contact {
    return contactOf('thing', fields);
  }

  #answer(contact: EncodedContact, query: NodesQuery, signal: Abortable): Promise<Nodes> {
    const distance = this.network.distanceOf(contact);
    this.asked.push(distance);
    this.queries.push(query);
    this.#inFlight++;
    let timer: Timer | undefined;
    const answer = new Promise<Nodes>((resolve, reject) => {
      const removeAbort = onAbort(signal, () => {
        this.aborted.push(distance);
        timer?.cancel();
        reject(signal.reason);
      });
      if (this.silent.has(distance)) return;
      timer = this.runtime.setTimer(this.answerMs, () => {
        removeAbort();
        if (this.dead.has(distance)) return reject(new DisgoverError('TIMEOUT', 'dead'));
        const code = this.refuses.get(distance);
        const isTold = [...(query.announced ?? []), ...(query.withdrawn ?? [])].length > 0;
        if (code !== undefined && isTold) return reject(new DisgoverError(code, 'said by the peer'));
        const held = this.holds.get(distance);
        const exact = held && { contact: EncodedContact.from(held), ttlSeconds: this.ttlSeconds };
        resolve(
          this.network.replyOf(contact, {
            conflicts: this.conflicts.get(distance) ?? [],
            ...(exact && { exact }),
            ...(this.beyond.has(distance) && { beyond: true }),
          }),
        );
      });
    });
    return answer.finally(() => {
      this.#inFlight--;
    });
  }

  async #findThrough(contact: EncodedContact, signal: Abortable): Promise<Nodes> {
    const distance = this.network.distanceOf(contact);
    this.askedOnBehalf.push(distance);
    const isLost = this.lostFor.has(distance);
    await abortable(this.runtime.sleep(isLost ? LOST_MS : this.answerMs), signal);
    if (isLost) throw new DisgoverError('TIMEOUT', 'it has not come back');
    const found = this.findsFor.get(distance);
    const exact = found && { contact: EncodedContact.from(found), ttlSeconds: this.ttlSeconds };
    return this.network.replyOf(contact, { ...(exact && { exact }) });
  }
}
