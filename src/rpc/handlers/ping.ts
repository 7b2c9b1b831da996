// PING → PONG: whether the id is hosted here, with its current contact.

import { type ContactId, contactIdOfBytes } from '../../id/contact-id.js';
import type { EncodedContact } from '../../wire/contact-codec.js';
import type { Ping, Pong } from '../../wire/messages.js';

export interface PingDependencies {
  /** The node's own contact, or the current contact of a local registration. */
  hosted(id: ContactId): EncodedContact | undefined;
}

export function answerPing({ requestId, id }: Ping, { hosted }: PingDependencies): Pong {
  const contact = hosted(contactIdOfBytes(id));
  return { type: 'pong', requestId, ...(contact && { contact }) };
}
