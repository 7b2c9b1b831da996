// Every walk of a node starts here: a place among the lookups, whom to ask first, the deadline, and what the driver needs.

import { DisgoverError } from '../errors.js';
import { ClosestList } from '../id/closest-list.js';
import { type Key, keyOf } from '../id/key.js';
import { limits } from '../limits.js';
import type { NodesQuery } from '../rpc/client.js';
import { type Abortable, AbortScope, onAbort } from '../runtime/abort.js';
import { Slots } from '../runtime/slots.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import type { Nodes, Target } from '../wire/messages.js';
import { DisjointLookup } from './disjoint-lookup.js';
import { type Holders, likelyHolders } from './holders.js';
import { Lookup, type LookupEnd } from './lookup.js';
import { OnBehalf, type OnBehalfDependencies } from './on-behalf.js';
import type { KindsOf } from './places.js';
import { runLookup, type Visit, type WalkDependencies, type WalkStep } from './run-lookup.js';
import { stepsOf } from './steps.js';

export interface WalkOptions {
  /** Default limits.lookupMs. */
  readonly timeoutMs?: number;
  readonly signal?: Abortable | undefined;
  /** Disjoint paths, default 1. */
  readonly paths?: number;
  /** How many of the closest must have answered. Default the node's k. */
  readonly count?: number;
  /** Most requests in flight. Default the node's alpha. */
  readonly concurrency?: number;
  /** Once the alpha closest have answered, asks all of the k closest at once. Default false. */
  readonly burst?: boolean;
  /** One holder of the target is enough: who most likely is one is asked alone, until one has denied it. Default false. */
  readonly oneWillDo?: boolean;
  /** Sessions that are opened on the way end with the answers: nobody is to be asked again soon. Default false. */
  readonly once?: boolean;
  /** Whom to ask first. Default the closest of our own table. */
  readonly start?: readonly EncodedContact[];
  /** At the end, ask those who know of nodes that we cannot dial to look for the target. Default false. */
  readonly onBehalf?: boolean;
}

export interface WalkerDependencies
  extends Omit<WalkDependencies, 'findNode'>,
    Omit<OnBehalfDependencies, 'findThrough'> {
  readonly k: number;
  readonly alpha: number;
  /** `toldBy`: who named the contact; absent for one of our own table. */
  readonly findNode: (
    contact: EncodedContact,
    query: NodesQuery,
    options: { readonly signal: Abortable; readonly once: boolean },
    toldBy: EncodedContact | undefined,
  ) => Promise<Nodes>;
  /** Asks the node to look for the target on our behalf. */
  readonly findThrough: (contact: EncodedContact, target: Target, signal: Abortable) => Promise<Nodes>;
  /** Whom to ask first: the closest in our table. */
  readonly start: (target: Key, count: number) => readonly EncodedContact[];
  /** For a node that speaks several transports: how many, and which of them a peer speaks. Absent: it speaks one. */
  readonly kinds?: { readonly count: number; readonly of: KindsOf } | undefined;
  /** Tries to get to know somebody when we know nobody. Resolves either way. */
  readonly rejoin: (signal: Abortable) => Promise<void>;
  /** How many nodes there are, about. */
  readonly networkSize: () => number;
  /** Whether there is a session with the node. */
  readonly isAtHand: Holders['isAtHand'];
  readonly onWalked: (target: Key) => void;
  /** For the error when nobody was reached: how many seeds there are, and why the last of them failed. */
  readonly seeds: () => { readonly count: number; readonly fault: DisgoverError | undefined };
}

const ONE_KIND = Object.freeze({ count: 1, of: undefined });

export class Walker {
  readonly #deps: WalkerDependencies;
  readonly #slots = new Slots(limits.lookups, limits.lookupsQueued, 'lookups');
  // Ends every walk when the node closes. Bounded by limits.lookups and limits.lookupsQueued.
  readonly #running = new Set<AbortScope>();
  #closed: DisgoverError | undefined;

  constructor(deps: WalkerDependencies) {
    this.#deps = deps;
  }

  get size(): number {
    return this.#running.size;
  }

  get k(): number {
    return this.#deps.k;
  }

  get alpha(): number {
    return this.#deps.alpha;
  }

  /** The closest that were heard of, as many as a walk may need of them to start with. */
  nearest(target: Key): ClosestList<EncodedContact> {
    const { k, kinds } = this.#deps;
    return new ClosestList(target, kinds === undefined ? k : kinds.count * limits.lookupCandidates);
  }

  isEligible(contact: EncodedContact): boolean {
    return this.#deps.isEligible(contact);
  }

  /**
   * The same as `run`, for who looks at each step: yields each answer and failure, and returns why the walk ended; `undefined` where
   * `isEnough` has ended it. @throws as `run`.
   */
  walk(
    query: NodesQuery,
    options: WalkOptions = {},
    isEnough?: Visit,
  ): AsyncGenerator<WalkStep, LookupEnd | undefined, undefined> {
    const run = (signal: Abortable, visit: Visit) => this.run(query, { ...options, signal }, visit);
    return stepsOf(run, options.signal, isEnough);
  }

  /**
   * Walks towards the query's target, and shows each answer and failure to `visit` until that has seen enough. Resolves to why the walk
   * ended, to `undefined` where `visit` has ended it.
   * @throws DisgoverError `ERR_NO_NODES` when nobody was reached, `ERR_LOOKUP_TIMEOUT`, `ERR_BUSY`, `ERR_CLOSED`; or the
   * signal's reason.
   */
  async run(query: NodesQuery, options: WalkOptions, visit: Visit): Promise<LookupEnd | undefined> {
    if (this.#closed !== undefined) throw this.#closed;
    options.signal?.throwIfAborted();
    const { timeoutMs = limits.lookupMs } = options;
    const stop = new AbortScope();
    const removeAbort = onAbort(options.signal, () => stop.abort(options.signal?.reason));
    const target = 'key' in query.target ? query.target.key : keyOf(query.target.id);
    const lookup = this.#lookup(target, options);
    const alarm = this.#deps.alarms.after(timeoutMs, () => {
      const detail = `${timeoutMs} ms, ${lookup.requests} asked, ${lookup.answers} answered`;
      stop.abort(new DisgoverError('LOOKUP_TIMEOUT', detail));
    });
    this.#running.add(stop);
    let leave = () => {};
    const release = () => {
      leave();
      this.#running.delete(stop);
      alarm.cancel();
      removeAbort();
    };
    // In the turn of the abort, whatever the caller does then.
    stop.add({ onAbort: release });
    try {
      leave = await this.#slots.enter(stop);
      lookup.hear(options.start ?? (await this.#start(target, stop)));
      this.#deps.onWalked(target);
      const end = await this.#follow(lookup, query, target, options, stop, visit);
      if (end === 'nobody') throw this.#noNodes(`${lookup.requests} asked, none answered`);
      return end;
    } finally {
      release();
    }
  }

  close(reason: DisgoverError): void {
    this.#closed = reason;
    for (const stop of this.#running) stop.abort(reason);
  }

  async #follow(
    lookup: Lookup | DisjointLookup,
    query: NodesQuery,
    target: Key,
    { onBehalf, once = false }: WalkOptions,
    stop: AbortScope,
    visit: Visit,
  ): Promise<LookupEnd | undefined> {
    const { now, alarms, lateMs, isEligible } = this.#deps;
    const findNode: WalkDependencies['findNode'] = ({ contact, toldBy, exactWillDo }, signal) =>
      this.#deps.findNode(
        contact,
        exactWillDo ? { ...query, exactWillDo } : query,
        { signal, once },
        toldBy?.contact,
      );
    const deps = { now, alarms, lateMs, isEligible, findNode };
    if (!onBehalf) return runLookup(lookup, deps, stop, visit);
    const others = this.#onBehalf(query.target, target);
    const end = await runLookup(lookup, deps, stop, (step) => {
      others.note(step);
      return visit(step);
    });
    if (end === undefined || end === 'nobody') return end;
    return (await others.ask(stop, visit)) ? undefined : end;
  }

  #onBehalf(target: Target, key: Key): OnBehalf {
    const { now, isBridging, bridges } = this.#deps;
    const findThrough: OnBehalfDependencies['findThrough'] = (contact, signal) =>
      this.#deps.findThrough(contact, target, signal);
    return new OnBehalf(key, { now, isBridging, bridges, findThrough });
  }

  #lookup(
    target: Key,
    { paths = 1, count, concurrency, burst, oneWillDo }: WalkOptions,
  ): Lookup | DisjointLookup {
    const { count: kinds, of: kindsOf } = this.#deps.kinds ?? ONE_KIND;
    const options = {
      k: count ?? this.#deps.k,
      alpha: concurrency ?? this.#deps.alpha,
      burst,
      maxCandidates: kinds * limits.lookupCandidates,
      maxRequests: kinds * (paths === 1 ? limits.lookupRequests : limits.lookupPathsRequests),
      kindsOf,
      holders: oneWillDo && paths === 1 && kinds === 1 ? this.#holders(target) : undefined,
    };
    return paths === 1 ? new Lookup(target, options) : new DisjointLookup(target, paths, options);
  }

  #holders(target: Key): Holders {
    const { k, networkSize, isAtHand } = this.#deps;
    return { isLikely: likelyHolders(target, k, networkSize()), isAtHand };
  }

  async #start(target: Key, signal: Abortable): Promise<readonly EncodedContact[]> {
    const known = this.#deps.start(target, this.#deps.k);
    if (known.length > 0) return known;
    await this.#deps.rejoin(signal);
    signal.throwIfAborted();
    const found = this.#deps.start(target, this.#deps.k);
    if (found.length > 0) return found;
    throw this.#noNodes('table empty');
  }

  #noNodes(detail: string): DisgoverError {
    const { count, fault: cause } = this.#deps.seeds();
    const seeds = count === 1 ? '1 seed' : `${count} seeds`;
    const why = cause === undefined ? '' : `, last: ${cause.message}`;
    return new DisgoverError('NO_NODES', `${seeds} tried, ${detail}${why}`, { cause });
  }
}
