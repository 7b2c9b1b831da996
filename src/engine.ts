// Puts the parts of one node together: who is told what, and nothing else. The public face is disgover.ts.

import { Bootstrap } from '#bootstrap';
import { meetContacts } from '#met-contacts';
import { Onward, Passages } from '#relaying';
import { type AnnounceDependencies, announceFor, withdraw } from './announce/announce.js';
import { Announcements } from './announce/announcements.js';
import { Announcer } from './announce/announcer.js';
import { Hosted } from './announce/hosted.js';
import { Withdrawals } from './announce/withdrawals.js';
import { Admission } from './contacts/admission.js';
import { Arbitration } from './contacts/arbitrate.js';
import { Contacts } from './contacts/observe.js';
import type { Contact } from './contracts/contact.js';
import type { TransportInfo } from './contracts/transport.js';
import { DisgoverError, Refusal } from './errors.js';
import { compareDistance } from './id/distance.js';
import type { Key } from './id/key.js';
import { Errands } from './lookup/errands.js';
import { Finder } from './lookup/find.js';
import { Walker, type WalkerDependencies } from './lookup/walker.js';
import type { ResolvedOptions } from './options.js';
import { OwnNode } from './own-node.js';
import { Peers } from './peers.js';
import { type AskHostDependencies, askHost } from './relay/ask-host.js';
import { RelayedEntities } from './relay/relayed-entities.js';
import { Relays } from './relay/relays.js';
import { Reports } from './reports.js';
import { Bridges } from './routing/bridges.js';
import { Quarantine } from './routing/quarantine.js';
import { isBridging, type Reach, reachOf } from './routing/reach.js';
import { Routing } from './routing/routing.js';
import { type NodesQuery, type RequestOptions, RpcClient } from './rpc/client.js';
import type { Exact } from './rpc/handlers/find-node.js';
import { makeReceive } from './rpc/receive.js';
import type { Abortable } from './runtime/abort.js';
import { Alarms } from './runtime/alarms.js';
import { Acquaintances } from './session/acquaintances.js';
import { DialPolicy } from './session/dial-policy.js';
import type { DialTarget } from './session/dialler.js';
import { RoundTrip } from './session/round-trip.js';
import { SeenNonces } from './session/seen-nonces.js';
import type { Session, SessionHost } from './session/session.js';
import { SessionPool } from './session/session-pool.js';
import { addressesOf, haveSameAddresses, isRelayedOnly } from './wire/addresses.js';
import type { EncodedContact } from './wire/contact-codec.js';
import { copyOfJson } from './wire/json.js';
import { NONCE_BYTES, type Nodes, type Target } from './wire/messages.js';

const SEED_BYTES = 32;

export class Engine {
  readonly options: ResolvedOptions;
  readonly reports: Reports;
  readonly self: OwnNode;
  readonly alarms: Alarms;
  readonly acquaintances: Acquaintances;
  readonly seenNonces = new SeenNonces();
  readonly dialPolicy: DialPolicy;
  readonly pool: SessionPool;
  readonly client: RpcClient;
  readonly routing: Routing;
  readonly bridges: Bridges;
  readonly contacts: Contacts;
  readonly arbitration: Arbitration;
  readonly unreachable = new Quarantine();
  readonly walker: Walker;
  readonly finder: Finder;
  /** What others have this node look for. */
  readonly errands: Errands<Exact>;
  readonly announcer: Announcer;
  readonly withdrawals: Withdrawals;
  readonly bootstrap: Bootstrap;
  /** Hosts that nobody can dial, to which this node passes PINGs on. */
  readonly passages: Passages;
  /** What such hosts announce, for holders whom they cannot dial. */
  readonly onward: Onward;
  /** Nodes that pass PINGs on to this one, where nobody can dial it. */
  readonly relays: Relays;
  readonly relayed: RelayedEntities;
  readonly #askHostDependencies: AskHostDependencies;
  readonly #hosted: Hosted;
  readonly #forgetMet: () => void;
  #isClosed = false;

  constructor(options: ResolvedOptions) {
    this.options = options;
    const { runtime, k, alpha, transports } = options;
    this.reports = new Reports(options.logger, options.metrics);
    const { reports } = this;
    this.self = new OwnNode(options);
    const { self } = this;
    const { id, key } = self.contact;
    const now = () => runtime.now();
    const own = () => self.contact;
    const randomBytes = (count: number) => runtime.randomBytes(count);
    const onFault = (fault: unknown) => reports.fault(fault);
    this.alarms = new Alarms(runtime);
    const alarms = this.alarms;
    const peers = new Peers(this);
    const announcements = new Announcements(this);

    const onArbiterFault = reports.arbiterFault.bind(reports);
    this.arbitration = new Arbitration(options.arbiter, now, onArbiterFault);
    const decide = this.arbitration.decide.bind(this.arbitration);
    const { arbiterAdmission } = options;
    const admission = arbiterAdmission && new Admission(arbiterAdmission, now, onArbiterFault);
    this.contacts = new Contacts(key, {
      own,
      now,
      arbitration: this.arbitration,
      admission,
      isTooFarToHold: (key, reach) => this.#isTooFarToHold(key, reach),
      onConflict: (conflict) => reports.happened('conflict', conflict),
      onEquivocation: (equivocation) => reports.happened('equivocation', equivocation),
      onDisplaced: (displacement) => reports.happened('displaced', displacement),
      onClaimRefused: (id) => this.announcer.repeat(id),
    });
    this.acquaintances = new Acquaintances(() => randomBytes(SEED_BYTES));
    const isBridge = (contact: EncodedContact) => isBridging(self.spoken, contact);
    this.bridges = new Bridges(isBridge);
    this.passages = new Passages(id);
    this.dialPolicy = new DialPolicy({
      rules: options.dial,
      isSeed: (address) => this.bootstrap.isSeed(address),
      own: () => addressesOf(self.contact),
      known: (contact) => {
        const entry = this.routing.known(contact);
        return entry && haveSameAddresses(entry, contact) ? entry : undefined;
      },
      isClosedGroup: () => options.secrets.isRequired,
      now,
      randomBytes,
    });
    const onSessionRefused = (session: Session, refusal: Refusal) => reports.refused(session.remote, refusal);
    const host: SessionHost = {
      now,
      alarms,
      handshake: {
        own,
        group: options.group,
        nonce: () => randomBytes(NONCE_BYTES),
        identity: options.identity,
        requiresIdentity: options.requireIdentity,
        secrets: options.secrets,
        acquaintances: this.acquaintances,
        seenNonces: this.seenNonces,
        onSignature: (what) => reports.count(what === 'made' ? 'signatureMade' : 'signatureChecked'),
      },
      admit: options.admit,
      roundTrip: new RoundTrip(),
      onOpen: (session) => peers.onSession(session),
      onClosed: (session) => {
        peers.onSessionClosed(session);
        for (const part of [this.passages, this.onward, this.errands]) part.forget(session);
        this.relays.onSessionClosed(session);
      },
      onRefused: onSessionRefused,
      onFault,
      onFrame: makeReceive({
        k,
        own,
        hosted: (id) => this.contacts.hosted(id),
        exact: (id) => this.contacts.exact(id),
        closest: (key, count, asker) => this.routing.closest(key, count, reachOf(asker)),
        isBeyond: (asker) => this.routing.isBeyond(reachOf(asker)),
        findFor: (id, asker) => this.errands.run(id, asker),
        passOn: (id, asker) => this.passages.passOn(id, asker),
        announced: (contact, session) => announcements.announced(contact, session),
        withdrawn: (contact, session) => announcements.withdrawn(contact, session),
        onRefused: onSessionRefused,
        onUnknownPart: () => reports.count('unknownPart'),
        onFault,
      }),
    };
    this.pool = new SessionPool(transports, host, this.dialPolicy);
    this.client = new RpcClient(this.pool, {
      onAnswered: (target, session) => peers.onAnswered(target, session),
      onFailed: (target, fault, askedAt) => {
        reports.count('requestFailed', fault.fault);
        peers.onFailed(target, fault, askedAt);
      },
    });
    this.routing = new Routing({
      own: key,
      k,
      runtime,
      alarms,
      arbitrate: decide,
      isDialable: (contact) => self.canDial(contact),
      hintBytes: options.hintBytes,
      ping: (contact) => peers.ping(contact),
      pingAddress: (contact) => peers.pingAddress(contact),
      findNode: (contact, target) => peers.findNode(contact, target),
      walkHome: () => peers.walkHome([]),
      onAdded: (contact) => {
        reports.table('nodeAdded', contact);
        this.bootstrap.onNode();
        this.announcer.onNodes();
        this.withdrawals.onNodes();
        this.relays.onNode(contact);
      },
      onRemoved: (contact) => {
        reports.table('nodeRemoved', contact);
        this.bootstrap.onNodeGone(contact.id);
      },
    });
    this.#askHostDependencies = {
      own: id,
      client: this.client,
      passages: this.passages,
      speaks: (type) => self.speaks(type),
      known: (other) => this.routing.get(other),
    };
    this.walker = new Walker({
      k,
      alpha,
      now,
      alarms,
      findNode: (contact, query, options, toldBy) =>
        this.#refusalOfNamed(contact, toldBy) ?? this.#findNode(contact, query, options),
      findThrough: (contact, target, signal) => this.#findThrough(contact, target, signal),
      isBridging: isBridge,
      bridges: () => this.bridges.contacts,
      lateMs: (id) => this.pool.roundTripOf(id).lateMs,
      isEligible: (contact) => contact.id !== id && !this.routing.isQuarantined(contact.id, contact),
      start: (target, count) => peers.start(target, count),
      kinds: this.#kinds(),
      rejoin: (signal) => this.bootstrap.start(signal),
      networkSize: () => this.routing.networkSize,
      isAtHand: (contact) => this.pool.get(contact)?.isOpen === true,
      onWalked: (target) => this.routing.walked(target),
      seeds: () => this.bootstrap.tried,
    });
    const onRefused = (from: EncodedContact, refusal: Refusal) => reports.refused(from.id, refusal);
    const { contacts, walker } = this;
    this.finder = new Finder({ contacts, walker, unreachable: this.unreachable, now, onRefused });
    this.errands = new Errands((id, signal) => this.finder.findFor(id, signal));
    const announceDependencies: AnnounceDependencies = {
      contacts,
      walker,
      onRefused,
      tell: (node, query, signal) => this.#tell(node, query, signal),
    };
    this.onward = new Onward({
      now,
      alarms,
      randomBytes,
      isBeyond: (host) => this.routing.isBeyond(reachOf(host)),
      announce: (contact) => announceFor(contact, announceDependencies),
      withdraw: (contact) => withdraw(contact, announceDependencies),
    });
    const turns = {
      alarms,
      isWorthSweeping: (count: number) => this.#hosted.isWorthSweeping(count),
      hasNodes: () => this.routing.size > 0,
    };
    this.announcer = new Announcer({
      ...turns,
      runtime,
      tell: (entity) => this.#hosted.announce(entity),
      sweep: (...sweep) => this.#hosted.announceAll(...sweep),
      isRegistered: (entity) => contacts.registrations.has(entity),
    });
    this.withdrawals = new Withdrawals({
      ...turns,
      tell: (contact) => this.#hosted.withdraw(contact),
      sweep: (...sweep) => this.#hosted.withdrawAll(...sweep),
    });
    this.relayed = new RelayedEntities({
      contacts,
      decide,
      fill: (given, known) => this.fill(copyOfJson(given), known),
      isEcho: (own) => {
        const how = { known: own, isWithdrawal: false, isAnnounced: true, isFromHost: false, from: id };
        const verdict = admission?.ask(own, how);
        return verdict !== undefined && !(verdict instanceof Refusal) && verdict.isEcho === true;
      },
      addresses: () => this.relays.addresses,
    });
    this.relays = new Relays({
      now,
      alarms,
      isNeeded: () => self.isDialOnly && this.contacts.registrations.size > 0,
      candidates: () => this.bridges.aheadOf(this.routing.closest(key, k), key),
      ping: (relay) => this.client.ping(relay, relay.idBytes, {}, (_pong, session) => session),
      tellAll: async (relay) => {
        for (const announced of this.relayed.announces())
          await this.#tell(relay, { target: { key }, announced });
        for (const entity of this.relayed.ids)
          if (this.relayed.isOutdated(entity)) this.announcer.again(entity);
      },
      onChanged: () => {
        for (const entity of this.relayed.ids) this.announcer.again(entity);
      },
    });
    this.#hosted = new Hosted({
      ...announceDependencies,
      alarms,
      findNode: (contact, query, signal) =>
        this.#refusalOfNamed(contact, undefined) ?? this.client.findNode(contact, query, { signal }),
      decide,
      count: (what) => reports.count(what),
      isOneNetwork: transports.length === 1,
      networkSize: () => this.routing.networkSize,
      isDialOnly: () => self.isDialOnly,
      relays: this.relays,
      relayed: this.relayed,
      onFault,
    });
    this.bootstrap = new Bootstrap({
      options,
      own,
      alarms,
      reports,
      routing: this.routing,
      isEligible: (contact) => walker.isEligible(contact),
      ask: (seed) => peers.askSeed(seed),
      walkHome: (named) => peers.walkHome(named),
    });
    // Last: a constructor that throws has nothing to let go of.
    this.#forgetMet = meetContacts();
  }

  /** Where what is registered here can be asked for: at this node, or through its relays. */
  get transport(): Contact['transport'] {
    const { addresses } = this.relays;
    return this.self.contact.contact.transport ?? (addresses.length > 0 ? addresses : undefined);
  }

  /** The contact as it is registered: `OwnNode.fill`, with where it can be asked for. `given` may be changed. */
  fill(given: Contact, known: EncodedContact | undefined): EncodedContact {
    return this.self.fill(given, this.transport, known);
  }

  /** Listens on every transport. @throws what they throw. */
  async listen(): Promise<void> {
    const infos: TransportInfo[] = [];
    for (const transport of this.options.transports) {
      if (this.#isClosed) throw new DisgoverError('CLOSED', 'the node is closed');
      const info = await transport.listen((link) => this.pool.accept(link, transport.name));
      if (info !== undefined) infos.push(info);
    }
    for (const info of infos) this.pool.rememberOwn(info);
    this.self.listensAt(infos);
  }

  /** Whether the contact's host is this node: it is dialled here, or it is what is registered here and asked for through relays. */
  isHostOf(contact: EncodedContact): boolean {
    if (this.self.canDial(contact)) return this.self.isAt(addressesOf(contact));
    const own = this.contacts.registrations.own(contact.id);
    return own !== undefined && isRelayedOnly(contact) && haveSameAddresses(own, contact);
  }

  /** What `read` makes of the contact as its host has it. @throws as `askHost`. */
  ask<Result>(
    contact: EncodedContact,
    signal: AbortSignal | undefined,
    read: (contact: EncodedContact | undefined) => Result,
  ): Promise<Result> {
    return askHost(contact, this.#askHostDependencies, signal, read);
  }

  /** Who is at an address. @throws as a ping does. */
  async meet(address: TransportInfo, signal: AbortSignal | undefined): Promise<Contact> {
    const own = this.self.contact;
    if (this.self.isAt([address])) return own.contact;
    this.dialPolicy.trust(address);
    // Asked for our own id, which it cannot host: its HELLO is what is wanted.
    const peer = await this.client.ping(address, own.idBytes, { signal }, (_pong, session) => session.peer);
    return (peer as EncodedContact).contact;
  }

  /** The application names a node: it is dialled where it says. */
  add(named: EncodedContact): void {
    const contact = named.apart();
    this.dialPolicy.trust(contact);
    // The table may have it by its own word: that, too, is what is dialled.
    const known = this.routing.known(contact);
    if (known !== undefined && haveSameAddresses(known, contact)) this.dialPolicy.trust(known);
    this.routing.verify(contact);
  }

  /** Ends everything: no timer, session or listener is left. Idempotent. */
  async close(): Promise<void> {
    const lastWords = this.#isClosed ? undefined : this.#end();
    await Promise.all([lastWords, ...this.options.transports.map((transport) => transport.close())]);
  }

  /** At once, but for sources of seeds, which may have a last word. */
  #end(): void | Promise<void> {
    this.#isClosed = true;
    const closed = new DisgoverError('CLOSED', 'the node is closed');
    this.walker.close(closed);
    this.announcer.close();
    this.withdrawals.close();
    this.relays.close();
    this.onward.close();
    const lastWords = this.bootstrap.close();
    this.routing.close();
    this.pool.close();
    this.alarms.clear();
    this.#forgetMet();
    return lastWords;
  }

  async #tell(target: DialTarget, query: NodesQuery, signal?: Abortable): Promise<void> {
    await this.client.findNode(target, query, { signal }).catch(() => {});
  }

  /** What a walk to an entity hears of is remembered; one to a key goes where there is hardly anybody new. */
  #findNode(contact: EncodedContact, query: NodesQuery, options: RequestOptions): Promise<Nodes> {
    return this.client.findNode(contact, query, options, (nodes) => {
      if ('id' in query.target) this.routing.heard(nodes.contacts, contact);
      return nodes;
    });
  }

  async #findThrough(bridge: EncodedContact, target: Target, signal: Abortable): Promise<Nodes> {
    try {
      return await this.client.findThrough(bridge, target, { signal });
    } catch (fault) {
      // Who has too much to do is there.
      const isBusy = fault instanceof DisgoverError && fault.code === 'ERR_RATE_LIMITED';
      if (!signal.aborted && !isBusy) this.bridges.failed(bridge.id);
      throw fault;
    }
  }

  /** Who names a node is first believed to have named one; here, where it would be dialled, its contact is parsed. */
  #refusalOfNamed(contact: EncodedContact, toldBy: EncodedContact | undefined): Promise<never> | undefined {
    const parsed = contact.parse();
    if (!(parsed instanceof Refusal)) return undefined;
    this.reports.refused((toldBy ?? contact).id, parsed);
    return Promise.reject(DisgoverError.from(parsed));
  }

  #kinds(): WalkerDependencies['kinds'] {
    const names = this.options.transports.map(({ name }) => name);
    const of = (contact: EncodedContact) =>
      names.filter((name) => addressesOf(contact).some(({ type }) => type === name));
    return names.length === 1 ? undefined : { count: names.length, of };
  }

  /** Where some nodes cannot dial others, who announces needs holders among those that it can: the others are not in our stead. */
  #isTooFarToHold(key: Key, reach: Reach | undefined): boolean {
    const { k } = this.options;
    const furthest = this.routing.closest(key, k, reach)[k - 1];
    return furthest !== undefined && compareDistance(key, furthest.key, this.self.contact.key) < 0;
  }
}
