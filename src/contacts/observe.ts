// The single writer of what is known about contacts: arbitrate, then registrations, held contacts and cache. (Nodes that proved
// themselves go to the routing table, by the same arbiter.)

import type { Verdict } from '../contracts/arbiter.js';
import type { Contact } from '../contracts/contact.js';
import { Refusal } from '../errors.js';
import type { ContactId } from '../id/contact-id.js';
import type { Key } from '../id/key.js';
import { limits } from '../limits.js';
import type { Reach } from '../routing/reach.js';
import { isRelayedOnly, relaysOf } from '../wire/addresses.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import { canonicalJson } from '../wire/json.js';
import type { Admission } from './admission.js';
import type { Arbitration } from './arbitrate.js';
import { ContactCache } from './contact-cache.js';
import { HeldContacts } from './held-contacts.js';
import { LocalRegistrations } from './local-registrations.js';

/** How a contact was learnt. `from`: the contact of the node that sent it. */
export type Observation =
  | { readonly type: 'registered' }
  /** `withdrawal`: what is remembered of it, where that is not the contact itself. */
  | { readonly type: 'unregistered'; readonly withdrawal?: EncodedContact | undefined }
  /** As the registration is, to end it whatever stands elsewhere. */
  | { readonly type: 'released'; readonly withdrawal?: EncodedContact | undefined }
  | { readonly type: 'found'; readonly ttlMs: number; readonly from?: EncodedContact }
  /** What a holder had when we announced ours. */
  | { readonly type: 'stood'; readonly ttlMs: number; readonly from?: EncodedContact }
  /** What was withdrawn, and because of which a holder does not take ours. */
  | { readonly type: 'buried'; readonly from?: EncodedContact }
  | ({ readonly type: 'announced' } & Sender)
  | ({ readonly type: 'withdrawn' } & Sender);

interface Sender {
  readonly from: EncodedContact;
  /** Whether the sender is known to be where its contact says. Default false. */
  readonly isAddressProved?: boolean;
  /** What the sender can dial. Absent: whomever we can. */
  readonly reach?: Reach;
}

export interface Observed {
  /** What stands now; absent when nothing is kept (a withdrawal, or an announce of what was withdrawn). */
  readonly standing?: EncodedContact;
  /** What stood before, where that was another contact. */
  readonly before?: EncodedContact;
  /** Somebody else than its host has repeated what is known: nothing has changed. */
  readonly isEcho?: true;
}

/** Two contacts of one id met, and the arriving one did not simply win. */
export interface Conflict {
  readonly incumbent: Contact;
  readonly candidate: Contact;
  /** What stands: the incumbent, or a merge. */
  readonly standing: Contact;
}

/** Whoever may speak for an id has said two things of it with the same right. */
export interface Equivocation {
  readonly incumbent: Contact;
  readonly candidate: Contact;
}

/** What is registered here has lost to a contact from elsewhere: the entity has moved, or somebody claims it. */
export interface Displacement {
  readonly own: Contact;
  readonly standing: Contact;
}

export interface ContactsDependencies {
  readonly own: () => EncodedContact;
  readonly now: () => number;
  readonly arbitration: Arbitration;
  /** Asked before the arbiter about whatever comes from elsewhere. Absent: all of it is admitted. */
  readonly admission?: Admission | undefined;
  /** Whether so many nodes closer to the key, and within the reach of who announces, are known that others will hold it. */
  readonly isTooFarToHold: (key: Key, reach: Reach | undefined) => boolean;
  readonly onConflict: (conflict: Conflict) => void;
  readonly onEquivocation: (equivocation: Equivocation) => void;
  readonly onDisplaced: (displacement: Displacement) => void;
  /** A remote claim to an id registered here was refused: its holders should hear ours again. */
  readonly onClaimRefused: (id: ContactId) => void;
}

export class Contacts {
  readonly registrations: LocalRegistrations;
  readonly held: HeldContacts;
  readonly cache: ContactCache;
  readonly #deps: ContactsDependencies;

  constructor(ownKey: Key, deps: ContactsDependencies) {
    this.#deps = deps;
    this.registrations = new LocalRegistrations(deps.now);
    this.held = new HeldContacts(ownKey, deps.now);
    this.cache = new ContactCache(deps.now);
  }

  /** What this node hosts: its own contact, or the current one of a registration. */
  hosted(id: ContactId): EncodedContact | undefined {
    const own = this.#deps.own();
    return id === own.id ? own : this.registrations.current(id);
  }

  /** What this node hosts and nobody else has a say in: others may have moved on from what they last told us. */
  hostedAlone(id: ContactId): EncodedContact | undefined {
    const hosted = this.hosted(id);
    const registered = this.registrations.own(id);
    return registered === undefined || hosted?.equals(registered) ? hosted : undefined;
  }

  /** What this node can vouch for: hosted here, or held for others. */
  exact(id: ContactId): { readonly contact: EncodedContact; readonly ttlMs: number } | undefined {
    const hosted = this.hosted(id);
    if (hosted === undefined) return this.held.get(id);
    // What stands because of others is not vouched for longer than they did: two hosts would keep a dead one alive for ever.
    return { contact: hosted, ttlMs: Math.min(limits.registrationMs, this.registrations.ttlMs(id)) };
  }

  /** Whatever this node knows of an id. */
  known(id: ContactId): EncodedContact | undefined {
    return this.exact(id)?.contact ?? this.cache.get(id);
  }

  /** What is in the way of our own registration: another contact that stands, or one that was withdrawn and is newer. */
  against(own: EncodedContact): EncodedContact | undefined {
    const standing = this.registrations.current(own.id);
    if (standing !== undefined && !standing.equals(own)) return standing;
    const buried = this.held.tombstone(own.id);
    return buried !== undefined && this.#isBuriedBy(buried, own) ? buried : undefined;
  }

  /** Writes what was learnt. A Refusal when the contact is none, is not admitted, or is not the sender's to announce. */
  observe(contact: EncodedContact, how: Observation): Observed | Refusal {
    const parsed = contact.parse();
    if (parsed instanceof Refusal) return parsed;
    if (contact.id === this.#deps.own().id) return this.#aboutOurselves(contact);
    switch (how.type) {
      case 'registered':
        return this.#register(contact);
      case 'unregistered':
        return this.#unregister(contact, how.withdrawal);
      case 'released':
        return this.#release(contact, how.withdrawal);
      default:
        return this.#fromElsewhere(contact, how);
    }
  }

  #fromElsewhere(contact: EncodedContact, how: FromElsewhere): Observed | Refusal {
    const verdict = this.#admitted(contact, how);
    if (verdict instanceof Refusal) return verdict;
    switch (how.type) {
      case 'found':
        return this.#meet(contact, how.ttlMs, (standing) => this.cache.set(standing, how.ttlMs));
      case 'stood':
        return this.#stood(contact, how.ttlMs);
      case 'buried':
        this.held.bury(contact);
        return {};
      case 'announced':
        if (verdict.isEcho) return this.#echoed(contact);
        return foreign(contact, how.from, verdict) ?? this.#announced(contact, how.reach);
      case 'withdrawn':
        return foreign(contact, how.from, verdict) ?? this.#withdrawn(contact);
    }
  }

  /** Whether what comes from elsewhere may meet what is known. */
  #admitted(contact: EncodedContact, how: FromElsewhere): Verdict | Refusal {
    const { admission } = this.#deps;
    if (admission === undefined) return NOT_VOUCHED;
    const known = this.known(contact.id) ?? this.held.tombstone(contact.id);
    const isAnnounced = how.type === 'announced' || how.type === 'withdrawn';
    const verdict = admission.ask(contact, {
      known,
      isWithdrawal: how.type === 'withdrawn' || how.type === 'buried',
      isAnnounced,
      isFromHost:
        isAnnounced &&
        ((how.isAddressProved === true && isAt(contact, how.from)) || isRelayFor(contact, how.from)),
      from: how.from?.id,
    });
    if (known === undefined) return verdict;
    if (verdict instanceof Refusal) this.#notAdmitted(verdict, known, contact);
    else if (verdict.isEquivocal)
      this.#deps.onEquivocation({ incumbent: known.contact, candidate: contact.contact });
    return verdict;
  }

  #notAdmitted({ code }: Refusal, known: EncodedContact, contact: EncodedContact): void {
    // Two owners: which of them is right, nobody here can say.
    if (code === 'ID_KEY_MISMATCH') {
      const incumbent = known.contact;
      this.#deps.onConflict({ incumbent, candidate: contact.contact, standing: incumbent });
    }
    known.forgetParsed();
  }

  /** What others repeat changes nothing: what is held expires as if they had not. */
  #echoed({ id }: EncodedContact): Observed {
    const standing = this.exact(id)?.contact;
    standing?.forgetParsed();
    return { ...(standing && { standing }), isEcho: true };
  }

  /** The node's own contact is never written by what comes in. */
  #aboutOurselves(contact: EncodedContact): Observed {
    const own = this.#deps.own();
    if (own.equals(contact)) return { standing: own };
    this.#deps.onConflict({ incumbent: own.contact, candidate: contact.contact, standing: own.contact });
    return { standing: own, before: own };
  }

  #register(contact: EncodedContact): Observed {
    const { id } = contact;
    const before = this.known(id);
    const own = this.#decide(this.registrations.own(id), contact);
    const standing = before === undefined ? own : this.#deps.arbitration.decide(before, own);
    this.registrations.set(own, standing.equals(own) ? own : standing, limits.registrationMs);
    this.held.unbury(id);
    this.held.delete(id);
    this.cache.delete(id);
    return { standing, ...(before && !before.equals(contact) && { before }) };
  }

  #unregister(contact: EncodedContact, withdrawal = contact): Observed {
    const stored = this.known(contact.id);
    if (stored !== undefined && this.#deps.arbitration.keeps(stored, contact)) return { standing: stored };
    this.registrations.delete(contact.id);
    this.cache.delete(contact.id);
    this.held.bury(withdrawal);
    return {};
  }

  /** What stands elsewhere, of an entity that moved or a set that others share, is not ours to bury. */
  #release(own: EncodedContact, withdrawal = own): Observed {
    const isAlone = this.registrations.current(own.id)?.equals(own) ?? false;
    this.registrations.delete(own.id);
    if (isAlone) this.held.bury(withdrawal);
    return {};
  }

  #announced(contact: EncodedContact, reach: Reach | undefined): Observed {
    const buried = this.held.tombstone(contact.id);
    if (buried !== undefined && this.#isBuriedBy(buried, contact)) return { before: buried };
    if (!this.registrations.has(contact.id) && this.#deps.isTooFarToHold(contact.key, reach))
      return this.#heardInPassing(contact);
    const observed = this.#meet(contact, limits.registrationMs, (standing, before) => {
      this.held.announce(before, contact, standing);
      // A newer one that is only cached is not held for that, and stays.
      if (this.held.get(contact.id) !== undefined) this.cache.delete(contact.id);
    });
    // What stood before is told where something stands: without it, it would be taken for withdrawn.
    return this.exact(contact.id) === undefined ? {} : observed;
  }

  /** An announce that is not ours to hold: what we have of the id should not be older all the same. */
  #heardInPassing(contact: EncodedContact): Observed {
    const { id } = contact;
    if (this.known(id) === undefined) return {};
    const isHeld = this.held.get(id) !== undefined;
    const observed = this.#meet(contact, limits.registrationMs, (standing) => {
      if (!isHeld) this.cache.set(standing, this.cache.ttlMs(id));
    });
    return isHeld ? observed : {};
  }

  #withdrawn(contact: EncodedContact): Observed {
    const { id } = contact;
    const own = this.registrations.own(id);
    if (own !== undefined) {
      // Where ours had given way to it, ours stands again.
      if (this.#isEnded(this.registrations.current(id) as EncodedContact, own, contact))
        this.registrations.set(own, own, limits.registrationMs);
      return { standing: own };
    }
    const stored = this.known(id);
    if (stored !== undefined && this.#deps.arbitration.keeps(stored, contact)) return { standing: stored };
    this.cache.delete(id);
    this.held.bury(contact);
    return {};
  }

  /** Whether what stands in the place of our own is what was withdrawn. */
  #isEnded(standing: EncodedContact, own: EncodedContact, withdrawn: EncodedContact): boolean {
    if (standing.equals(withdrawn)) return true;
    // Where a withdrawal is another contact than the one that it ends, the arbiter knows.
    if (this.#deps.admission === undefined || standing.equals(own)) return false;
    return this.#deps.arbitration.decide(standing, withdrawn) === withdrawn;
  }

  /** An older contact at a holder is what every new version meets: no conflict unless it wins or is merged. */
  #stood(contact: EncodedContact, ttlMs: number): Observed {
    const before = this.registrations.current(contact.id);
    if (before === undefined) return {};
    const standing = this.#deps.arbitration.decide(before, contact);
    if (standing !== before) this.#giveWay(contact, standing, ttlMs);
    else this.#confirm(contact, standing, ttlMs);
    return { standing };
  }

  /** Whether the contact says what stands, or is a part of it that is not our own: then that was heard of again. */
  #confirm(contact: EncodedContact, standing: EncodedContact, ttlMs: number): boolean {
    const own = this.registrations.own(contact.id) as EncodedContact;
    const together = this.#deps.arbitration.decide(own, contact);
    const isPart = !together.equals(own) && !together.equals(contact);
    if (!isPart && !contact.equals(standing)) return false;
    this.registrations.renew(contact.id, ttlMs);
    return true;
  }

  /** Our registration is merged with what stands elsewhere, or has lost to it. */
  #giveWay(contact: EncodedContact, standing: EncodedContact, ttlMs: number): void {
    this.registrations.learn(contact.id, standing, ttlMs);
    const own = this.registrations.own(contact.id);
    if (standing.equals(contact) && own !== undefined && !own.equals(standing)) {
      this.#deps.onDisplaced({ own: own.contact, standing: standing.contact });
    }
  }

  #isBuriedBy(buried: EncodedContact, contact: EncodedContact): boolean {
    return buried.equals(contact) || this.#deps.arbitration.decide(buried, contact) === buried;
  }

  /**
   * A contact from elsewhere meets what is known. `ttlMs`: for how long it is vouched for. `write` stores what stands where no
   * registration is concerned.
   */
  #meet(
    contact: EncodedContact,
    ttlMs: number,
    write: (standing: EncodedContact, before: EncodedContact | undefined) => void,
  ): Observed {
    const { id } = contact;
    const before = this.known(id);
    const standing = this.#decide(before, contact);
    if (this.registrations.has(id)) {
      if (standing !== before) this.#giveWay(contact, standing, ttlMs);
      else if (!this.#confirm(contact, standing, ttlMs)) this.#deps.onClaimRefused(id);
    } else {
      if (this.held.get(id) !== undefined && standing !== before) this.held.replace(standing);
      write(standing, before);
    }
    return { standing, ...(before && !before.equals(contact) && { before }) };
  }

  #decide(incumbent: EncodedContact | undefined, candidate: EncodedContact): EncodedContact {
    const standing = this.#deps.arbitration.decide(incumbent, candidate);
    if (incumbent !== undefined && !standing.equals(candidate) && !incumbent.equals(candidate)) {
      const [before, arrived] = [incumbent.contact, candidate.contact];
      this.#deps.onConflict({ incumbent: before, candidate: arrived, standing: standing.contact });
    }
    return standing;
  }
}

type FromElsewhere = Exclude<Observation, { readonly type: 'registered' | 'unregistered' | 'released' }>;

const NOT_VOUCHED: Verdict = Object.freeze({ isVouched: false });

/**
 * A node announces and withdraws what it hosts itself: contacts at its own address, or without any. Contacts that are reached through
 * relays and in no other way come from a node that cannot be dialled, or from one of these relays.
 */
function foreign(contact: EncodedContact, from: EncodedContact, { isVouched }: Verdict): Refusal | undefined {
  const { transport } = contact.contact;
  if (isVouched || transport === undefined || isAt(contact, from)) return undefined;
  if (from.contact.transport === undefined && isRelayedOnly(contact)) return undefined;
  if (isRelayFor(contact, from)) return undefined;
  return new Refusal('FOREIGN_TRANSPORT', `${contact.id} is hosted elsewhere than at ${from.id}`);
}

/** Whether a contact has the addresses of the node, and there are any. */
function isAt({ contact: { transport: a } }: EncodedContact, node: EncodedContact): boolean {
  const { transport: b } = node.contact;
  if (a === undefined || b === undefined) return false;
  const [textA, textB] = [canonicalJson(a), canonicalJson(b)];
  return typeof textA === 'string' && textA === textB;
}

/** Whether the node is one of the relays through which alone the contact's host is reached. */
function isRelayFor(contact: EncodedContact, node: EncodedContact): boolean {
  return isRelayedOnly(contact) && relaysOf(contact).some(({ via }) => via === node.id);
}
