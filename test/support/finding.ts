// A finder in front of the network of `walks.ts`.

import { Arbitration } from '../../src/contacts/arbitrate.js';
import { Contacts } from '../../src/contacts/observe.js';
import type { ArbiterFunction } from '../../src/contracts/arbiter.js';
import type { Contact } from '../../src/contracts/contact.js';
import type { Refusal } from '../../src/errors.js';
import { Finder, type FindOptions } from '../../src/lookup/find.js';
import { Quarantine } from '../../src/routing/quarantine.js';
import { encodedNodeOf } from './contacts.js';
import { WalkNetwork, type WalkNetworkOptions } from './walks.js';

const clock: ArbiterFunction = (incumbent, candidate) =>
  incumbent !== undefined && Number(incumbent.clock ?? 0) > Number(candidate.clock ?? 0)
    ? incumbent
    : candidate;

export class Finding extends WalkNetwork {
  readonly refusals: Refusal[] = [];
  readonly unreachable = new Quarantine();
  readonly contacts: Contacts;
  readonly finder: Finder;

  constructor(options: WalkNetworkOptions, arbiter = clock) {
    super(options);
    const own = encodedNodeOf('own');
    const now = () => this.runtime.now();
    this.contacts = new Contacts(own.key, {
      own: () => own,
      now,
      arbitration: new Arbitration(arbiter, now, () => {}),
      isTooFarToHold: () => false,
      onConflict: () => {},
      onDisplaced: () => {},
      onEquivocation: () => {},
      onClaimRefused: () => {},
    });
    this.finder = new Finder({
      contacts: this.contacts,
      walker: this.walker,
      unreachable: this.unreachable,
      now,
      onRefused: (_from, refusal) => this.refusals.push(refusal),
    });
  }

  find(options?: FindOptions): Promise<Contact | undefined> {
    return this.runtime.run(this.finder.find(this.id, options)).then((found) => found?.contact);
  }

  get requests(): number {
    return this.asked.length;
  }
}
