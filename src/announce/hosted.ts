// Announces and withdraws what is registered here: to its holders, and to the relays of a node that nobody can dial.

import type { ContactId } from '../id/contact-id.js';
import { limits } from '../limits.js';
import type { RelayedEntities } from '../relay/relayed-entities.js';
import type { Relays } from '../relay/relays.js';
import type { NodesQuery } from '../rpc/client.js';
import type { Abortable } from '../runtime/abort.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import { announce, withdraw } from './announce.js';
import type { NetworkSize } from './network-size.js';
import { Sweep, type SweepDependencies, type SweepTask } from './sweep.js';
import { SweptAnswers, type SweptAnswersDependencies } from './swept-answers.js';
import type { OnSwept } from './turns.js';

export interface HostedDependencies extends SweptAnswersDependencies, SweepDependencies {
  readonly isDialOnly: () => boolean;
  /** Whether the k closest nodes are all that hold: where a node walks several networks at once, each has its own. */
  readonly isOneNetwork: boolean;
  readonly networkSize: NetworkSize;
  readonly relays: Relays;
  readonly relayed: RelayedEntities;
  /** Of the arbiter's defaults. */
  readonly onFault: (fault: unknown) => void;
}

/** From here on a sweep asks less than one announce after the other does. */
const IDS_IN_REGION = 2;

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
  async withdraw(contact: EncodedContact): Promise<void> {
    const told = this.#tellRelays({ target: { id: contact.idBytes }, withdrawn: [contact] });
    await Promise.all([withdraw(contact, this.#deps), told]);
  }

  /**
   * Whether so many ids are announced, or withdrawn, with fewer requests in a sweep: where its regions have two of them and more.
   * What relays have to be told of is told one by one.
   */
  isWorthSweeping(count: number): boolean {
    const { isDialOnly, isOneNetwork, networkSize, walker } = this.#deps;
    if (count <= limits.announcesAtOnce || !isOneNetwork || isDialOnly()) return false;
    return count * walker.k >= IDS_IN_REGION * networkSize.size;
  }

  /** @throws the signal's reason. */
  async announceAll(ids: readonly ContactId[], onSwept: OnSwept, signal: Abortable): Promise<void> {
    const { registrations } = this.#deps.contacts;
    const answers = new SweptAnswers(this.#deps, signal);
    const task: SweepTask = {
      how: 'announced',
      ids,
      contactOf: (id) => registrations.own(id),
      onAnswer: (nodes, from, told) => answers.hear(nodes, from, told),
      onRefused: (own) => answers.refused(own),
      onSwept: async (heard, unheard) => {
        await answers.settle();
        onSwept(heard, unheard);
      },
    };
    await new Sweep(task, this.#deps, signal).run();
    await answers.end();
  }

  /** @throws the signal's reason. */
  async withdrawAll(
    contactOf: SweepTask['contactOf'],
    ids: readonly ContactId[],
    onSwept: OnSwept,
    signal: Abortable,
  ): Promise<void> {
    const task: SweepTask = {
      how: 'withdrawn',
      ids,
      contactOf,
      onAnswer: () => {},
      onRefused: () => {},
      onSwept: async (heard, unheard) => onSwept(heard, unheard),
    };
    await new Sweep(task, this.#deps, signal).run();
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
