// PING to the host of a contact: at its address, or where nobody can dial it, through the nodes that the contact names as relays,
// one after the other.

import { DisgoverError, Refusal } from '../errors.js';
import type { ContactId } from '../id/contact-id.js';
import type { RpcClient } from '../rpc/client.js';
import { addressesOf, type RelayAddress, relaysOf } from '../wire/addresses.js';
import { EncodedContact } from '../wire/contact-codec.js';
import type { Pong } from '../wire/messages.js';
import type { Passages } from './passages.js';

export interface AskHostDependencies {
  readonly own: ContactId;
  readonly client: RpcClient;
  /** Of who announced over a session of its own. */
  readonly passages: Pick<Passages, 'passOn'>;
  /** Whether we can dial addresses of the type. */
  readonly speaks: (type: string) => boolean;
  /** The node as we know it, who may be reached otherwise than the host reaches it. */
  readonly known: (id: ContactId) => EncodedContact | undefined;
}

/**
 * Resolves to what `read` makes of the contact as its host has it now, or of `undefined` where it does not host the id, or relays answered and none of
 * them brought a contact. @throws DisgoverError `ERR_NO_TRANSPORT_FOR`, `ERR_ID_MISMATCH`, as a ping does; the signal's reason.
 */
export function askHost<Result>(
  asked: EncodedContact,
  deps: AskHostDependencies,
  signal: AbortSignal | undefined,
  read: (contact: EncodedContact | undefined) => Result,
): Promise<Result> {
  const addresses = addressesOf(asked);
  for (const { type } of addresses) {
    if (!deps.speaks(type)) continue;
    return deps.client.ping(addresses, asked.idBytes, { signal }, (pong) => read(contactIn(pong, asked)));
  }
  return askRelays(asked, deps, signal).then(read);
}

async function askRelays(
  asked: EncodedContact,
  deps: AskHostDependencies,
  signal: AbortSignal | undefined,
): Promise<EncodedContact | undefined> {
  let isAnswered = false;
  let last: unknown = new DisgoverError('NO_TRANSPORT_FOR', 'no address that this node can dial');
  for (const relay of relaysOf(asked)) {
    const ask = askerOf(relay, asked, deps, signal);
    if (ask === undefined) continue;
    try {
      const contact = await ask();
      if (contact !== undefined) return contact;
      isAnswered = true;
    } catch (fault) {
      if (signal?.aborted || (fault instanceof DisgoverError && fault.code === 'ERR_CLOSED')) throw fault;
      last = fault;
    }
  }
  if (!isAnswered) throw last;
  return undefined;
}

/** How a relay is asked; `undefined` when there is no way. */
function askerOf(
  { via, address }: RelayAddress,
  asked: EncodedContact,
  { own, client, passages, speaks, known }: AskHostDependencies,
  signal: AbortSignal | undefined,
): (() => Promise<EncodedContact | undefined>) | undefined {
  if (via === own) {
    return async () => {
      const passed = await passages.passOn(asked.id);
      if (passed instanceof Refusal) throw DisgoverError.from(passed);
      return passed;
    };
  }
  const relay = known(via) ?? (speaks(address.type) ? relayAt(via, address) : undefined);
  if (relay === undefined) return undefined;
  return async () => contactIn(await client.pingThrough(relay, asked.idBytes, { signal }), asked);
}

function relayAt(id: ContactId, transport: RelayAddress['address']): EncodedContact {
  return EncodedContact.from({ id, transport });
}

function contactIn({ contact }: Pong, asked: EncodedContact): EncodedContact | undefined {
  if (contact === undefined || contact.id === asked.id) return contact;
  throw new DisgoverError('ID_MISMATCH', `asked ${asked.id} got ${contact.id}`);
}
