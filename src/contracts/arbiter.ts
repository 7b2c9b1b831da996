// The one decision that is the user's: which of two contacts of the same id stands.

import type { Refusal } from '../errors.js';
import type { Identity } from '../identity/identity.js';
import type { Contact } from './contact.js';

/**
 * Decides between the stored contact and the one that arrived; both have the same id. Returns the incumbent (nothing
 * changes), the candidate, or a new contact of the same id that merges both. What it returns is what is stored.
 *
 * Consulted for routing table entries, for whatever enters the cache or is held for others, for local registrations that
 * meet a remote contact, and for `unregister`. Synchronous, and asked often: keep it below a millisecond.
 *
 * For all nodes to agree whatever the order of arrival, it must be *pure* (no clock, no chance, no memory; its inputs are
 * frozen), *idempotent*, *commutative* and *associative*: ties are decided by content, never by who came first.
 *
 * A throw, a promise, another id, or a result that no contact may be keeps the incumbent and is reported by the
 * `arbiterFault` event; it never reaches the network code.
 */
export type ArbiterFunction = {
  // Written as a method, so that yours may name the type of your own contacts in its parameters.
  decide(incumbent: Contact | undefined, candidate: Contact): Contact;
}['decide'];

/** What `arbiterDefaults` may know beside the contact. */
export interface RegistrationContext {
  /** Milliseconds since the Unix epoch by the node's clock, which never goes back. */
  readonly now: number;
  /** What this node knows of the id at the moment, if anything: a new version can be made to follow it. */
  readonly known: Contact | undefined;
  /** The node's key pair, if it has one. */
  readonly identity?: Identity | undefined;
  /** The contact is about to be withdrawn: what is filled in must say so to those who check it. */
  readonly isWithdrawal?: boolean;
}

/**
 * Fills the arbiter's own fields of a contact that is about to be registered, and returns it (the same object or a new
 * one). Throws a `DisgoverError` for fields that it cannot accept; `register` then rejects with it.
 */
export type ArbiterDefaults = {
  fill(contact: Contact, context: RegistrationContext): Contact;
}['fill'];

/** How a contact came that an arbiter is asked to admit. */
export interface AdmissionContext {
  /** Milliseconds since the Unix epoch by the node's clock, which never goes back. */
  readonly now: number;
  /** What is known of the id at the moment, withdrawn or not. */
  readonly known: Contact | undefined;
  /** The sender says that the contact is no longer hosted. */
  readonly isWithdrawal: boolean;
  /** The id of the node that sent it; absent where that is not known. */
  readonly from?: string | undefined;
  /** The sender wants it held for others, or withdrawn. Otherwise it is an answer, of one who holds it. */
  readonly isAnnounced: boolean;
  /** It was announced by a node that is known to be at the addresses in it. */
  readonly isFromHost: boolean;
}

/** What makes a contact from elsewhere worth considering. */
export interface Verdict {
  /** Its owner vouches for all of it, the transport included: it may come from anybody, not only from the node that hosts it. */
  readonly isVouched: boolean;
  /** Its owner has said something else with the same right: told by the event `equivocation`. */
  readonly isEquivocal?: boolean;
  /** Somebody else repeats what its owner has said before: it changes nothing, and keeps nothing alive. */
  readonly isEcho?: boolean;
}

/**
 * Looks at a contact from elsewhere before the arbiter meets it with what is known; a `Refusal` keeps it out. Here is the place for
 * what a merge must not do: check signatures, remember what it has seen, look at the time. Synchronous, never throws. A node that
 * nobody can dial asks it of what it has registered, too, as if that came from itself: what others would take for an echo is registered
 * anew.
 */
export type ArbiterAdmission = {
  admit(candidate: Contact, context: AdmissionContext): Verdict | Refusal;
}['admit'];

/** What a module in `arbiters/` returns: spread it into the options, `{ ...vectorClock() }`. */
export interface Arbiter {
  readonly arbiter: ArbiterFunction;
  readonly arbiterDefaults: ArbiterDefaults;
  readonly arbiterAdmission?: ArbiterAdmission;
}
