// Drives a lookup: sends what it wants sent, tells it what came back, and shows each answer and failure as it comes.
//
// An answer is used in the turn in which it arrives, and brings the next request with it: a promise for each step costs more than
// the steps (bench: `lookup`).

import { asDisgoverError, DisgoverError } from '../errors.js';
import type { ContactId } from '../id/contact-id.js';
import { type Abortable, AbortScope, unwait, type Waiter, wait } from '../runtime/abort.js';
import type { Alarm, Alarms } from '../runtime/alarms.js';
import { wasNotDialled } from '../session/dial-policy.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import type { Nodes } from '../wire/messages.js';
import type { LookupEnd, LookupMove } from './lookup.js';
import type { LookupPeer } from './lookup-peer.js';

/** What a driver needs of a lookup: one list, or several disjoint ones. */
export interface Walk {
  next(now: number): LookupMove;
  asked(peer: LookupPeer, now: number, lateAt: number): void;
  answered(peer: LookupPeer, contacts: Iterable<EncodedContact>): boolean;
  failed(peer: LookupPeer, wasAsked?: boolean): boolean;
  /** Of a walk that asks nodes alone. */
  again?(peer: LookupPeer): void;
  readonly requests: number;
  readonly answers: number;
  readonly closest: readonly LookupPeer[];
}

export interface WalkDependencies {
  readonly now: () => number;
  readonly alarms: Alarms;
  /** Sends the request. Rejects when the peer does not answer. */
  readonly findNode: (peer: LookupPeer, signal: Abortable) => Promise<Nodes>;
  /** Milliseconds that the peer usually takes, at most. */
  readonly lateMs: (id: ContactId) => number;
  /** Whether a contact named by others is to be considered: not ourselves, not quarantined. */
  readonly isEligible: (contact: EncodedContact) => boolean;
}

export type WalkStep = (
  | { readonly type: 'answered'; readonly nodes: Nodes }
  | { readonly type: 'failed'; readonly fault: DisgoverError }
) & {
  readonly peer: LookupPeer;
  readonly ms: number;
  /** The peer was asked to look for us. */
  readonly isOnBehalf?: true;
};

/** Sees each step. True: enough is known, the walk may end. */
export type Visit = (step: WalkStep) => boolean;

/** Why what is still in flight is given up. Nobody sees it, so one will do. */
const ended = new DisgoverError('CLOSED', 'the lookup has ended');

/**
 * Walks until the lookup ends, and resolves to why; to `undefined` where `visit` has ended it. Then, or when `signal` aborts, every
 * request in flight ends in the same turn. Rejects with the signal's reason, or with what `visit` throws.
 */
export function runLookup(
  walk: Walk,
  deps: WalkDependencies,
  signal: Abortable,
  visit: Visit,
): Promise<LookupEnd | undefined> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    else new Drive(walk, deps, signal, visit, resolve, reject).go();
  });
}

class Drive implements Waiter {
  readonly #walk: Walk;
  readonly #deps: WalkDependencies;
  readonly #signal: Abortable;
  readonly #visit: Visit;
  readonly #resolve: (end: LookupEnd | undefined) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #requests = new AbortScope();
  // Bounded by the requests in flight.
  readonly #arrived: WalkStep[] = [];
  // Left as it is while somebody in flight becomes late no sooner.
  #alarm: Alarm | undefined;
  #alarmAt = Number.POSITIVE_INFINITY;
  #isGoing = false;
  #isOver = false;

  constructor(
    walk: Walk,
    deps: WalkDependencies,
    signal: Abortable,
    visit: Visit,
    resolve: (end: LookupEnd | undefined) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#walk = walk;
    this.#deps = deps;
    this.#signal = signal;
    this.#visit = visit;
    this.#resolve = resolve;
    this.#reject = reject;
    wait(signal, this);
  }

  onAbort(reason: unknown): void {
    this.#finish(reason);
    this.#reject(reason);
  }

  /** As far as it goes without another answer. Called again by what happens meanwhile, it leaves that to the call under way. */
  go(): void {
    if (this.#isGoing) return;
    this.#isGoing = true;
    try {
      while (!this.#isOver && this.#step());
    } catch (fault) {
      this.#finish(ended);
      this.#reject(fault);
    } finally {
      this.#isGoing = false;
    }
  }

  /** Whether there may be more to do. */
  #step(): boolean {
    const step = this.#arrived.shift();
    if (step !== undefined) {
      this.#take(step);
      return true;
    }
    const move = this.#walk.next(this.#deps.now());
    if (move.type === 'ask') this.#ask(move.peer);
    else if (move.type === 'end') this.#end(move.reason);
    else if (move.until !== undefined) this.#watch(move.until);
    return move.type === 'ask';
  }

  #take(step: WalkStep): void {
    if (step.type === 'failed') this.#walk.failed(step.peer, !wasNotDialled(step.fault));
    else this.#walk.answered(step.peer, step.nodes.contacts.filter(this.#deps.isEligible));
    // Who speaks nothing that we speak could not be asked, so that nothing has happened.
    if (step.type === 'failed' && step.fault.code === 'ERR_NO_TRANSPORT_FOR') return;
    if (this.#visit(step)) return this.#end(undefined);
    // What it has will not do, and it was not asked for whom it knows.
    if (step.type === 'answered' && step.peer.exactWillDo && step.nodes.exact) this.#walk.again?.(step.peer);
  }

  #ask(peer: LookupPeer): void {
    const { now, lateMs, findNode } = this.#deps;
    const sentAt = now();
    this.#walk.asked(peer, sentAt, sentAt + lateMs(peer.contact.id));
    findNode(peer, this.#requests).then(
      (nodes) => this.#arrive({ type: 'answered', peer, nodes, ms: now() - sentAt }),
      (fault) => this.#arrive({ type: 'failed', peer, fault: asDisgoverError(fault), ms: now() - sentAt }),
    );
  }

  #arrive(step: WalkStep): void {
    if (this.#isOver) return;
    this.#arrived.push(step);
    this.go();
  }

  #watch(until: number): void {
    if (until >= this.#alarmAt) return;
    this.#alarm?.cancel();
    this.#alarmAt = until;
    this.#alarm = this.#deps.alarms.at(until, () => {
      this.#alarmAt = Number.POSITIVE_INFINITY;
      this.go();
    });
  }

  #end(reason: LookupEnd | undefined): void {
    if (this.#isOver) return;
    this.#finish(ended);
    this.#resolve(reason);
  }

  #finish(reason: unknown): void {
    this.#isOver = true;
    this.#alarm?.cancel();
    unwait(this.#signal, this);
    this.#requests.abort(reason);
  }
}
