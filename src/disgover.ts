// The public face: checks what comes in, then delegates. Nothing below repeats the checks.

import type { BootstrapView, JoinState } from './bootstrap/report.js';
import { parseAddress } from './bootstrap/seed.js';
import {
  type CallOptions,
  checkCall,
  checkFind,
  checkLookup,
  type LookupOptions,
  NO_OPTIONS,
} from './call-options.js';
import type { Contact, ContactInput } from './contracts/contact.js';
import type { Transport } from './contracts/transport.js';
import { Engine } from './engine.js';
import { DisgoverError, quote, Refusal, typeName } from './errors.js';
import { type DisgoverEvents, eventNames } from './events.js';
import { equalBytes } from './id/bytes.js';
import { type ContactId, contactIdOfBytes, parseContactId } from './id/contact-id.js';
import { limits } from './limits.js';
import type { FindOptions } from './lookup/find.js';
import { collectTrace, type LookupOutcome, type LookupStep, type LookupTrace } from './lookup/trace.js';
import { unknownName } from './option-names.js';
import { type DisgoverOptions, resolveOptions } from './options.js';
import type { RoutingHealth } from './routing/health-report.js';
import { abortable } from './runtime/abort.js';
import type { SecretRing } from './session/group-secrets.js';
import { type Snapshot, snapshotOf } from './snapshot.js';
import { EncodedContact } from './wire/contact-codec.js';

declare global {
  // Projects whose `lib` is older, and that have no types of Node, do not know it.
  interface SymbolConstructor {
    readonly asyncDispose: unique symbol;
  }
}

const FILLED_ID_BYTES = 20;
/** Where contacts are admitted by their signatures, an id of 20 bytes is that of a key. */
const ADMITTED_ID_BYTES = 24;

/** One running node. Every call may be made at any moment; after `close` they reject with `ERR_CLOSED`. */
export class Disgover {
  readonly #engine: Engine;
  #closing: Promise<void> | undefined;

  private constructor(engine: Engine) {
    if (!(engine instanceof Engine))
      throw new DisgoverError('BAD_OPTION', 'a node is not made by new: await Disgover.start(options)');
    this.#engine = engine;
  }

  /**
   * Starts a node: listens, then joins through the seeds. Resolves when it has joined, or when no seed answered (a node that
   * is not joined goes on trying; see `state`).
   * @throws DisgoverError `ERR_BAD_OPTION`, `ERR_BAD_ID`, `ERR_BAD_SEED`, `ERR_ADDRESS_IN_USE`, `ERR_ADDRESS_NOT_AVAILABLE`;
   * the signal's reason, after everything that was started has been closed.
   */
  static async start(options: DisgoverOptions, call: CallOptions = NO_OPTIONS): Promise<Disgover> {
    const { signal } = checkCall('start', call);
    signal?.throwIfAborted();
    const resolved = resolveOptions(options);
    checkUntaken(resolved.transports);
    const node = new Disgover(new Engine(resolved));
    for (const transport of resolved.transports) taken.add(transport);
    try {
      await abortable(node.#engine.listen(), signal);
      await node.#engine.bootstrap.start(signal);
      return node;
    } catch (fault) {
      await node.close();
      throw fault;
    }
  }

  /** The node's own id. */
  get id(): ContactId {
    return this.#engine.self.contact.id;
  }

  /** The node's own contact, with the addresses at which it can be dialled. */
  get contact(): Contact {
    return this.#engine.self.contact.contact;
  }

  /** Whether other nodes know us: `joining`, `joined`, `alone` (a group of its own) or `isolated` (no seed answers). */
  get state(): JoinState {
    return this.#engine.bootstrap.state;
  }

  /** How the node found others, or why it did not. */
  get bootstrap(): BootstrapView {
    return this.#engine.bootstrap;
  }

  /** The routing table: its size, and a report on how well it is filled. */
  get routing(): { readonly size: number; health(): RoutingHealth } {
    const { routing } = this.#engine;
    return { size: routing.size, health: () => routing.health() };
  }

  /**
   * Makes an entity that this process hosts findable: fills in a missing id (20 random bytes, 24 where there is an
   * `arbiterAdmission`), the arbiter's fields and the node's own transport (its relays', where nobody can dial it), keeps it, and
   * tells its k holders; it is announced again every 20 minutes until `unregister`. Resolves to the contact that stands, which is another one where the arbiter prefers it. The arbiter's fields are filled so
   * as to follow what is known of the id; when a holder turns out to know more, they are filled once more. Where
   * nobody can be told yet, it resolves at once and the holders are told as soon as there are any.
   * @throws DisgoverError `ERR_BAD_CONTACT`, `ERR_BAD_ID`, the other codes of contacts, and what the arbiter's defaults throw.
   */
  async register<Data>(
    contact: ContactInput<Data>,
    options: CallOptions = NO_OPTIONS,
  ): Promise<Contact<Data>> {
    const { signal } = checkCall('register', options);
    this.#check(signal);
    const { contacts } = this.#engine;
    const input = checkObject(contact);
    const id = parseContactId(input.id ?? this.#newId());
    if (id === this.id)
      throw new DisgoverError('BAD_CONTACT', "the id is the node's own: see the option data");
    // Whoever registers hosts: what is known of the entity elsewhere may be passed in as it was found.
    const given = this.#encodeEntity(id, input);
    const prepare = (known: EncodedContact | undefined) => this.#engine.fill(given.draft(), known);
    if (this.#engine.self.isDialOnly) {
      await abortable(this.#engine.relays.ready(), signal);
      this.#check(signal);
    }
    const first = prepare(contacts.known(id) ?? contacts.held.tombstone(id));
    await this.#announce(first, given, signal);
    const against = contacts.against(first);
    const second = against && prepare(against);
    if (second !== undefined && !second.equals(first)) await this.#announce(second, given, signal);
    const standing = contacts.hosted(id) ?? first;
    const registered = standing.contact as Contact<Data>;
    standing.forgetParsed(); // kept by the thousand (bench: `memory`)
    return registered;
  }

  /**
   * Ends a registration and withdraws it at its holders. By contact: resolves to false, and changes nothing, when the arbiter keeps
   * what is known of the id against the contact given (a newer one stands); to true otherwise, also when nothing was registered.
   * By id: ends what this node has registered under it, whatever stands elsewhere, and resolves to true. That is
   * how the old home lets go of an entity that moved, and a host of its part in a set.
   * @throws DisgoverError as `register`.
   */
  async unregister(contact: ContactInput | string, options: CallOptions = NO_OPTIONS): Promise<boolean> {
    const { signal } = checkCall('unregister', options);
    this.#check(signal);
    const { contacts, announcer, withdrawals, routing, relayed, relays } = this.#engine;
    const given = this.#toUnregister(contact);
    if (given === undefined) return true;
    const registered = contacts.registrations.own(given.id);
    const withdrawal = registered && this.#engine.self.withdrawalOf(registered);
    const type = typeof contact === 'string' ? 'released' : 'unregistered';
    const observed = contacts.observe(given, { type, withdrawal });
    if (observed instanceof Refusal) throw DisgoverError.from(observed);
    if (observed.standing !== undefined) return false;
    announcer.forget(given.id);
    relayed.forget(given.id);
    if (withdrawal !== undefined && routing.size > 0) await withdrawals.withdraw(withdrawal, signal);
    if (contacts.registrations.size === 0) relays.rest();
    return true;
  }

  /**
   * The contact of an id, or `undefined` when nobody who was asked knows it: the k closest nodes have answered, or the 64
   * requests of a lookup are spent (`trace` tells which). The same lookup at the same time is done once.
   * @throws DisgoverError `ERR_BAD_ID`; `ERR_NO_NODES` when nobody could be asked, which is not the same as not found;
   * `ERR_LOOKUP_TIMEOUT`, `ERR_BUSY`, `ERR_CLOSED`; or the signal's reason.
   */
  async find<Data = unknown>(id: string, options: FindOptions = {}): Promise<Contact<Data> | undefined> {
    this.#check(checkFind('find', options).signal);
    const found = await this.#engine.finder.find(parseContactId(id), options);
    return found?.contact as Contact<Data> | undefined;
  }

  /**
   * Walks to an id and yields each answer as it comes; ends after the first that has the contact (`found`). Asks the network
   * even for what is known here. Leaving the loop ends the requests in flight. Returns why it ended. @throws as `find`.
   */
  async *lookup(
    id: string,
    options: LookupOptions = {},
  ): AsyncGenerator<LookupStep, LookupOutcome, undefined> {
    this.#check(checkLookup('lookup', options).signal);
    return yield* this.#engine.finder.lookup(parseContactId(id), options);
  }

  /** A whole lookup as one value: the steps, the hops, and why it ended. @throws as `find`. */
  async trace(id: string, options: LookupOptions = {}): Promise<LookupTrace> {
    this.#check(checkLookup('trace', options).signal);
    const { runtime } = this.#engine.options;
    return collectTrace(parseContactId(id), this.lookup(id, options), () => runtime.now());
  }

  /**
   * By contact: asks the node at `contact.transport` whether it hosts `contact.id`, through its relays where it cannot be
   * dialled. Resolves to the current contact as that node has it, or to `undefined` when it does not host the id. By address (`tcp://127.0.0.1:6742`): asks who is there, and
   * resolves to that node's own contact. The option `dial` holds for a contact, which may have been found and then is the word of
   * others; an address is what the application wrote down, which only `deny` forbids.
   * @throws DisgoverError `ERR_BAD_SEED` for what is no address, `ERR_TIMEOUT`, `ERR_DIAL_FAILED`, `ERR_DIAL_DENIED`,
   * `ERR_HOSTNAME_NOT_ALLOWED`, `ERR_NO_TRANSPORT_FOR`, `ERR_ID_MISMATCH`; the signal's reason.
   */
  ping(target: ContactInput | string, call: CallOptions = NO_OPTIONS): Promise<Contact | undefined> {
    // Not an async function: the promise of the request is the caller's, and no second one waits for it (bench: `rpc`).
    try {
      return this.#ping(target, checkCall('ping', call).signal);
    } catch (fault) {
      return Promise.reject(fault);
    }
  }

  #ping(target: ContactInput | string, signal: AbortSignal | undefined): Promise<Contact | undefined> {
    this.#check(signal);
    const engine = this.#engine;
    if (typeof target === 'string') {
      const [{ name: type }] = engine.options.transports as [Transport];
      return engine.meet(parseAddress(target, type), signal);
    }
    const asked = EncodedContact.from(target);
    if (engine.isHostOf(asked)) return Promise.resolve(engine.contacts.hosted(asked.id)?.contact);
    return engine.ask(asked, signal, (contact) => this.#pinged(asked, contact));
  }

  #pinged(asked: EncodedContact, contact: EncodedContact | undefined): Contact | undefined {
    if (contact === undefined) return undefined;
    const { contacts, options } = this.#engine;
    const isSame = contact === asked || equalBytes(contact.bytes, asked.bytes);
    if (isSame && options.arbiterAdmission === undefined) return asked.contact;
    const observed = contacts.observe(contact, { type: 'found', ttlMs: limits.cacheMs });
    if (observed instanceof Refusal) throw DisgoverError.from(observed);
    return contact.contact;
  }

  /**
   * Names a node: it is asked at its address, and known once it has answered. Like a seed it was written down by the application:
   * of the option `dial`, only `deny` forbids its address. @throws DisgoverError as `register`.
   */
  add(contact: ContactInput): void {
    this.#check(undefined);
    this.#engine.add(EncodedContact.from(contact));
  }

  /**
   * Says that a contact which was found did not work. It leaves cache and table, and is kept out for a while (5 s, doubling each
   * time to 10 min) so that others' answers do not bring it back at once; the next find asks the network.
   * @throws DisgoverError as `register`.
   */
  unreachable(contact: ContactInput): void {
    this.#check(undefined);
    const { contacts, routing, unreachable, options } = this.#engine;
    const failed = EncodedContact.from(contact);
    contacts.cache.delete(failed.id);
    unreachable.strike(failed.id, options.runtime.now(), failed);
    if (routing.get(failed.id)?.equals(failed)) routing.unreachable(failed.id);
  }

  /**
   * Replaces the secrets of the group, for sessions to come; those that are open stay. `docs/SECURITY.md` has the steps by which
   * a running group changes its secret.
   * @throws DisgoverError `ERR_BAD_KEY`, `ERR_BAD_OPTION`; nothing has changed then.
   */
  setSecret(secret: SecretRing): void {
    this.#check(undefined);
    this.#engine.options.secrets.replace(secret);
  }

  /** Calls `listener` whenever the fact happens. Returns what removes it. @throws DisgoverError `ERR_BAD_OPTION` for other facts. */
  on<Name extends keyof DisgoverEvents>(
    name: Name,
    listener: (event: DisgoverEvents[Name]) => void,
  ): () => void {
    if (!eventNames.includes(name))
      throw new DisgoverError('BAD_OPTION', unknownName('event', String(name), eventNames));
    if (typeof listener !== 'function')
      throw new DisgoverError('BAD_OPTION', `listener must be a function, got ${typeName(listener)}`);
    return this.#engine.reports.events.on(name, listener);
  }

  /** What the node knows and how much it keeps, as a JSON value: the nodes of its table, and each collection with its bound. */
  snapshot(): Snapshot {
    return snapshotOf(this.#engine);
  }

  /** Ends sessions, timers and listeners; calls under way reject with `ERR_CLOSED`. Idempotent, at any moment. */
  close(): Promise<void> {
    this.#closing ??= this.#engine.close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #check(signal: AbortSignal | undefined): void {
    if (this.#closing !== undefined) throw new DisgoverError('CLOSED', 'the node is closed');
    signal?.throwIfAborted();
  }

  async #announce(
    contact: EncodedContact,
    given: EncodedContact,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { contacts, self, relayed, announcer, withdrawals } = this.#engine;
    const observed = contacts.observe(contact, { type: 'registered' });
    if (observed instanceof Refusal) throw DisgoverError.from(observed);
    if (self.isDialOnly) relayed.keep(given);
    withdrawals.forget(contact.id);
    await announcer.announce(contact.id, signal);
  }

  #newId(): ContactId {
    const { runtime, arbiterAdmission } = this.#engine.options;
    const length = arbiterAdmission === undefined ? FILLED_ID_BYTES : ADMITTED_ID_BYTES;
    return contactIdOfBytes(runtime.randomBytes(length));
  }

  /** What the application wrote, as it wrote it: without the arbiter's fields, and without where it is. */
  #encodeEntity(id: ContactId, input: ContactInput): EncodedContact {
    const encoded = isPlain(input) && EncodedContact.encodeEntity(id, input);
    if (encoded instanceof EncodedContact) return encoded;
    return this.#encode({ ...own(input), ...own({ id, transport: undefined }) });
  }

  #encode(properties: PropertyDescriptorMap): EncodedContact {
    const { runtime, arbiterDefaults, identity } = this.#engine.options;
    const encoded = EncodedContact.encode(Object.create(Object.prototype, properties));
    if (!(encoded instanceof Refusal)) return encoded;
    // NaN is no number for JSON and no clock for an arbiter, which knows better what should have been there.
    if (encoded.code === 'BAD_NUMBER')
      arbiterDefaults(Object.create(Object.prototype, properties), {
        now: runtime.now(),
        known: undefined,
        identity,
      });
    throw DisgoverError.from(encoded);
  }

  #toUnregister(contact: unknown): EncodedContact | undefined {
    if (typeof contact === 'string') return this.#engine.contacts.registrations.own(parseContactId(contact));
    const given = checkObject(contact);
    if (!Object.hasOwn(given, 'id')) throw new DisgoverError('BAD_CONTACT', 'id is missing');
    return this.#engine.fill(this.#encode(own(given)).draft(), undefined);
  }
}

/** Transports that a node was started with, as long as somebody has them. The node closes its own: another that fails with one would, too. */
const taken = new WeakSet<Transport>();

function checkUntaken(transports: readonly Transport[]): void {
  for (const transport of transports) {
    if (!taken.has(transport)) continue;
    const detail = `transport ${quote(transport.name)}: one instance serves one node, make one for each`;
    throw new DisgoverError('BAD_OPTION', detail);
  }
}

/** Mostly it is: then it is read as it is. A Proxy is told by whoever reads it. */
function isPlain(input: object): boolean {
  return Object.getPrototypeOf(input) === Object.prototype;
}

/** By descriptors: a getter must be refused, not run. */
const own = Object.getOwnPropertyDescriptors;

function checkObject(contact: unknown): ContactInput {
  if (typeof contact === 'object' && contact !== null && !Array.isArray(contact))
    return contact as ContactInput;
  throw new DisgoverError('BAD_CONTACT', `expected object, got ${typeName(contact)}`);
}
