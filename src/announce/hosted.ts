// Announces and withdraws what is registered here: to its holders, and to the relays of a node that nobody can dial.

import type { ContactId } from '../id/contact-id.js';
import type { RelayedEntities } from '../relay/relayed-entities.js';
import type { Relays } from '../relay/relays.js';
import type { NodesQuery } from '../rpc/client.js';
import type { Abortable } from '../runtime/abort.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import { type AnnounceDependencies, announce, withdraw } from './announce.js';

export interface HostedDependencies extends AnnounceDependencies {
  readonly isDialOnly: () => boolean;
  readonly relays: Relays;
  readonly relayed: RelayedEntities;
  /** Of the arbiter's defaults. */
  readonly onFault: (fault: unknown) => void;
}

export class Hosted {
  readonly #deps: HostedDependencies;

  constructor(deps: HostedDependencies) {
    this.#deps = deps;
  }

  /** @throws as `announce`. */
  async announce(id: ContactId): Promise<void> {
    const { contacts, isDialOnly, relayed } = this.#deps;
    if (isDialOnly()) await this.#renewRelayed(id);
    const own = contacts.registrations.own(id);
    if (own === undefined) return;
    const told = this.#tellRelays({ target: { id: own.idBytes }, announced: [own] });
    await Promise.all([announce(own, this.#deps), told]);
    if (isDialOnly()) relayed.told(own);
  }

  /** @throws as `withdraw`. */
  async withdraw(contact: EncodedContact, signal: AbortSignal | undefined): Promise<void> {
    const told = this.#tellRelays({ target: { id: contact.idBytes }, withdrawn: [contact] }, signal);
    await Promise.all([withdraw(contact, this.#deps, { signal }), told]);
  }

  /** What is outdated is followed by a version of its own, unless its holders know that it has moved. */
  async #renewRelayed(id: ContactId): Promise<void> {
    const { contacts, relays, relayed, onFault } = this.#deps;
    await relays.ready();
    const own = contacts.registrations.own(id);
    if (own === undefined || !relayed.isOutdated(id)) return;
    await announce(own, this.#deps);
    if (!relayed.isOutdated(id)) return;
    try {
      relayed.renew(id);
    } catch (fault) {
      onFault(fault); // what was registered before is announced again
    }
  }

  async #tellRelays(query: NodesQuery, signal?: Abortable): Promise<void> {
    const { relays, tell } = this.#deps;
    await Promise.all(relays.contacts.map((relay) => tell(relay, query, signal)));
  }
}
