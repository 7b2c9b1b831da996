// What the holders say while registrations are swept. They answer for many ids in one, and leave open whether what stood before still
// does: where the arbiter does not tell, one of those who said so is asked again, for that id alone.

import type { TransportInfo } from '../contracts/transport.js';
import { Refusal } from '../errors.js';
import type { ContactId } from '../id/contact-id.js';
import { limits } from '../limits.js';
import type { NodesQuery } from '../rpc/client.js';
import type { Abortable } from '../runtime/abort.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import type { Nodes } from '../wire/messages.js';
import { type AnnounceDependencies, announce } from './announce.js';
import { Answers } from './answers.js';
import { framesOf } from './frames.js';

export interface SweptAnswersDependencies extends AnnounceDependencies {
  readonly findNode: (contact: EncodedContact, query: NodesQuery, signal: Abortable) => Promise<Nodes>;
  /** What stands when the second meets the first. */
  readonly decide: (incumbent: EncodedContact, candidate: EncodedContact) => EncodedContact;
}

interface Question {
  readonly own: EncodedContact;
  readonly before: EncodedContact;
  readonly from: EncodedContact;
}

interface Displaced {
  readonly host: TransportInfo;
  readonly contacts: Set<EncodedContact>;
}

export class SweptAnswers {
  readonly #deps: SweptAnswersDependencies;
  readonly #signal: Abortable;
  readonly #answers: Answers;
  // Of one region: bounded by limits.sweepRegionIds, each by the different contacts that its k holders have had.
  #questions: Question[] = [];
  // Bounded by limits.sweepRegionIds.
  #refused = new Set<EncodedContact>();
  // Hosts of older contacts. Bounded by limits.sweepHosts, each by limits.contactsInAnnounce, and those of a region.
  readonly #displaced = new Map<string, Displaced>();

  constructor(deps: SweptAnswersDependencies, signal: Abortable) {
    this.#deps = deps;
    this.#signal = signal;
    this.#answers = new Answers(deps, (own, host) => this.#displace(own, host));
  }

  hear(nodes: Nodes, from: EncodedContact, told: readonly EncodedContact[]): void {
    if (nodes.conflicts.length === 0) return;
    const byId = new Map<ContactId, EncodedContact>(told.map((own) => [own.id, own]));
    for (const before of nodes.conflicts) {
      const own = byId.get(before.id);
      // Registered anew meanwhile: it is announced again.
      if (own === undefined || this.#deps.contacts.registrations.own(own.id) !== own) continue;
      const parsed = before.parse();
      if (parsed instanceof Refusal) this.#deps.onRefused(from, parsed);
      // What was withdrawn would stand against ours. Where ours stands, or a merge, it was held, and what stands was renewed.
      else if (this.#deps.decide(before, own) !== before)
        this.#answers.stood(own, before, limits.registrationMs, from);
      else this.#ask({ own, before, from });
      own.forgetParsed(); // kept by the thousand
    }
  }

  refused(own: EncodedContact): void {
    this.#refused.add(own);
  }

  /** Follows what was heard of one region. Does not reject. */
  async settle(): Promise<void> {
    const [questions, refused] = [this.#questions, this.#refused];
    this.#questions = [];
    this.#refused = new Set();
    await this.#inTurn(questions, (question) => this.#askAgain(question));
    await this.#inTurn([...refused], (own) => announce(own, this.#deps, { signal: this.#signal }));
    for (const { host, contacts } of this.#displaced.values())
      if (contacts.size >= limits.contactsInAnnounce) await this.#tellHost(host, contacts);
  }

  /** Tells the hosts of older contacts. */
  async end(): Promise<void> {
    const displaced = [...this.#displaced.values()];
    await this.#inTurn(displaced, ({ host, contacts }) => this.#tellHost(host, contacts));
  }

  #ask(question: Question): void {
    const isAsked = this.#questions.some(
      ({ own, before }) => own === question.own && before.equals(question.before),
    );
    if (!isAsked) this.#questions.push(question);
  }

  async #askAgain({ own, before, from }: Question): Promise<void> {
    const query = { target: { id: own.idBytes }, announced: [own] };
    const nodes = await this.#deps.findNode(from, query, this.#signal);
    const isRepeated = nodes.conflicts.some((again) => again.equals(before));
    const conflicts = isRepeated ? nodes.conflicts : [before, ...nodes.conflicts];
    this.#answers.hear(own, { ...nodes, conflicts }, from);
  }

  #displace(own: EncodedContact, host: TransportInfo): void {
    const key = JSON.stringify(host);
    const displaced = this.#displaced.get(key) ?? { host, contacts: new Set() };
    if (this.#displaced.size >= limits.sweepHosts && !this.#displaced.has(key)) return;
    this.#displaced.set(key, displaced);
    displaced.contacts.add(own);
  }

  async #tellHost(host: TransportInfo, contacts: Set<EncodedContact>): Promise<void> {
    const frames = [...framesOf(contacts)];
    contacts.clear();
    for (const announced of frames) {
      const [{ idBytes: id }] = announced as [EncodedContact];
      await this.#deps.tell(host, { target: { id }, announced }, this.#signal);
    }
  }

  /** So many at a time. What fails is not followed: the next announce meets it again. */
  async #inTurn<Item>(items: readonly Item[], run: (item: Item) => Promise<unknown>): Promise<void> {
    const rest = items.values();
    const worker = async () => {
      for (const item of rest) await run(item).catch(() => this.#signal.throwIfAborted());
    };
    await Promise.all(Array.from({ length: limits.announcesAtOnce }, worker));
  }
}
