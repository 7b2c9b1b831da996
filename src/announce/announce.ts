// Tells the holders: a lookup towards the key, and one burst to the k closest that carries the contact.

import type { Contacts, Observation } from '../contacts/observe.js';
import type { TransportInfo } from '../contracts/transport.js';
import { Refusal } from '../errors.js';
import { bytesOfContactId } from '../id/contact-id.js';
import { converge } from '../lookup/converge.js';
import type { Walker, WalkOptions } from '../lookup/walker.js';
import type { NodesQuery } from '../rpc/client.js';
import type { Abortable } from '../runtime/abort.js';
import { addressesOf } from '../wire/addresses.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import type { Nodes } from '../wire/messages.js';

export interface AnnounceDependencies {
  readonly walker: Walker;
  readonly contacts: Contacts;
  /** Tells a node that is known by its address only. Resolves either way. */
  readonly tell: (host: TransportInfo, query: NodesQuery, signal: Abortable | undefined) => Promise<void>;
  readonly onRefused: (from: EncodedContact, refusal: Refusal) => void;
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
  // Where an older contact stood: its host does not hear of ours by itself. Bounded by HOSTS_TOLD.
  const displaced = new Map<string, TransportInfo>();
  const observe = (contact: EncodedContact, how: Observation, from: EncodedContact): void => {
    const observed = deps.contacts.observe(contact, how);
    if (observed instanceof Refusal) deps.onRefused(from, observed);
  };
  const heard = await tellHolders(query, deps, options, (nodes, from) => {
    for (const before of nodes.conflicts) {
      if (before.id !== own.id) continue;
      // Where nothing is held after an announce, it is what was withdrawn that stands.
      if (nodes.exact === undefined) {
        observe(before, { type: 'buried', from }, from);
        continue;
      }
      observe(before, { type: 'stood', ttlMs: nodes.exact.ttlSeconds * 1_000, from }, from);
      const hosts = deps.contacts.known(own.id)?.equals(before) ? [] : addressesOf(before);
      for (const host of hosts) if (displaced.size < HOSTS_TOLD) displaced.set(JSON.stringify(host), host);
    }
    const { contact, ttlSeconds = 0 } = nodes.exact ?? {};
    if (contact?.id === own.id && !contact.equals(own))
      observe(contact, { type: 'stood', ttlMs: ttlSeconds * 1_000, from }, from);
  });
  const here = new Set(addressesOf(own).map((address) => JSON.stringify(address)));
  const others = [...displaced].filter(([text]) => !here.has(text));
  await Promise.all(others.map(([, host]) => deps.tell(host, query, options.signal)));
  return heard;
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

async function tellHolders(
  query: NodesQuery,
  { walker }: AnnounceDependencies,
  options: Pick<WalkOptions, 'signal'>,
  onNodes: (nodes: Nodes, from: EncodedContact) => void,
): Promise<number> {
  let heard = 0;
  for await (const step of converge(walker, query, options)) {
    if (step.type === 'failed') continue;
    heard++;
    onNodes(step.nodes, step.peer.contact);
  }
  return heard;
}
