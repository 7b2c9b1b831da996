// What a node says of itself, and what it adds to the contacts that it registers: its addresses, and the arbiter's fields.

import type { RegistrationContext } from './contracts/arbiter.js';
import type { Contact } from './contracts/contact.js';
import type { TransportInfo } from './contracts/transport.js';
import type { ResolvedOptions } from './options.js';
import { addressesOf, addressKey } from './wire/addresses.js';
import { EncodedContact } from './wire/contact-codec.js';
import { copyOfJson } from './wire/json.js';

export class OwnNode {
  /** The names of the transports that it has. */
  readonly spoken: ReadonlySet<string>;
  readonly #options: ResolvedOptions;
  #contact: EncodedContact;
  // At most limits.addressesInContact.
  #addressKeys: ReadonlySet<string> = new Set();

  /** @throws what the arbiter's defaults throw, and the codes of contacts. */
  constructor(options: ResolvedOptions) {
    this.#options = options;
    this.spoken = new Set(options.transports.map(({ name }) => name));
    this.#contact = this.#make(undefined);
  }

  /** With the addresses at which the node can be dialled, once it listens. */
  get contact(): EncodedContact {
    return this.#contact;
  }

  /** Whether others cannot dial this node: known once it listens, as far as it does. */
  get isDialOnly(): boolean {
    return this.#contact.contact.transport === undefined;
  }

  /** The node listens at these addresses. */
  listensAt(infos: readonly TransportInfo[]): void {
    if (infos.length > 0) this.#contact = this.#make(infos.length === 1 ? infos[0] : infos);
    this.#addressKeys = new Set(addressesOf(this.#contact).map(addressKey));
  }

  speaks(type: string): boolean {
    return this.spoken.has(type);
  }

  /** Whether one of the contact's addresses is of a transport that this node has. */
  canDial(contact: EncodedContact): boolean {
    for (const { type } of addressesOf(contact)) if (this.speaks(type)) return true;
    return false;
  }

  /** Whether the addresses, of those that this node speaks, are its own. */
  isAt(addresses: readonly TransportInfo[]): boolean {
    let isSpoken = false;
    for (const address of addresses) {
      if (!this.speaks(address.type)) continue;
      if (!this.#addressKeys.has(addressKey(address))) return false;
      isSpoken = true;
    }
    return isSpoken;
  }

  /**
   * What is registered: the contact as it was given, which the arbiter's defaults may change, with `transport` where it has none, and with the arbiter's fields. `known`: what it
   * is to follow. @throws as the constructor.
   */
  fill(given: Contact, transport: Contact['transport'], known: EncodedContact | undefined): EncodedContact {
    const at = given.transport ?? transport;
    return this.#filled(at === undefined ? given : { ...given, transport: copyOfJson(at) }, known?.contact);
  }

  /**
   * What holders are told when a registration ends: the contact as it was registered or, where contacts have to be admitted, one that
   * says so. @throws as the constructor.
   */
  withdrawalOf(registered: EncodedContact): EncodedContact {
    if (this.#options.arbiterAdmission === undefined) return registered;
    return this.#filled(registered.draft(), registered.contact, { isWithdrawal: true });
  }

  #make(transport: Contact['transport']): EncodedContact {
    const { id, data } = this.#options;
    const contact = { id, ...(data !== undefined && { data }), ...(transport && { transport }) };
    return this.#filled(contact, undefined);
  }

  #filled(
    contact: Contact,
    known: Contact | undefined,
    more: Pick<RegistrationContext, 'isWithdrawal'> = {},
  ): EncodedContact {
    const { runtime, arbiterDefaults, identity } = this.#options;
    return EncodedContact.from(arbiterDefaults(contact, { now: runtime.now(), known, identity, ...more }));
  }
}
