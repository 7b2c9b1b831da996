// PING → PONG: whether the id is hosted here, with its current contact; or what its host says, where we are its relay.

import type { Refusal } from '../../errors.js';
import { type ContactId, contactIdOfBytes } from '../../id/contact-id.js';
import type { Session } from '../../session/session.js';
import type { EncodedContact } from '../../wire/contact-codec.js';
import type { Ping, Pong } from '../../wire/messages.js';

export interface PingDependencies {
  /** The node's own contact. */
  own(): EncodedContact;
  /** The node's own contact, or the current contact of a local registration. */
  hosted(id: ContactId): EncodedContact | undefined;
  /**
   * Asks the host that announced the id to us because it cannot be dialled, unless that is the asker. Does not reject; `undefined`
   * where there is none to ask.
   */
  passOn(id: ContactId, asker: Session): Promise<EncodedContact | undefined> | Refusal | undefined;
}

export function answerPing(
  { requestId, id }: Ping,
  asker: Session,
  { own, hosted, passOn }: PingDependencies,
): Pong | Refusal | Promise<Pong> {
  const node = own();
  if (node.hasId(id)) return { type: 'pong', requestId, contact: node };
  const pong = (contact: EncodedContact | undefined): Pong => ({
    type: 'pong',
    requestId,
    ...(contact && { contact }),
  });
  const asked = contactIdOfBytes(id);
  const contact = hosted(asked);
  if (contact !== undefined) return pong(contact);
  const passed = passOn(asked, asker);
  return passed instanceof Promise ? passed.then(pong) : (passed ?? pong(undefined));
}
