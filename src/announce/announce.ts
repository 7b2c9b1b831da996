// Tells the holders: a lookup towards the key, and one burst to the k closest that carries the contact.

import type { TransportInfo } from '../contracts/transport.js';
import type { DisgoverError } from '../errors.js';
import { bytesOfContactId } from '../id/contact-id.js';
import { converge } from '../lookup/converge.js';
import type { Walker, WalkOptions } from '../lookup/walker.js';
import type { NodesQuery } from '../rpc/client.js';
import type { Abortable } from '../runtime/abort.js';
import type { DialTarget } from '../session/dialler.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import type { Nodes } from '../wire/messages.js';
import { Answers, type AnswersDependencies } from './answers.js';
import { KNOWS_BETTER } from './knows-better.js';

export interface AnnounceDependencies extends AnswersDependencies {
  readonly walker: Walker;
  /** Tells one node. Resolves either way. */
  readonly tell: (node: DialTarget, query: NodesQuery, signal: Abortable | undefined) => Promise<void>;
}

/** Hosts of older contacts that are told of ours directly, at most. */
const HOSTS_TOLD = 8;

/**
 * Announces a registration to its k holders. Resolves to how many nodes heard it.
 * @throws as the walk does: `ERR_NO_NODES`, `ERR_LOOKUP_TIMEOUT`, `ERR_CLOSED`, the signal's reason.
 */
export async function announce(
  own: EncodedContact,
  deps: AnnounceDependencies,
  options: Pick<WalkOptions, 'signal'> = {},
): Promise<number> {
  const query = { target: { id: bytesOfContactId(own.id) }, announced: [own] };
  // Bounded by HOSTS_TOLD.
  const displaced = new Map<string, TransportInfo>();
  const answers = new Answers(deps, (_own, host) => {
    if (displaced.size < HOSTS_TOLD) displaced.set(JSON.stringify(host), host);
  });
  let isRefused = false;
  const onRefused = () => {
    isRefused = true;
  };
  const onNodes = (nodes: Nodes, from: EncodedContact) => answers.hear(own, nodes, from);
  const heard = await tellHolders(query, deps, options, onNodes, onRefused);
  // A refusal does not say what stands instead.
  if (isRefused) await askFirst(query, deps, options, (nodes, from) => answers.hearExact(own, nodes, from));
  await Promise.all(Array.from(displaced.values(), (host) => deps.tell(host, query, options.signal)));
  return heard;
}

/** Announces what somebody else hosts, as it is: what holders have instead is not ours to mend. @throws as `announce`. */
export function announceFor(contact: EncodedContact, deps: AnnounceDependencies): Promise<number> {
  const query = { target: { id: bytesOfContactId(contact.id) }, announced: [contact] };
  return tellHolders(query, deps, {}, () => {});
}

/** Tells the holders that the contact is no more. Resolves to how many nodes heard it. @throws as `announce`. */
export function withdraw(
  own: EncodedContact,
  deps: AnnounceDependencies,
  options: Pick<WalkOptions, 'signal'> = {},
): Promise<number> {
  const query = { target: { id: bytesOfContactId(own.id) }, withdrawn: [own] };
  return tellHolders(query, deps, options, () => {});
}

/** Asks for the target, until an answer is one. Nobody is told anything. */
async function askFirst(
  { target }: NodesQuery,
  { walker }: AnnounceDependencies,
  options: Pick<WalkOptions, 'signal'>,
  isOne: (nodes: Nodes, from: EncodedContact) => boolean,
): Promise<void> {
  try {
    await walker.run(
      { target },
      options,
      (step) => step.type !== 'failed' && isOne(step.nodes, step.peer.contact),
    );
  } catch {
    // What was to be announced has been; who could say more is gone.
  }
}

async function tellHolders(
  query: NodesQuery,
  { walker }: AnnounceDependencies,
  options: Pick<WalkOptions, 'signal'>,
  onNodes: (nodes: Nodes, from: EncodedContact) => void,
  onRefused: () => void = () => {},
): Promise<number> {
  let heard = 0;
  try {
    for await (const step of converge(walker, query, options)) {
      if (step.type === 'answered') onNodes(step.nodes, step.peer.contact);
      else if (KNOWS_BETTER.has(step.fault.code)) onRefused();
      else continue;
      heard++;
    }
  } catch (fault) {
    // To a walk, a refusal is no answer.
    const isHeard = heard > 0 && (fault as DisgoverError).code === 'ERR_NO_NODES';
    if (!isHeard) throw fault;
  }
  return heard;
}
