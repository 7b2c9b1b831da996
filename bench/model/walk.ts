// Drives the engine's own lookup in the model: a clock that jumps from reply to reply, in median round trips.

import type { LookupPeer } from '../../src/lookup/lookup-peer.js';
import type { Walk } from '../../src/lookup/run-lookup.js';
import type { EncodedContact } from '../../src/wire/contact-codec.js';

export interface WalkDependencies {
  /** What the node answers, or `undefined` when it is dead. */
  readonly ask: (contact: EncodedContact) => readonly EncodedContact[] | undefined;
  /** How long the answer takes, or the time-out. */
  readonly roundTrip: (answers: boolean) => number;
  /** After how long the next may be asked in the place of who has not answered. */
  readonly late: number;
  /** Called with each answer, before the lookup hears of it. */
  readonly onAnswer: (peer: LookupPeer, named: readonly EncodedContact[], now: number) => void;
}

interface Arrival {
  readonly at: number;
  readonly peer: LookupPeer;
  readonly named: readonly EncodedContact[] | undefined;
}

/** Walks to the end, and returns when that was. */
export function walkToEnd(walk: Walk, { ask, roundTrip, late, onAnswer }: WalkDependencies): number {
  let now = 0;
  // Bounded by the requests in flight.
  const arrivals: Arrival[] = [];
  for (;;) {
    const move = walk.next(now);
    if (move.type === 'end') return now;
    if (move.type === 'ask') {
      const named = ask(move.peer.contact);
      walk.asked(move.peer, now, now + late);
      arrivals.push({ at: now + roundTrip(named !== undefined), peer: move.peer, named });
      continue;
    }
    const first = earliest(arrivals);
    if (first === undefined) throw new Error('the lookup waits, and nothing is under way');
    if (move.until !== undefined && move.until < (arrivals[first] as Arrival).at) {
      now = move.until;
      continue;
    }
    const [{ at, peer, named }] = arrivals.splice(first, 1) as [Arrival];
    now = at;
    if (named === undefined) walk.failed(peer);
    else {
      onAnswer(peer, named, now);
      walk.answered(peer, named);
    }
  }
}

function earliest(arrivals: readonly Arrival[]): number | undefined {
  let first: number | undefined;
  for (const [i, { at }] of arrivals.entries())
    if (first === undefined || at < (arrivals[first] as Arrival).at) first = i;
  return first;
}
