// What a lookup shows of itself: its steps as they come, or all of them as one value.

import type { Contact } from '../contracts/contact.js';
import type { ErrorCode } from '../errors.js';
import type { ContactId } from '../id/contact-id.js';
import { bucketIndex } from '../id/distance.js';
import type { Key } from '../id/key.js';
import type { LookupEnd } from './lookup.js';
import type { WalkStep } from './run-lookup.js';

/** One node that answered, or did not. */
export interface LookupStep {
  readonly type: 'answered' | 'failed';
  /** The node that was asked. */
  readonly id: ContactId;
  /** 1 for a node of our own table, else one more than that of the node that told us of it. */
  readonly hop: number;
  /** The node that told us of it; absent for one of our own table. */
  readonly toldBy?: ContactId;
  /** How many of the 256 bits of XOR distance are left between the node's key and the target: 0 only for the target itself. */
  readonly distanceBits: number;
  /** From the request to its answer, its failure or its deadline; milliseconds. */
  readonly ms: number;
  /** How many nodes it named. */
  readonly named?: number;
  /** The node was asked to look for the id among those that we cannot dial, and did so itself. Whom it asked is not told. */
  readonly onBehalf?: true;
  /** The contact that was looked for, when the node has it. */
  readonly found?: Contact;
  /** Why it failed. */
  readonly code?: ErrorCode;
}

/** `found`; `closest`: the k closest nodes have answered that they do not know it; `requests`: the budget was spent. */
export type LookupOutcome = 'found' | Exclude<LookupEnd, 'nobody'>;

/** A whole lookup. */
export interface LookupTrace {
  readonly id: ContactId;
  readonly found?: Contact;
  /** Hop of the step that found it; of the furthest step when nothing was found. */
  readonly hops: number;
  /** Requests that were settled before the end. */
  readonly requests: number;
  readonly ms: number;
  readonly end: LookupOutcome;
  readonly steps: readonly LookupStep[];
}

export function stepOf(step: WalkStep, target: Key, found: Contact | undefined): LookupStep {
  const { peer, ms } = step;
  return {
    type: step.type,
    id: peer.contact.id,
    hop: peer.depth,
    ...(peer.toldBy && { toldBy: peer.toldBy.contact.id }),
    distanceBits: (bucketIndex(target, peer.key) ?? -1) + 1,
    ms,
    ...(step.type === 'failed' ? { code: step.fault.code } : { named: step.nodes.contacts.length }),
    ...(step.isOnBehalf && { onBehalf: true }),
    ...(found && { found }),
  };
}

export async function collectTrace(
  id: ContactId,
  steps: AsyncGenerator<LookupStep, LookupOutcome, undefined>,
  now: () => number,
): Promise<LookupTrace> {
  const startedAt = now();
  const collected: LookupStep[] = []; // bounded by the requests of a lookup
  for (;;) {
    const next = await steps.next();
    const last = next.done ? undefined : next.value;
    if (last !== undefined) collected.push(last);
    if (last !== undefined && last.found === undefined) continue;
    if (!next.done) await steps.return('found');
    return {
      id,
      ...(last?.found && { found: last.found }),
      hops: last?.hop ?? Math.max(0, ...collected.map(({ hop }) => hop)),
      requests: collected.length,
      ms: now() - startedAt,
      end: next.done ? next.value : 'found',
      steps: collected,
    };
  }
}
