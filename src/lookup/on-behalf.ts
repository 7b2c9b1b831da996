// A walk reaches whom we can dial, and where some nodes cannot dial others, the holders of an id may be none of them. Nodes that
// have answered say that there are such; then a few of them are asked to look for the id themselves, one after the other.

import { asDisgoverError } from '../errors.js';
import { ClosestList } from '../id/closest-list.js';
import type { Key } from '../id/key.js';
import { limits } from '../limits.js';
import type { Abortable } from '../runtime/abort.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import type { Nodes } from '../wire/messages.js';
import type { LookupEnd } from './lookup.js';
import { LookupPeer } from './lookup-peer.js';
import type { WalkStep } from './run-lookup.js';

export interface OnBehalfDependencies {
  readonly now: () => number;
  /** Asks the node to look for the target. Rejects when it does not answer, or will not. */
  readonly findThrough: (contact: EncodedContact, signal: Abortable) => Promise<Nodes>;
  /** Whether the node speaks what we do not. */
  readonly isBridging: (contact: EncodedContact) => boolean;
  /** Nodes that do and were met, the last one first. */
  readonly bridges: () => readonly EncodedContact[];
}

/** Yields what the walk does and, when it has ended, what those answer who were asked to look for us. Returns how the walk ended. */
export async function* thenOnBehalf(
  target: Key,
  steps: AsyncGenerator<WalkStep, LookupEnd, undefined>,
  deps: OnBehalfDependencies,
  signal: Abortable,
): AsyncGenerator<WalkStep, LookupEnd, undefined> {
  const beyond = new ClosestList<LookupPeer>(target, limits.onBehalfAsked);
  let isBridged = false;
  let end: LookupEnd;
  try {
    for (let next = await steps.next(); ; next = await steps.next()) {
      if (next.done) {
        end = next.value;
        break;
      }
      const step = next.value;
      if (step.type === 'answered') {
        if (step.nodes.beyond) beyond.add(step.peer);
        isBridged ||= deps.isBridging(step.peer.contact);
      }
      yield step;
    }
  } finally {
    await steps.return('closest');
  }
  if (end === 'nobody') return end;
  // Whoever could know such nodes and was asked would have said so. Where none was, one that we have met may.
  const met = isBridged ? [] : deps.bridges().slice(0, limits.onBehalfAsked);
  const asked = beyond.items.length > 0 ? beyond.items : met.map((contact) => new LookupPeer(contact));
  for (const peer of asked) {
    signal.throwIfAborted();
    yield await ask(peer, deps, signal);
  }
  return end;
}

async function ask(
  peer: LookupPeer,
  { now, findThrough }: OnBehalfDependencies,
  signal: Abortable,
): Promise<WalkStep> {
  const sentAt = now();
  try {
    const nodes = await findThrough(peer.contact, signal);
    return { type: 'answered', peer, nodes, ms: now() - sentAt, isOnBehalf: true };
  } catch (fault) {
    signal.throwIfAborted();
    return { type: 'failed', peer, fault: asDisgoverError(fault), ms: now() - sentAt, isOnBehalf: true };
  }
}
