// Nodes that know each other as well as can be, and a walker in front of them, in virtual time: for sweeps.

import { IdealTables } from '../../bench/lib/ideal-tables.js';
import type { SweepDependencies } from '../../src/announce/sweep.js';
import { DisgoverError, type FaultCode } from '../../src/errors.js';
import type { ContactId } from '../../src/id/contact-id.js';
import { keyOf } from '../../src/id/key.js';
import { Walker } from '../../src/lookup/walker.js';
import type { NodesQuery } from '../../src/rpc/client.js';
import { type Abortable, abortable } from '../../src/runtime/abort.js';
import { Alarms } from '../../src/runtime/alarms.js';
import { VirtualRuntime } from '../../src/simulation/virtual-runtime.js';
import type { EncodedContact } from '../../src/wire/contact-codec.js';
import type { Nodes } from '../../src/wire/messages.js';
import { encodedNodeOf } from './contacts.js';
import { keyOfName } from './ids.js';

export interface Request {
  readonly to: EncodedContact;
  readonly query: NodesQuery;
}

const ANSWER_MS = 10;

export class IdealNetwork {
  readonly k: number;
  readonly runtime = new VirtualRuntime();
  readonly alarms = new Alarms(this.runtime);
  readonly nodes: readonly EncodedContact[];
  readonly tables: IdealTables<EncodedContact>;
  readonly walker: Walker;
  readonly requests: Request[] = [];
  readonly counts = { sweepRegion: 0, sweepLookup: 0 };
  readonly dead = new Set<EncodedContact>();
  /** What every node refuses, and how. */
  readonly refused = new Map<ContactId, FaultCode>();
  /** What a node answers to an announce, beside the nodes that it names. */
  answer: (query: NodesQuery, to: EncodedContact) => Partial<Nodes> = () => ({});

  constructor(count: number, k = 8) {
    this.k = k;
    this.nodes = Array.from({ length: count }, (_, i) => encodedNodeOf(`node-${i}`));
    const random = () => this.runtime.integer(2 ** 31) / 2 ** 31;
    this.tables = new IdealTables(this.nodes, { k, random });
    const own = keyOfName('host');
    this.walker = new Walker({
      k,
      alpha: 3,
      now: () => this.runtime.now(),
      alarms: this.alarms,
      lateMs: () => 100,
      isEligible: () => true,
      findNode: (to, query, { signal }) => this.findNode(to, query, signal),
      findThrough: async () => {
        throw new DisgoverError('TIMEOUT', 'nobody is asked so');
      },
      isBridging: () => false,
      bridges: () => [],
      start: (target) => this.tables.start(own, target),
      rejoin: async () => {},
      networkSize: () => this.nodes.length,
      isAtHand: () => false,
      onWalked: () => {},
      seeds: () => ({ count: 0, fault: undefined }),
    });
  }

  get sweepDependencies(): SweepDependencies {
    return {
      walker: this.walker,
      alarms: this.alarms,
      findNode: (to, query, signal) => this.findNode(to, query, signal),
      count: (what) => {
        this.counts[what]++;
      },
    };
  }

  async findNode(to: EncodedContact, query: NodesQuery, signal: Abortable): Promise<Nodes> {
    this.requests.push({ to, query });
    await abortable(this.runtime.sleep(ANSWER_MS), signal);
    if (this.dead.has(to)) throw new DisgoverError('TIMEOUT', 'dead');
    for (const { id } of [...(query.announced ?? []), ...(query.withdrawn ?? [])]) {
      const code = this.refused.get(id);
      if (code !== undefined) throw new DisgoverError(code, 'said by the peer');
    }
    const { target } = query;
    const contacts = this.tables.answer(to, 'key' in target ? target.key : keyOf(target.id));
    return { type: 'nodes', requestId: 0, contacts, conflicts: [], ...this.answer(query, to) };
  }

  /** The ids of the nodes that were told of an id and live. */
  told(id: ContactId): string[] {
    const told = this.requests.filter(({ to, query: { announced = [], withdrawn = [] } }) => {
      return !this.dead.has(to) && [...announced, ...withdrawn].some((contact) => contact.id === id);
    });
    return told.map(({ to }) => to.id);
  }

  /** The ids of the k closest that live. */
  holders({ key }: EncodedContact): string[] {
    return this.tables
      .holders(key)
      .filter((node) => !this.dead.has(node))
      .map(({ id }) => id);
  }
}
