// What others announce and withdraw at this node: observed, and where we are the relay of their entity, told onward.

import type { Onward, Passages } from '#relaying';
import type { Contacts, Observed } from '../contacts/observe.js';
import { Refusal } from '../errors.js';
import { reachOf } from '../routing/reach.js';
import type { Session } from '../session/session.js';
import type { EncodedContact } from '../wire/contact-codec.js';

export interface AnnouncementsDependencies {
  readonly contacts: Contacts;
  readonly passages: Passages;
  readonly onward: Onward;
}

export class Announcements {
  readonly #deps: AnnouncementsDependencies;

  constructor(deps: AnnouncementsDependencies) {
    this.#deps = deps;
  }

  /** What stood here before, where it was another contact; or why it is refused. */
  announced(contact: EncodedContact, session: Session): EncodedContact | Refusal | undefined {
    const observed = this.#observe('announced', contact, session);
    if (observed instanceof Refusal) return observed;
    const isPassage = !observed.isEcho && this.#deps.passages.open(contact, session);
    if (isPassage) this.#deps.onward.add('announced', contact, session);
    return observed.before?.id === contact.id ? observed.before : undefined;
  }

  /** Nothing, or why it is refused. */
  withdrawn(contact: EncodedContact, session: Session): Refusal | undefined {
    const observed = this.#observe('withdrawn', contact, session);
    if (observed instanceof Refusal) return observed;
    const isPassage = this.#deps.passages.close(contact.id, session);
    if (isPassage) this.#deps.onward.add('withdrawn', contact, session);
    return undefined;
  }

  #observe(type: 'announced' | 'withdrawn', contact: EncodedContact, session: Session): Observed | Refusal {
    const { isAddressProved } = session;
    const from = session.peer as EncodedContact;
    return this.#deps.contacts.observe(contact, { type, from, isAddressProved, reach: reachOf(session) });
  }
}
