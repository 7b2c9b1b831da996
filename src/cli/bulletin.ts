// What a node that runs tells people who look on: why no seed lets it in, when it has joined, and whom it refuses. Repeated
// attempts are not repeated lines.

import { type FaultCode, SAID_BY_PEER } from '../errors.js';
import type { Disgover, Logger } from '../index.js';
import { transportText } from './contact-text.js';
import { inFlags } from './flag-names.js';
import type { Output } from './output.js';
import { type SeedFault, seedFaultLogger } from './seed-faults.js';

/** A kind is a remote host and a code. */
const KIND_MS = 10_000;
/** Strangers with many addresses fill no screen: further kinds are not told until one of these is over. */
const MOST_KINDS = 64;

type Refused = Parameters<Parameters<typeof Disgover.prototype.on<'refused'>>[1]>[0];

export const ALONE = 'alone: a group of its own (--expect 1, where that is meant)';

export class Bulletin {
  /** Hears why seeds fail, from the start on. */
  readonly logger: Logger = seedFaultLogger(
    (fault) => this.#onSeedFailed(fault),
    (source, message) => this.#onSourceFailed(source, message),
  );
  readonly #output: Pick<Output, 'notice'>;
  readonly #now: () => number;
  // Seed and code. Bounded by the seeds and by the codes; forgotten when the node joins.
  readonly #toldOfSeeds = new Set<string>();
  // Source and what it failed with. Bounded by MOST_KINDS.
  readonly #toldOfSources = new Set<string>();
  // Host and code of the seeds that failed, likewise.
  readonly #kindsOfSeeds = new Set<string>();
  // When each kind was told last, the oldest first. Bounded by MOST_KINDS.
  readonly #toldAt = new Map<string, number>();

  constructor(output: Pick<Output, 'notice'>, now: () => number = () => performance.now()) {
    this.#output = output;
    this.#now = now;
  }

  /** From when the node has started. `expect`: how many nodes it was told that there will be. */
  watch(node: Pick<Disgover, 'on' | 'state'>, expect?: number): void {
    node.on('state', ({ state }) => {
      if (state === 'joined') this.#onJoined();
      if (state === 'isolated')
        this.#output.notice('no node answers any more: the seeds are asked again and again');
      if (state === 'alone' && expect !== 1) this.#output.notice(ALONE);
    });
    node.on('refused', (refused) => this.#onRefused(refused));
  }

  #onSeedFailed({ seed, code, message }: SeedFault): void {
    // Its own address is in a list of seeds that all nodes share.
    if (code === 'SELF_CONNECT') return;
    const address = transportText(seed);
    for (const { host = '' } of seed) this.#kindsOfSeeds.add(kindOf(host, code));
    const told = `${address} ${code}`;
    if (this.#toldOfSeeds.has(told)) return;
    this.#toldOfSeeds.add(told);
    this.#output.notice(`seed ${address}: ${inFlags(message)}`);
  }

  #onSourceFailed(source: string, message: string): void {
    const told = `${source} ${message}`;
    if (this.#toldOfSources.has(told)) return;
    if (this.#toldOfSources.size >= MOST_KINDS) this.#toldOfSources.clear();
    this.#toldOfSources.add(told);
    this.#output.notice(`source ${source}: ${inFlags(message)}`);
  }

  #onJoined(): void {
    this.#toldOfSeeds.clear();
    this.#kindsOfSeeds.clear();
    this.#output.notice('joined');
  }

  #onRefused({ remote, code, detail }: Refused): void {
    const host = remote.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
    const kind = kindOf(host, code);
    // Said of the seed already.
    if (this.#kindsOfSeeds.has(kind)) return;
    const now = this.#now();
    for (const [oldest, toldAt] of this.#toldAt) {
      if (now - toldAt < KIND_MS) break;
      this.#toldAt.delete(oldest);
    }
    if (this.#toldAt.has(kind) || this.#toldAt.size >= MOST_KINDS) return;
    this.#toldAt.set(kind, now);
    const who = detail.startsWith(SAID_BY_PEER) ? 'refused by' : 'refused';
    this.#output.notice(`${who} ${host}: ${code}: ${inFlags(detail)}`);
  }
}

function kindOf(host: string, code: FaultCode): string {
  return `${host} ${code}`;
}
