// Puts the parts of one node together: who is told what, and nothing else. The public face is disgover.ts.

import { Bootstrap } from '#bootstrap';
import { meetContacts } from '#met-contacts';
import { Onward, Passages } from '#relaying';
import { type AnnounceDependencies, announceFor, withdraw } from './announce/announce.js';
import { Announcer } from './announce/announcer.js';
import { Hosted } from './announce/hosted.js';
import { Withdrawals } from './announce/withdrawals.js';
import type { SeedAnswer } from './bootstrap/join.js';
import { Admission } from './contacts/admission.js';
import { Arbitration } from './contacts/arbitrate.js';
import { Contacts } from './contacts/observe.js';
import type { Contact } from './contracts/contact.js';
import type { TransportInfo } from './contracts/transport.js';
import { DisgoverError, Refusal } from './errors.js';
import { compareDistance } from './id/distance.js';
import type { Key } from './id/key.js';
import { limits } from './limits.js';
import { Errands } from './lookup/errands.js';
import { Finder } from './lookup/find.js';
import { Walker, type WalkerDependencies } from './lookup/walker.js';
import type { ResolvedOptions } from './options.js';
import { OwnNode } from './own-node.js';
import { type AskHostDependencies, askHost } from './relay/ask-host.js';
import { RelayedEntities } from './relay/relayed-entities.js';
import { Relays } from './relay/relays.js';
import { Reports } from './reports.js';
import { Bridges } from './routing/bridges.js';
import { Quarantine } from './routing/quarantine.js';
import { isBridging, type Reach, reachOf } from './routing/reach.js';
import { Routing } from './routing/routing.js';
import { type NodesQuery, RpcClient } from './rpc/client.js';
import type { Exact } from './rpc/handlers/find-node.js';
import { makeReceive } from './rpc/receive.js';
import type { Abortable } from './runtime/abort.js';
import { Alarms } from './runtime/alarms.js';
import { Acquaintances } from './session/acquaintances.js';
import { DialPolicy, wasNotDialled } from './session/dial-policy.js';
import type { DialTarget } from './session/dialler.js';
import type { RequestOptions } from './session/pending-requests.js';
import { RoundTrip } from './session/round-trip.js';
import { SeenNonces } from './session/seen-nonces.js';
import type { Session, SessionHost } from './session/session.js';
import { SessionPool } from './session/session-pool.js';
import { addressesOf, haveSameAddresses, isRelayedOnly } from './wire/addresses.js';
import { EncodedContact } from './wire/contact-codec.js';
import { copyOfJson } from './wire/json.js';
import { NONCE_BYTES, type Nodes, type Target } from './wire/messages.js';

const SEED_BYTES = 32;
/** What keeps the table in order asks once and again in a quarter of an hour: its sessions would only stand about. */
const UPKEEP = Object.freeze({ once: true });

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
    this.alarms = new Alarms(runtime);
    const alarms = this.alarms;

    const onArbiterFault = reports.arbiterFault.bind(reports);
    this.arbitration = new Arbitration(options.arbiter, now, onArbiterFault);
    const { arbiterAdmission } = options;
    const admission = arbiterAdmission && new Admission(arbiterAdmission, now, onArbiterFault);
    this.contacts = new Contacts(key, {
      own: () => self.contact,
      now,
      arbitration: this.arbitration,
      admission,
      isTooFarToHold: (key, reach) => this.#isTooFarToHold(key, reach),
      onConflict: (conflict) => reports.happened('conflict', conflict),
      onEquivocation: (equivocation) => reports.happened('equivocation', equivocation),
      onDisplaced: (displacement) => reports.happened('displaced', displacement),
      onClaimRefused: (id) => this.announcer.repeat(id),
    });
    this.acquaintances = new Acquaintances(() => runtime.randomBytes(SEED_BYTES));
    this.bridges = new Bridges((contact) => isBridging(self.spoken, contact));
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
      randomBytes: (count) => runtime.randomBytes(count),
    });
    const host: SessionHost = {
      now,
      alarms,
      handshake: {
        own: () => self.contact,
        group: options.group,
        nonce: () => runtime.randomBytes(NONCE_BYTES),
        identity: options.identity,
        requiresIdentity: options.requireIdentity,
        secrets: options.secrets,
        acquaintances: this.acquaintances,
        seenNonces: this.seenNonces,
        onSignature: (what) => reports.count(what === 'made' ? 'signatureMade' : 'signatureChecked'),
      },
      admit: options.admit,
      roundTrip: new RoundTrip(),
      onOpen: (session) => this.#onSession(session),
      onClosed: (session) => this.#onSessionClosed(session),
      onRefused: (session, refusal) => reports.refused(session.remote, refusal),
      onFault: (cause) => reports.fault(cause),
      onFrame: makeReceive({
        k,
        own: () => self.contact,
        hosted: (id) => this.contacts.hosted(id),
        exact: (id) => this.contacts.exact(id),
        closest: (key, count, asker) => this.routing.closest(key, count, reachOf(asker)),
        isBeyond: (asker) => this.routing.isBeyond(reachOf(asker)),
        findFor: (id, asker) => this.errands.run(id, asker),
        passOn: (id, asker) => this.passages.passOn(id, asker),
        announced: (contact, session) => {
          const from = session.peer as EncodedContact;
          const { isAddressProved } = session;
          const reach = reachOf(session);
          const observed = this.contacts.observe(contact, {
            type: 'announced',
            from,
            isAddressProved,
            reach,
          });
          if (observed instanceof Refusal) return observed;
          const isPassage = !observed.isEcho && this.passages.open(contact, session);
          if (isPassage) this.onward.add('announced', contact, session);
          return observed.before?.id === contact.id ? observed.before : undefined;
        },
        withdrawn: (contact, session) => {
          const from = session.peer as EncodedContact;
          const { isAddressProved } = session;
          const observed = this.contacts.observe(contact, { type: 'withdrawn', from, isAddressProved });
          if (observed instanceof Refusal) return observed;
          if (this.passages.close(contact.id, session)) this.onward.add('withdrawn', contact, session);
          return undefined;
        },
        onRefused: (session, refusal) => reports.refused(session.remote, refusal),
        onUnknownPart: () => reports.count('unknownPart'),
        onFault: (cause) => reports.fault(cause),
      }),
    };
    this.pool = new SessionPool(transports, host, this.dialPolicy);
    this.client = new RpcClient(this.pool, {
      onAnswered: (target, session) => this.#onAnswered(target, session),
      onFailed: (target, fault) => this.#onRequestFailed(target, fault),
    });
    this.routing = new Routing({
      own: key,
      k,
      runtime,
      alarms,
      arbitrate: (incumbent, candidate) => this.arbitration.decide(incumbent, candidate),
      isDialable: (contact) => self.canDial(contact),
      hintBytes: options.hintBytes,
      ping: (contact) => this.client.ping(contact, contact.idBytes, UPKEEP),
      pingAddress: (contact) => this.#pingAddress(contact),
      findNode: (contact, target) =>
        this.client.findNode(contact, { target: { key: target } }, UPKEEP, ({ contacts }) => {
          this.#meetBridges(contacts);
          return contacts;
        }),
      walkHome: () => this.#walkHome([]),
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
      isBridging: (contact) => isBridging(self.spoken, contact),
      bridges: () => this.bridges.contacts,
      lateMs: (id) => this.pool.roundTripOf(id).lateMs,
      isEligible: (contact) => contact.id !== id && !this.routing.isQuarantined(contact.id, contact),
      start: (target, count) => this.#start(target, count),
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
      randomBytes: (count) => runtime.randomBytes(count),
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
      decide: (incumbent, candidate) => this.arbitration.decide(incumbent, candidate),
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
      ping: (relay) => this.client.ping(relay, relay.idBytes),
      sessionOf: (relay) => this.pool.get(relay),
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
      decide: (incumbent, candidate) => this.arbitration.decide(incumbent, candidate),
      count: (what) => reports.count(what),
      isOneNetwork: transports.length === 1,
      networkSize: () => this.routing.networkSize,
      isDialOnly: () => self.isDialOnly,
      relays: this.relays,
      relayed: this.relayed,
      onFault: (fault) => reports.fault(fault),
    });
    this.bootstrap = new Bootstrap({
      options,
      own: () => self.contact,
      alarms,
      reports,
      routing: this.routing,
      isEligible: (contact) => walker.isEligible(contact),
      ask: (seed) => this.#askSeed(seed),
      walkHome: (named) => this.#walkHome(named),
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
    await this.client.ping(address, own.idBytes, { signal });
    const peer = this.pool.get(address)?.peer;
    if (peer === undefined) throw new DisgoverError('LINK_LOST', 'the link ended before the answer was used');
    return peer.contact;
  }

  /** The application names a node: it is dialled where it says. */
  add(named: EncodedContact): void {
    const contact = named.apart();
    this.dialPolicy.trust(contact);
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

  /** Whoever dialled us is known. Whom we dialled may yet refuse us: it counts once it has answered. */
  #onSession(session: Session): void {
    if (!session.isDialled) this.#met(session);
  }

  #onAnswered(target: DialTarget, session: Session): void {
    if (session.isProved && session.isDialled && !session.hasAnswered) {
      session.hasAnswered = true;
      this.#met(session);
    }
    if (target instanceof EncodedContact) this.routing.answered(target);
  }

  #met(session: Session): void {
    const peer = session.peer as EncodedContact;
    // A link shows the host of who dialled, not that it answers there: an id that is known elsewhere is not moved by a claim.
    if (!session.isDialled && this.routing.isElsewhere(peer)) session.isAddressProved = false;
    if (!session.isAddressProved) return this.routing.verify(peer);
    // Its newer word of itself takes the place of what the application has named.
    if (this.dialPolicy.isGiven(peer)) this.dialPolicy.trust(peer);
    this.routing.add(peer);
    this.bridges.met(peer);
  }

  #onSessionClosed(session: Session): void {
    // The address belongs to somebody else than we thought: that one is asked under its own name.
    const { refusedPeer, isDialled } = session;
    if (refusedPeer !== undefined && isDialled) this.routing.verify(refusedPeer);
    this.passages.forget(session);
    this.onward.forget(session);
    this.errands.forget(session);
    this.relays.onSessionClosed(session);
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

  /** The table need not have a place for nodes that speak what we do not: a few are met all the same, for finds beyond our reach. */
  #meetBridges(named: readonly EncodedContact[]): void {
    for (const contact of named) {
      if (this.bridges.size >= limits.onBehalfAsked) return;
      if (isBridging(this.self.spoken, contact)) this.routing.verify(contact);
    }
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

  #onRequestFailed(target: DialTarget, fault: DisgoverError): void {
    this.reports.count('requestFailed', fault.code);
    if (!(target instanceof EncodedContact)) return;
    this.bridges.failed(target.id);
    // Nobody was asked, so nobody has failed.
    if (wasNotDialled(fault)) this.routing.denied(target);
    else this.routing.failed(target.id, target);
  }

  /** Who names a node is first believed to have named one; here, where it would be dialled, its contact is parsed. */
  #refusalOfNamed(contact: EncodedContact, toldBy: EncodedContact | undefined): Promise<never> | undefined {
    const parsed = contact.parse();
    if (!(parsed instanceof Refusal)) return undefined;
    this.reports.refused((toldBy ?? contact).id, parsed);
    return Promise.reject(DisgoverError.from(parsed));
  }

  /** Whom a walk asks first: the closest of our table, of those that we reach in each way. */
  #start(target: Key, count: number): readonly EncodedContact[] {
    const { transports } = this.options;
    if (transports.length === 1) return this.routing.start(target, count);
    return transports.flatMap(({ name }) => this.routing.start(target, count, new Set([name])));
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

  /** Whom the seed names. One that was dialled by a name, or at a mapped port, is known once it has answered at the address in its contact. */
  async #askSeed(seed: DialTarget): Promise<SeedAnswer> {
    this.dialPolicy.trust(seed);
    const { contacts } = await this.client.findNode(seed, { target: { key: this.self.contact.key } });
    const session = this.pool.get(seed);
    // Or else it is nobody to start from: another seed may be.
    if (session?.peer !== undefined && !session.isAddressProved) await this.#pingAddress(session.peer);
    return { id: session?.peer?.id, named: contacts };
  }

  /** Our neighbours learn of us, and we of them. `named`: by a seed, which need not be asked again for it. */
  async #walkHome(named: readonly EncodedContact[]): Promise<void> {
    const { key } = this.self.contact;
    const start = [
      ...named.filter((contact) => this.walker.isEligible(contact)),
      ...this.#start(key, this.options.k),
    ];
    try {
      await this.walker.run({ target: { key } }, { start, burst: true, ...UPKEEP }, (step) => {
        if (step.type === 'answered') this.#meetBridges(step.nodes.contacts);
        return false;
      });
    } catch {
      // Nobody was there, or we are closing: the table is what it is.
    }
  }

  async #pingAddress(contact: EncodedContact): Promise<void> {
    const addresses = addressesOf(contact);
    const isGiven = this.dialPolicy.isGiven(contact);
    if (isGiven) this.dialPolicy.trust(addresses);
    const pong = await this.client.ping(addresses, contact.idBytes, UPKEEP);
    if (pong.contact?.id !== contact.id) throw new DisgoverError('ID_MISMATCH', 'another node answers there');
    // The table may have the node by its own word: it is dialled there all the same.
    const known = this.routing.known(contact);
    if (isGiven && known !== undefined && haveSameAddresses(known, contact)) this.dialPolicy.trust(known);
  }
}
