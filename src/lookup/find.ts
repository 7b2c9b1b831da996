// An id → its contact: registrations and held contacts, then the cache, then a walk that stops at the first exact match.

import type { Contacts } from '../contacts/observe.js';
import { DisgoverError, Refusal } from '../errors.js';
import { bytesOfContactId, type ContactId } from '../id/contact-id.js';
import { keyOf } from '../id/key.js';
import { limits } from '../limits.js';
import type { Quarantine } from '../routing/quarantine.js';
import type { Abortable } from '../runtime/abort.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import type { WalkStep } from './run-lookup.js';
import { SharedWalks } from './shared-walks.js';
import { type LookupOutcome, type LookupStep, stepOf } from './trace.js';
import type { Walker, WalkOptions } from './walker.js';

const ENDS_SHORT: ReadonlySet<string> = new Set(['ERR_NO_NODES', 'ERR_LOOKUP_TIMEOUT']);

export interface FindOptions {
  readonly signal?: AbortSignal;
  /** Ask the network even if the id is cached, or was missing a moment ago. Default false. */
  readonly fresh?: boolean;
  /**
   * Ask until so many holders have answered, and let the arbiter merge what they say: what a set shared by several hosts wants.
   * Default 1. When fewer have it, what they say is returned.
   */
  readonly agree?: number;
  /** Walk over so many paths that share no node, against nodes that lie. Default 1; each costs some requests more. */
  readonly paths?: number;
  /** Milliseconds, default 10000. */
  readonly timeoutMs?: number;
}

export interface FinderDependencies {
  readonly contacts: Contacts;
  readonly walker: Walker;
  /** Contacts that the application found not to work. */
  readonly unreachable: Quarantine;
  readonly now: () => number;
  /** A node answered with something that cannot be used. */
  readonly onRefused: (from: EncodedContact, refusal: Refusal) => void;
}

interface Finding extends Omit<FindOptions, 'signal'> {
  readonly signal?: Abortable | undefined;
  /** Whether others may be asked to look for us, where they reach whom we do not. */
  readonly onBehalf: boolean;
}

export class Finder {
  readonly #deps: FinderDependencies;
  readonly #walks = new SharedWalks<EncodedContact | undefined>();

  constructor(deps: FinderDependencies) {
    this.#deps = deps;
  }

  /** Walks under way. */
  get size(): number {
    return this.#walks.size;
  }

  find(id: ContactId, options: FindOptions = {}): Promise<EncodedContact | undefined> {
    return this.#find(id, { ...options, onBehalf: true });
  }

  /** In the stead of another, who cannot dial whom we can: what we find ourselves, and for how long it is vouched for. */
  async findFor(
    id: ContactId,
    signal: Abortable,
  ): Promise<{ readonly contact: EncodedContact; readonly ttlMs: number } | undefined> {
    const contact = await this.#find(id, { signal, timeoutMs: limits.onBehalfMs, onBehalf: false });
    if (contact === undefined) return undefined;
    const { contacts } = this.#deps;
    return contacts.exact(id) ?? { contact, ttlMs: contacts.cache.ttlMs(id) };
  }

  async #find(id: ContactId, options: Finding): Promise<EncodedContact | undefined> {
    options.signal?.throwIfAborted();
    const { contacts } = this.#deps;
    const { fresh = false, agree = 1, paths = 1, timeoutMs, onBehalf } = options;
    if (agree === 1) {
      const known = this.#usable(fresh ? contacts.hostedAlone(id) : contacts.known(id));
      if (known !== undefined) return known;
      if (!fresh && contacts.cache.isMissing(id)) return undefined;
    }
    // An id has no space in it.
    const key = `${id} ${agree} ${paths} ${timeoutMs} ${onBehalf}`;
    return this.#walks.join(key, options.signal, (signal) =>
      this.#walk(id, agree, {
        paths,
        signal,
        onBehalf,
        oneWillDo: agree === 1,
        burst: agree === 1,
        ...(timeoutMs !== undefined && { timeoutMs }),
      }),
    );
  }

  /** The steps of a walk to the id, which ends with the first that found it. Asks the network even for what is known here. */
  async *lookup(id: ContactId, options: WalkOptions): AsyncGenerator<LookupStep, LookupOutcome, undefined> {
    const target = { id: bytesOfContactId(id) };
    const key = keyOf(target.id);
    let last: { readonly step: WalkStep; readonly contact: EncodedContact } | undefined;
    const isFound = (step: WalkStep): boolean => {
      const contact = this.#foundIn(step, id);
      if (contact !== undefined) last = { step, contact };
      return contact !== undefined;
    };
    const steps = this.#deps.walker.walk(
      { target },
      { ...options, onBehalf: true, oneWillDo: true, burst: true },
      isFound,
    );
    try {
      for (let next = await steps.next(); ; next = await steps.next()) {
        if (next.done) return (next.value ?? 'found') as LookupOutcome; // where nobody is, the walk has thrown
        yield stepOf(next.value, key, last?.step === next.value ? last.contact.contact : undefined);
      }
    } finally {
      // Also where the caller leaves the loop at the step just yielded.
      await steps.return('closest');
    }
  }

  async #walk(id: ContactId, agree: number, options: WalkOptions): Promise<EncodedContact | undefined> {
    const { contacts, walker } = this.#deps;
    let standing = agree > 1 ? this.#usable(contacts.exact(id)?.contact) : undefined;
    let agreed = standing === undefined ? 0 : 1;
    let isSure = true;
    const visit = (step: WalkStep): boolean => {
      if (isUnsure(step, options)) isSure = false;
      const found = this.#foundIn(step, id);
      if (found === undefined) return false;
      standing = found;
      return ++agreed === agree;
    };
    try {
      const end = await walker.run({ target: { id: bytesOfContactId(id) } }, options, visit);
      if (standing === undefined && isSure && end === 'closest') contacts.cache.missed(id);
      return standing;
    } catch (fault) {
      // Fewer than were wanted have answered, or only we ourselves: what is known is better than nothing.
      const isShort = fault instanceof DisgoverError && ENDS_SHORT.has(fault.code);
      if (standing === undefined || !isShort) throw fault;
      return standing;
    }
  }

  /** What stands for the id after this answer, if the answer has it. */
  #foundIn(step: WalkStep, id: ContactId): EncodedContact | undefined {
    if (step.type === 'failed' || step.nodes.exact === undefined) return undefined;
    const { contact, ttlSeconds } = step.nodes.exact;
    if (this.#usable(contact) === undefined) return undefined;
    const observed =
      contact.id === id
        ? this.#deps.contacts.observe(contact, {
            type: 'found',
            ttlMs: ttlSeconds * 1_000,
            from: step.peer.contact,
          })
        : new Refusal('ID_MISMATCH', `asked ${id} got ${contact.id}`);
    if (!(observed instanceof Refusal)) return this.#usable(observed.standing);
    this.#deps.onRefused(step.peer.contact, observed);
    return undefined;
  }

  #usable(contact: EncodedContact | undefined): EncodedContact | undefined {
    if (contact === undefined || this.#deps.unreachable.holdsContact(contact, this.#deps.now()))
      return undefined;
    return contact;
  }
}

/** Whether there are nodes that might know more than was asked for. */
function isUnsure(step: WalkStep, { onBehalf }: WalkOptions): boolean {
  if (step.type === 'failed') return step.isOnBehalf === true;
  return step.nodes.beyond === true && !onBehalf;
}
