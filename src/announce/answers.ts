// What holders say of what stood, or stands, of an id that is announced from here: our registration meets it, and who hosted an
// older one is told.

import type { Contacts, Observation } from '../contacts/observe.js';
import type { TransportInfo } from '../contracts/transport.js';
import { Refusal } from '../errors.js';
import { addressesOf } from '../wire/addresses.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import type { Nodes } from '../wire/messages.js';
import { KNOWS_BETTER } from './knows-better.js';

export interface AnswersDependencies {
  readonly contacts: Contacts;
  readonly onRefused: (from: EncodedContact, refusal: Refusal) => void;
}

export class Answers {
  readonly #deps: AnswersDependencies;
  /** Where an older contact stood: its host does not hear of ours by itself. */
  readonly #onOlder: (own: EncodedContact, host: TransportInfo) => void;

  constructor(deps: AnswersDependencies, onOlder: (own: EncodedContact, host: TransportInfo) => void) {
    this.#deps = deps;
    this.#onOlder = onOlder;
  }

  /** A holder has answered a request for the id that announced our own. */
  hear(own: EncodedContact, nodes: Nodes, from: EncodedContact): void {
    for (const before of nodes.conflicts) {
      if (before.id !== own.id) continue;
      // Where nothing is held after an announce, it is what was withdrawn that stands.
      if (nodes.exact === undefined) this.#observe(before, { type: 'buried', from }, from);
      else this.stood(own, before, nodes.exact.ttlSeconds * 1_000, from);
    }
    this.hearExact(own, nodes, from);
  }

  /** Whether the holder has another contact of the id than ours. */
  hearExact(own: EncodedContact, { exact }: Nodes, from: EncodedContact): boolean {
    const { contact, ttlSeconds = 0 } = exact ?? {};
    if (contact?.id !== own.id || contact.equals(own)) return false;
    this.#observe(contact, { type: 'stood', ttlMs: ttlSeconds * 1_000, from }, from);
    return true;
  }

  /** A contact stood at a holder before ours came, and what stands there now will for so long. */
  stood(own: EncodedContact, before: EncodedContact, ttlMs: number, from: EncodedContact): void {
    this.#observe(before, { type: 'stood', ttlMs, from }, from);
    if (this.#deps.contacts.known(own.id)?.equals(before)) return;
    const here = addressesOf(own).map((address) => JSON.stringify(address));
    for (const host of addressesOf(before))
      if (!here.includes(JSON.stringify(host))) this.#onOlder(own, host);
  }

  #observe(contact: EncodedContact, how: Observation, from: EncodedContact): void {
    const observed = this.#deps.contacts.observe(contact, how);
    // A holder is not at fault for having had a version before ours, or one of another owner.
    const isFault = observed instanceof Refusal && !KNOWS_BETTER.has(`ERR_${observed.code}`);
    if (isFault) this.#deps.onRefused(from, observed);
  }
}
