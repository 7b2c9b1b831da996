// FIND-NODE → NODES: takes what is announced and withdrawn, then answers with the exact contact and the closest nodes; later, where
// the asker wants to be looked for.

import { Refusal } from '../../errors.js';
import { type ContactId, contactIdOfBytes } from '../../id/contact-id.js';
import { type Key, keyOf } from '../../id/key.js';
import { limits } from '../../limits.js';
import type { Session } from '../../session/session.js';
import type { EncodedContact } from '../../wire/contact-codec.js';
import type { FindNode, Nodes, Target } from '../../wire/messages.js';

/** The contact of exactly an id, and for how long it is vouched for. */
export interface Exact {
  readonly contact: EncodedContact;
  readonly ttlMs: number;
}

export interface FindNodeDependencies {
  /** How many nodes are named, at most. */
  readonly k: number;
  /** What the node knows exactly of an id, and for how long it will: hosted here, or held for others. */
  exact(id: ContactId): Exact | undefined;
  /** The verified nodes closest to a key, of those that the asker can dial, closest first. */
  closest(target: Key, count: number, asker: Session): readonly EncodedContact[];
  /** Whether nodes are known that the asker cannot dial. */
  isBeyond(asker: Session): boolean;
  /** Looks for the id in the asker's stead. A Refusal where it asks for too much; may resolve to one. */
  findFor(id: ContactId, asker: Session): Promise<Exact | undefined | Refusal> | Refusal;
  /** Takes an announced contact. Returns what stood here before, where that was another, or why it is refused. */
  announced(contact: EncodedContact, session: Session): EncodedContact | undefined | Refusal;
  withdrawn(contact: EncodedContact, session: Session): Refusal | undefined;
}

export function answerFindNode(
  request: FindNode,
  session: Session,
  deps: FindNodeDependencies,
): Nodes | Refusal | Promise<Nodes | Refusal> {
  const { target } = request;
  const before: EncodedContact[] = [];
  for (const [i, contact] of request.withdrawn.entries()) {
    const refusal = deps.withdrawn(contact, session);
    if (refusal !== undefined) return refusal.within(`withdrawn[${i}]`);
  }
  for (const [i, contact] of request.announced.entries()) {
    const outcome = deps.announced(contact, session);
    // Who has kept it has kept its bytes, and others have looked into it since: parsed, 3 KB of empty lists take 40.
    contact.forgetParsed();
    if (outcome instanceof Refusal) return outcome.within(`announced[${i}]`);
    if (outcome !== undefined) before.push(outcome);
  }
  const answer = (exact: Exact | undefined) => nodesOf(request, session, deps, exact, before);
  if ('key' in target) return answer(undefined);
  const id = contactIdOfBytes(target.id);
  const exact = deps.exact(id);
  if (exact !== undefined || !request.onBehalf) return answer(exact);
  const found = deps.findFor(id, session);
  if (found instanceof Refusal) return found;
  return found.then((outcome) => (outcome instanceof Refusal ? outcome : answer(outcome)));
}

function nodesOf(
  { requestId, target, exactWillDo }: FindNode,
  session: Session,
  deps: FindNodeDependencies,
  exact: Exact | undefined,
  before: readonly EncodedContact[],
): Nodes {
  const isEnough = exactWillDo && exact !== undefined;
  const closest = isEnough
    ? []
    : deps.closest(keyIn(target), deps.k + 1, session).filter(({ id }) => id !== session.peer?.id);
  const room = { bytes: limits.frameBytes - limits.envelopeBytes - (exact?.contact.bytes.length ?? 0) };
  const beyond = exact === undefined && 'id' in target && deps.isBeyond(session);
  return {
    type: 'nodes',
    requestId,
    contacts: fitting(closest.slice(0, deps.k), room),
    conflicts: fitting(before, room),
    ...(exact && { exact: { contact: exact.contact, ttlSeconds: Math.floor(exact.ttlMs / 1_000) } }),
    ...(beyond && { beyond }),
  };
}

function keyIn(target: Target): Key {
  return 'id' in target ? keyOf(target.id) : target.key;
}

/** As many as leave room in the frame, first ones first. */
function fitting(contacts: readonly EncodedContact[], room: { bytes: number }): readonly EncodedContact[] {
  return contacts.filter(({ bytes }) => {
    const length = bytes.length + 2;
    if (length > room.bytes) return false;
    room.bytes -= length;
    return true;
  });
}
