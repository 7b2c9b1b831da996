// What is registered at a node that nobody can dial, as the application wrote it: it is registered anew whenever other nodes
// relay for it than its contact says, and where nobody would take it from this node a second time.

import type { Contacts } from '../contacts/observe.js';
import type { Contact } from '../contracts/contact.js';
import type { TransportInfo } from '../contracts/transport.js';
import { DisgoverError, Refusal } from '../errors.js';
import type { ContactId } from '../id/contact-id.js';
import { limits } from '../limits.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import { canonicalJson } from '../wire/json.js';

export interface RelayedEntitiesDependencies {
  readonly contacts: Contacts;
  /** What stands when the second meets the first. */
  readonly decide: (incumbent: EncodedContact, candidate: EncodedContact) => EncodedContact;
  /** The contact with the arbiter's fields, so that it follows what is known. @throws what the arbiter's defaults throw. */
  readonly fill: (given: Contact, known: EncodedContact) => EncodedContact;
  /** Whether others, who have it, would take it from us for somebody else's repetition. */
  readonly isEcho: (own: EncodedContact) => boolean;
  /** The addresses of the relays. */
  readonly addresses: () => readonly TransportInfo[];
}

export class RelayedEntities {
  readonly #deps: RelayedEntitiesDependencies;
  // Bounded by the registrations: entries go with them.
  readonly #given = new Map<ContactId, EncodedContact>();
  // Those that were announced as they are now.
  readonly #told = new WeakSet<EncodedContact>();

  constructor(deps: RelayedEntitiesDependencies) {
    this.#deps = deps;
  }

  get size(): number {
    return this.#given.size;
  }

  get ids(): Iterable<ContactId> {
    return this.#given.keys();
  }

  /** `given`: what the application registers, with its id and without a transport. */
  keep(given: EncodedContact): void {
    given.forgetParsed();
    this.#given.set(given.id, given);
  }

  forget(id: ContactId): void {
    this.#given.delete(id);
  }

  /** It has been announced. */
  told(own: EncodedContact): void {
    this.#told.add(own);
  }

  /**
   * Whether others relay for the entity than its contact says, or it was announced and would be in vain another time: who is not
   * where a contact leads, nor has its owner's key, is not known to host it. Not for one that is known to have moved to another host.
   */
  isOutdated(id: ContactId): boolean {
    const { registrations } = this.#deps.contacts;
    const [own, current] = [registrations.own(id), registrations.current(id)];
    const transport = this.#deps.addresses();
    if (own === undefined || current === undefined || transport.length === 0) return false;
    const isSpent = !isAt(own, transport) || (this.#told.has(own) && this.#deps.isEcho(own));
    const isOutdated = isSpent && isAt(current, own.contact.transport);
    own.forgetParsed(); // kept by the thousand
    return isOutdated;
  }

  /** Registers the entity anew, as a version that follows its own. @throws what the arbiter's defaults throw. */
  renew(id: ContactId): void {
    const { contacts, decide, fill, addresses } = this.#deps;
    const { registrations } = contacts;
    const [given, own, current] = [this.#given.get(id), registrations.own(id), registrations.current(id)];
    if (given === undefined || own === undefined || current === undefined) return;
    // With a clock of the application's own it would be no newer than it was: then the arbiter's fields are filled in anew.
    const { data } = given.contact;
    for (const fields of [given.contact, { id, ...(data !== undefined && { data }) }]) {
      const renewed = fill(fields, current);
      const standing = decide(own, renewed);
      if (standing.equals(own) || !isAt(standing, addresses())) continue;
      const observed = contacts.observe(renewed, { type: 'registered' });
      if (observed instanceof Refusal) throw DisgoverError.from(observed);
      return;
    }
  }

  /** All of them, in as few announces as they fit; no more than a relay remembers. */
  *announces(): Iterable<readonly EncodedContact[]> {
    let batch: EncodedContact[] = [];
    let bytes = limits.envelopeBytes;
    let count = 0;
    for (const id of this.#given.keys()) {
      const own = this.#deps.contacts.registrations.own(id);
      if (own === undefined) continue;
      if (++count > limits.relayedIdsPerSession) break;
      const length = own.bytes.length + 2;
      if (batch.length === limits.contactsInAnnounce || bytes + length > limits.frameBytes) {
        yield batch;
        batch = [];
        bytes = limits.envelopeBytes;
      }
      batch.push(own);
      bytes += length;
    }
    if (batch.length > 0) yield batch;
  }
}

function isAt(contact: EncodedContact, transport: Contact['transport']): boolean {
  return canonicalJson(contact.contact.transport ?? null) === canonicalJson(transport ?? null);
}
