// Announces and withdraws what is registered here: to its holders, and to the relays of a node that nobody can dial.

import { sweepingOf } from '#sweeping';
import type { ContactId } from '../id/contact-id.js';
import type { RelayedEntities } from '../relay/relayed-entities.js';
import type { Relays } from '../relay/relays.js';
import type { NodesQuery } from '../rpc/client.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import { announce, withdraw } from './announce.js';
import type { Sweeping, SweepingDependencies } from './sweeping.js';

export interface HostedDependencies extends SweepingDependencies {
  readonly relays: Relays;
  readonly relayed: RelayedEntities;
  /** Of the arbiter's defaults. */
  readonly onFault: (fault: unknown) => void;
}

export class Hosted {
  readonly #deps: HostedDependencies;
  readonly #sweeping: Sweeping | undefined;

  constructor(deps: HostedDependencies) {
    this.#deps = deps;
    this.#sweeping = sweepingOf(deps);
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
  async withdraw(contact: EncodedContact): Promise<void> {
    const told = this.#tellRelays({ target: { id: contact.idBytes }, withdrawn: [contact] });
    await Promise.all([withdraw(contact, this.#deps), told]);
  }

  /** Whether so many ids are announced, or withdrawn, with fewer requests together. */
  isWorthSweeping(count: number): boolean {
    return this.#sweeping?.isWorth(count) ?? false;
  }

  /** @throws as `Sweeping.announce`. */
  async announceAll(...sweep: Parameters<Sweeping['announce']>): Promise<void> {
    await this.#sweeping?.announce(...sweep);
  }

  /** @throws as `Sweeping.withdraw`. */
  async withdrawAll(...sweep: Parameters<Sweeping['withdraw']>): Promise<void> {
    await this.#sweeping?.withdraw(...sweep);
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

  async #tellRelays(query: NodesQuery): Promise<void> {
    const { relays, tell } = this.#deps;
    await Promise.all(relays.contacts.map((relay) => tell(relay, query, undefined)));
  }
}
