// Drives a lookup: sends what it wants sent, tells it what came back, and yields each answer and failure as it comes.

import { asDisgoverError, DisgoverError } from '../errors.js';
import type { ContactId } from '../id/contact-id.js';
import { type Abortable, AbortScope, onAbort } from '../runtime/abort.js';
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
  readonly requests: number;
  readonly answers: number;
  readonly closest: readonly LookupPeer[];
}

export interface WalkDependencies {
  readonly now: () => number;
  readonly alarms: Alarms;
  /** Sends the request. Rejects when the peer does not answer. `toldBy`: who named it; absent for one of our own table. */
  readonly findNode: (
    contact: EncodedContact,
    signal: Abortable,
    toldBy: EncodedContact | undefined,
  ) => Promise<Nodes>;
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

/** Why what is still in flight is given up. Nobody sees it, so one will do. */
const ended = new DisgoverError('CLOSED', 'the lookup has ended');

/**
 * Walks until the lookup ends, and returns why. Leaving the loop, or `signal`, ends every request in flight in the same turn.
 * @throws the signal's reason.
 */
export async function* runLookup(
  walk: Walk,
  deps: WalkDependencies,
  signal: Abortable | undefined,
): AsyncGenerator<WalkStep, LookupEnd, undefined> {
  const requests = new AbortScope();
  const arrived: WalkStep[] = []; // bounded by the requests in flight
  let wake = () => {};
  const removeAbort = onAbort(signal, () => {
    requests.abort(signal?.reason);
    wake();
  });

  function ask(peer: LookupPeer): void {
    const sentAt = deps.now();
    walk.asked(peer, sentAt, sentAt + deps.lateMs(peer.contact.id));
    const settle = (step: WalkStep) => {
      arrived.push(step);
      wake();
    };
    deps.findNode(peer.contact, requests, peer.toldBy?.contact).then(
      (nodes) => settle({ type: 'answered', peer, nodes, ms: deps.now() - sentAt }),
      (fault) => {
        if (!requests.aborted)
          settle({ type: 'failed', peer, fault: asDisgoverError(fault), ms: deps.now() - sentAt });
      },
    );
  }

  function take(step: WalkStep): void {
    if (step.type === 'failed') walk.failed(step.peer, !wasNotDialled(step.fault));
    else walk.answered(step.peer, step.nodes.contacts.filter(deps.isEligible));
  }

  try {
    for (;;) {
      signal?.throwIfAborted();
      for (let step = arrived.shift(); step !== undefined; step = arrived.shift()) {
        take(step);
        // Who speaks nothing that we speak could not be asked, so that nothing has happened.
        if (step.type === 'failed' && step.fault.code === 'ERR_NO_TRANSPORT_FOR') continue;
        yield step;
        signal?.throwIfAborted();
      }
      let move = walk.next(deps.now());
      for (; move.type === 'ask'; move = walk.next(deps.now())) ask(move.peer);
      if (move.type === 'end') return move.reason;
      await arrival(move.until);
    }
  } finally {
    removeAbort();
    requests.abort(ended);
  }

  /** Resolves when something has arrived, was aborted, or when somebody in flight becomes late. */
  async function arrival(until: number | undefined): Promise<void> {
    // Aborted while something was being asked: nobody will wake us.
    if (arrived.length > 0 || requests.aborted) return;
    let alarm: Alarm | undefined;
    await new Promise<void>((resolve) => {
      wake = resolve;
      if (until !== undefined) alarm = deps.alarms.at(until, resolve);
    });
    alarm?.cancel();
  }
}
