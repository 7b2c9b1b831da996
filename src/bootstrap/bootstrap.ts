// How a node finds its first peers, and goes on finding them: its seeds, the sources of more, and what is done with them.

import { type CallOptions, NO_OPTIONS } from '../call-options.js';
import type { SourceContext } from '../contracts/bootstrap-source.js';
import type { DisgoverError } from '../errors.js';
import { utf8 } from '../id/bytes.js';
import type { ContactId } from '../id/contact-id.js';
import { compareDistance } from '../id/distance.js';
import type { ResolvedOptions } from '../options.js';
import type { Reports } from '../reports.js';
import type { Routing } from '../routing/routing.js';
import type { Abortable } from '../runtime/abort.js';
import type { Alarms } from '../runtime/alarms.js';
import { shuffled } from '../runtime/random.js';
import type { DialTarget } from '../session/dialler.js';
import { addressesOf, addressKey } from '../wire/addresses.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import { explain } from './explain.js';
import { Join, type SeedAnswer } from './join.js';
import type { BootstrapReport, BootstrapView, JoinState } from './report.js';
import type { Namer } from './seed-list.js';
import { Sources } from './sources.js';

export interface BootstrapDependencies {
  readonly options: ResolvedOptions;
  readonly own: () => EncodedContact;
  readonly alarms: Alarms;
  readonly reports: Reports;
  readonly routing: Routing;
  /** Whether a contact is of another node, which has not failed lately. */
  readonly isEligible: (contact: EncodedContact) => boolean;
  /** Rejects when the seed does not answer. */
  readonly ask: (seed: DialTarget) => Promise<SeedAnswer>;
  /** Walks towards our own key, from those that a seed has named. Does not reject. */
  readonly walkHome: (named: readonly EncodedContact[]) => Promise<unknown>;
}

/** What the application names itself. */
const OPTION: Namer = { name: 'option seeds' };
/** Before what sources seal, so that it is never a proof in a HELLO. */
const SEALED = utf8('disgover seeds\0');

export class Bootstrap implements BootstrapView {
  readonly #deps: BootstrapDependencies;
  readonly #join: Join;
  readonly #sources: Sources;
  #isStarted = false;

  constructor(deps: BootstrapDependencies) {
    const { options, alarms, reports, routing } = deps;
    const { runtime, expected, logger } = options;
    this.#deps = deps;
    this.#sources = new Sources(options.sources, {
      context: this.#context(),
      alarms,
      transports: options.transports.map(({ name }) => name),
      onSeeds: (watch, seeds) => this.#join.offer(watch, seeds),
      onFault: ({ name }, { code, message }) => {
        logger.warn({ source: name, code, detail: message }, 'source failed');
        this.#join.onSource();
      },
    });
    this.#join = new Join({
      ...deps,
      runtime,
      expected,
      hasNodes: () => routing.size > 0,
      isKnown: (seed, id) => this.#isKnown(seed, id),
      isNews: (named) => this.#isNews(named),
      sources: () => this.#sources,
      onState: (state) => {
        // That nobody asked for is most likely one that ought not to be.
        if (state === 'alone' && expected !== 1) logger.warn({ state }, 'alone: a group of its own');
        reports.state(state);
        if (state === 'joined') void routing.joined();
      },
      onMerged: () => void routing.joined(),
      onSeedFailed: (seed, fault) => reports.seedFailed(seed, fault),
    });
  }

  get state(): JoinState {
    return this.#join.state;
  }

  /** How many seeds there are, and why the last that failed did. */
  get tried(): { readonly count: number; readonly fault: DisgoverError | undefined } {
    return { count: this.#join.seeds.all.length, fault: this.#join.lastFault };
  }

  /** Whether a seed is at the address, by its key. */
  isSeed(address: string): boolean {
    return this.#join.seeds.has(address);
  }

  /** Asks the seeds, and reads the sources from the first time on. Resolves when one has answered, or none does. @throws the signal's reason. */
  async start(signal?: Abortable): Promise<void> {
    if (!this.#isStarted) {
      this.#isStarted = true;
      const { runtime, seeds } = this.#deps.options;
      this.#join.offer(OPTION, shuffled(runtime, seeds));
      this.#sources.start();
    }
    await this.#join.join(signal);
  }

  retry({ signal }: CallOptions = NO_OPTIONS): Promise<void> {
    return this.#join.askAll(signal);
  }

  /** A node has entered the table, by whatever way. */
  onNode(): void {
    this.#join.onNode();
  }

  /** A node has left the table. */
  onNodeGone(id: ContactId): void {
    this.#join.onNodeGone(id);
  }

  explain(): BootstrapReport {
    const isKnown = (seed: DialTarget, id: ContactId | undefined) => this.#isKnown(seed, id);
    return explain({
      join: this.#join,
      sources: this.#sources.all,
      expected: this.#deps.options.expected,
      isKnown,
    });
  }

  /** Resolves when the sources have ended, which may have a last word. */
  close(): Promise<void> {
    this.#join.close();
    return this.#sources.close();
  }

  #context(): SourceContext {
    const { options, own } = this.#deps;
    const { runtime, group, secrets, transports } = options;
    return {
      runtime,
      group,
      transport: transports[0]?.name as string,
      contact: () => own().contact,
      seal: (bytes) => secrets.prover()?.(Uint8Array.from([...SEALED, ...bytes])),
    };
  }

  #isKnown(seed: DialTarget, id: ContactId | undefined): boolean {
    const { routing } = this.#deps;
    if (id !== undefined) return routing.get(id) !== undefined;
    const keys = new Set(addressesOf(seed).map(addressKey));
    for (const contact of routing.contacts())
      if (addressesOf(contact).some((address) => keys.has(addressKey(address)))) return true;
    return false;
  }

  #isNews(named: readonly EncodedContact[]): boolean {
    const { routing, options, own, isEligible } = this.#deps;
    const { key } = own();
    const furthest = routing.closest(key, options.k)[options.k - 1];
    return named.some(
      (contact) =>
        isEligible(contact) &&
        routing.known(contact) === undefined &&
        (furthest === undefined || compareDistance(key, contact.key, furthest.key) < 0),
    );
  }
}
