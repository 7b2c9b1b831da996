// Who was met, who answered and who did not: what sessions and requests say of other nodes, told to the parts that keep them; and the
// requests that are made for no other reason.

import type { SeedAnswer } from './bootstrap/join.js';
import type { TransportInfo } from './contracts/transport.js';
import { DisgoverError } from './errors.js';
import type { Key } from './id/key.js';
import { limits } from './limits.js';
import type { Walker } from './lookup/walker.js';
import type { ResolvedOptions } from './options.js';
import type { OwnNode } from './own-node.js';
import type { Bridges } from './routing/bridges.js';
import { isBridging } from './routing/reach.js';
import type { Routing } from './routing/routing.js';
import type { RpcClient } from './rpc/client.js';
import { type DialPolicy, wasNotDialled } from './session/dial-policy.js';
import type { DialTarget } from './session/dialler.js';
import type { Session } from './session/session.js';
import { addressesOf, haveSameAddresses } from './wire/addresses.js';
import { EncodedContact } from './wire/contact-codec.js';

/** What keeps the table in order asks once and again in a quarter of an hour: its sessions would only stand about. */
const UPKEEP = Object.freeze({ once: true });

/** Parts of the node, which are there once it is put together. */
export interface PartsForPeers {
  readonly options: ResolvedOptions;
  readonly self: OwnNode;
  readonly dialPolicy: DialPolicy;
  readonly client: RpcClient;
  readonly routing: Routing;
  readonly bridges: Bridges;
  readonly walker: Walker;
}

export class Peers {
  readonly #parts: PartsForPeers;

  constructor(parts: PartsForPeers) {
    this.#parts = parts;
  }

  /** Whoever dialled us is known. Whom we dialled may yet refuse us: it counts once it has answered. */
  onSession(session: Session): void {
    if (!session.isDialled) this.#met(session);
  }

  onSessionClosed({ refusedPeer, isDialled }: Session): void {
    // The address belongs to somebody else than we thought: that one is asked under its own name.
    if (refusedPeer !== undefined && isDialled) this.#parts.routing.verify(refusedPeer);
  }

  onAnswered(target: DialTarget, session: Session): void {
    if (session.isProved && session.isDialled && !session.hasAnswered) {
      session.hasAnswered = true;
      this.#met(session);
    }
    if (target instanceof EncodedContact) this.#parts.routing.answered(target);
  }

  onFailed(target: DialTarget, fault: DisgoverError, askedAt: number): void {
    if (!(target instanceof EncodedContact)) return;
    const { bridges, routing } = this.#parts;
    bridges.failed(target.id);
    // Nobody was asked, so nobody has failed.
    if (wasNotDialled(fault)) routing.denied(target);
    else routing.failed(target.id, target, askedAt);
  }

  #met(session: Session): void {
    const { routing, dialPolicy, bridges } = this.#parts;
    const peer = session.peer as EncodedContact;
    // A link shows the host of who dialled, not that it answers there: an id that is known elsewhere is not moved by a claim.
    if (!session.isDialled && routing.isElsewhere(peer)) session.isAddressProved = false;
    if (!session.isAddressProved) return routing.verify(peer);
    // Its newer word of itself takes the place of what the application has named.
    if (dialPolicy.isGiven(peer)) dialPolicy.trust(peer);
    routing.add(peer);
    bridges.met(peer);
  }

  /** Whom a walk asks first: the closest of our table, of those that we reach in each way. */
  start(target: Key, count: number): readonly EncodedContact[] {
    const { options, routing } = this.#parts;
    const { transports } = options;
    if (transports.length === 1) return routing.start(target, count);
    return transports.flatMap(({ name }) => routing.start(target, count, new Set([name])));
  }

  /** Asks a node of the table whether it is there. @throws as a request. */
  async ping(contact: EncodedContact): Promise<void> {
    await this.#parts.client.ping(contact, contact.idBytes, UPKEEP);
  }

  /** Asks whether the contact's id answers at the contact's address, over a link of its own. @throws as a request; `ERR_ID_MISMATCH`. */
  async pingAddress(contact: EncodedContact): Promise<void> {
    const { dialPolicy, client, routing } = this.#parts;
    const addresses: readonly TransportInfo[] = addressesOf(contact);
    const isGiven = dialPolicy.isGiven(contact);
    if (isGiven) dialPolicy.trust(addresses);
    const pong = await client.ping(addresses, contact.idBytes, UPKEEP);
    if (pong.contact?.id !== contact.id) throw new DisgoverError('ID_MISMATCH', 'another node answers there');
    // The table may have the node by its own word: it is dialled there all the same.
    const known = routing.known(contact);
    if (isGiven && known !== undefined && haveSameAddresses(known, contact)) dialPolicy.trust(known);
  }

  /** Whom a node names, for the table. @throws as a request. */
  findNode(contact: EncodedContact, target: Key): Promise<readonly EncodedContact[]> {
    return this.#parts.client.findNode(contact, { target: { key: target } }, UPKEEP, ({ contacts }) => {
      this.#meetBridges(contacts);
      return contacts;
    });
  }

  /**
   * Whom the seed names. One that was dialled by a name, or at a mapped port, is known once it has answered at the address in its
   * contact. @throws as `pingAddress`.
   */
  async askSeed(seed: DialTarget): Promise<SeedAnswer> {
    const { self, dialPolicy, client } = this.#parts;
    dialPolicy.trust(seed);
    const query = { target: { key: self.contact.key } };
    const { named, session } = await client.findNode(seed, query, {}, ({ contacts }, session) => ({
      named: contacts,
      session,
    }));
    const peer = session.peer as EncodedContact;
    // Or else it is nobody to start from: another seed may be.
    if (!session.isAddressProved) await this.pingAddress(peer);
    return { id: peer.id, named };
  }

  /** Our neighbours learn of us, and we of them. `named`: by a seed, which need not be asked again for it. Does not reject. */
  async walkHome(named: readonly EncodedContact[]): Promise<void> {
    const { self, options, walker } = this.#parts;
    const { key } = self.contact;
    const start = [...named.filter((contact) => walker.isEligible(contact)), ...this.start(key, options.k)];
    try {
      await walker.run({ target: { key } }, { start, burst: true, ...UPKEEP }, (step) => {
        if (step.type === 'answered') this.#meetBridges(step.nodes.contacts);
        return false;
      });
    } catch {
      // Nobody was there, or we are closing: the table is what it is.
    }
  }

  /** The table need not have a place for nodes that speak what we do not: a few are met all the same, for finds beyond our reach. */
  #meetBridges(named: readonly EncodedContact[]): void {
    const { self, bridges, routing } = this.#parts;
    for (const contact of named) {
      if (bridges.size >= limits.onBehalfAsked) return;
      if (isBridging(self.spoken, contact) && !routing.isQuarantined(contact.id, contact))
        routing.verify(contact);
    }
  }
}
