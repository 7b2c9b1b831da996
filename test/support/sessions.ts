// Two or more pools of sessions on the simulated network, with the one door of rpc behind each, and nothing else of a node.

import type { Link, LinkHandlers, TransportInfo } from '../../src/contracts/transport.js';
import type { Refusal } from '../../src/errors.js';
import type { ContactId } from '../../src/id/contact-id.js';
import type { Identity } from '../../src/identity/identity.js';
import { makeReceive, type ReceiveDependencies } from '../../src/rpc/receive.js';
import { Alarms } from '../../src/runtime/alarms.js';
import { Acquaintances } from '../../src/session/acquaintances.js';
import { GroupSecrets, type SecretRing } from '../../src/session/group-secrets.js';
import { RoundTrip } from '../../src/session/round-trip.js';
import { SeenNonces } from '../../src/session/seen-nonces.js';
import type { Admit, Session } from '../../src/session/session.js';
import { SessionPool } from '../../src/session/session-pool.js';
import { SimulatedNetwork, type SimulatedNetworkOptions } from '../../src/simulation/network.js';
import { VirtualRuntime } from '../../src/simulation/virtual-runtime.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { decode } from '../../src/wire/decode.js';
import { encode } from '../../src/wire/encode.js';
import type { Message, Nodes, Pong } from '../../src/wire/messages.js';
import { memory } from '../../transports/memory/index.js';
import { idBytesOf, idOf } from './ids.js';

export interface PeerOptions extends Partial<ReceiveDependencies> {
  readonly group?: string;
  readonly identity?: Identity;
  readonly requiresIdentity?: boolean;
  readonly secret?: SecretRing;
  readonly admit?: Admit;
  /** The name of its id. Default the name of its host. */
  readonly id?: string;
  readonly listen?: boolean;
  /** Fields of its contact, beside or instead of its transport. */
  readonly fields?: Record<string, unknown>;
}

export class SessionNetwork {
  readonly runtime: VirtualRuntime;
  readonly network: SimulatedNetwork;

  constructor(options: SimulatedNetworkOptions = {}, seed = 1) {
    this.runtime = new VirtualRuntime({ seed });
    this.network = new SimulatedNetwork(this.runtime, options);
  }

  /** A node at the host `name`, which listens at port 1 unless told otherwise. */
  async peer(name: string, options: PeerOptions = {}): Promise<SessionPeer> {
    const peer = new SessionPeer(this, name, options);
    await peer.listen();
    return peer;
  }

  /** Something at the host that answers links as the test says, byte by byte. */
  async raw(name: string, port = 1): Promise<RawEnd> {
    const end = new RawEnd(memory({ network: this.network, host: name, port }));
    await end.listen();
    return end;
  }

  run<T>(task: PromiseLike<T> | (() => T | PromiseLike<T>)): Promise<T> {
    return this.runtime.run(task);
  }
}

export class SessionPeer {
  readonly name: string;
  readonly pool: SessionPool;
  readonly roundTrip = new RoundTrip();
  readonly opened: Session[] = [];
  readonly closed: Session[] = [];
  readonly faults: unknown[] = [];
  /** Signatures that were made and checked. */
  readonly signatures: ('made' | 'checked')[] = [];
  readonly refusals: Refusal[] = [];
  readonly secrets: GroupSecrets;
  readonly acquaintances: Acquaintances;
  contact: EncodedContact;
  readonly #world: SessionNetwork;
  readonly #transport;

  constructor(world: SessionNetwork, name: string, options: PeerOptions) {
    const { group = 'test', id = name, listen = true, fields = {}, ...others } = options;
    const { identity, requiresIdentity = false, secret, admit, ...receive } = others;
    this.#world = world;
    this.name = name;
    this.#transport = memory({ network: world.network, host: name, port: 1, listen });
    this.contact = EncodedContact.from({
      id: identity?.id ?? idOf(id),
      ...(listen && { transport: addressOf(name) }),
      ...fields,
    });
    const { runtime } = world;
    this.secrets = new GroupSecrets(secret);
    this.acquaintances = new Acquaintances(() => runtime.randomBytes(32));
    const deps: ReceiveDependencies = {
      k: 20,
      own: () => this.contact,
      hosted: () => undefined,
      exact: () => undefined,
      passOn: () => undefined,
      closest: () => [],
      isBeyond: () => false,
      findFor: async () => undefined,
      announced: () => undefined,
      withdrawn: () => undefined,
      onUnknownPart: () => {},
      onFault: (fault) => {
        throw fault;
      },
      onRefused: (_session, refusal) => this.refusals.push(refusal),
      ...receive,
    };
    this.pool = new SessionPool([this.#transport], {
      now: () => runtime.now(),
      alarms: new Alarms(runtime),
      handshake: {
        own: () => this.contact,
        group,
        nonce: () => runtime.randomBytes(16),
        identity,
        requiresIdentity,
        secrets: this.secrets,
        acquaintances: this.acquaintances,
        seenNonces: new SeenNonces(),
        onSignature: (what) => this.signatures.push(what),
      },
      admit,
      roundTrip: this.roundTrip,
      onOpen: (session) => this.opened.push(session),
      onClosed: (session) => this.closed.push(session),
      onRefused: (_session, refusal) => this.refusals.push(refusal),
      onFault: (fault) => this.faults.push(fault),
      onFrame: makeReceive(deps),
    });
  }

  async listen(): Promise<void> {
    await this.#transport.listen((link) => this.pool.accept(link, this.#transport.name));
  }

  get codes(): string[] {
    return this.refusals.map(({ code }) => code);
  }

  /** How its sessions have ended. */
  get ends(): (string | undefined)[] {
    return this.closed.map(({ endedBy }) => endedBy?.code);
  }

  /** Dials, and pings the other's own id over the session. */
  async ping(other: EncodedContact): Promise<Pong> {
    return pingOver(await this.pool.dial(other), other.id);
  }

  async close(): Promise<void> {
    this.pool.close();
    await this.#transport.close();
    await this.#world.runtime.advance(1_000);
  }
}

export function pingOver(session: Session, id: ContactId, signal?: AbortSignal): Promise<Pong> {
  return session.pending.request(
    (requestId) => ({ type: 'ping', requestId, id: idBytesOf(id) }),
    'pong',
    signal ? { signal } : {},
  );
}

export function addressOf(host: string, port = 1): TransportInfo {
  return { type: 'memory', host, port };
}

/** The other end of links, with no session behind it. */
export class RawEnd {
  readonly links: Link[] = [];
  readonly received: Message[] = [];
  readonly ends: (string | undefined)[] = [];
  /** What it does with each message. */
  answer: (message: Message, link: Link) => void = () => {};
  readonly #transport;

  constructor(transport: ReturnType<typeof memory>) {
    this.#transport = transport;
  }

  async listen(): Promise<void> {
    await this.#transport.listen((link) => this.#keep(link));
  }

  async dial(host: string, port = 1): Promise<Link> {
    const { signal } = new AbortController();
    const link = await this.#transport.dial(addressOf(host, port), { signal });
    this.#keep(link);
    return link;
  }

  get types(): string[] {
    return this.received.map(({ type }) => type);
  }

  /** The codes of CLOSE frames that came. */
  get told(): string[] {
    return this.received.flatMap((message) => (message.type === 'close' ? [message.code] : []));
  }

  send(message: Message, link = this.links.at(-1)): void {
    link?.send(encode(message));
  }

  sendBytes(frame: Uint8Array, link = this.links.at(-1)): void {
    link?.send(frame);
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  #keep(link: Link): void {
    this.links.push(link);
    link.maxFrameBytes = 65_536;
    const handlers: LinkHandlers = {
      onFrame: (frame) => {
        const message = decode(frame);
        if (message.type === 'bad') throw new Error(message.detail);
        this.received.push(message);
        this.answer(message, link);
      },
      onPartialFrame: () => {},
      onClose: (reason) => this.ends.push(reason?.code),
    };
    link.open(handlers);
  }
}

export function helloOf(contact: EncodedContact, fields: Record<string, unknown> = {}): Message {
  return {
    type: 'hello',
    minVersion: 1,
    maxVersion: 1,
    nonce: freshNonce(),
    group: 'test',
    contact,
    ...fields,
  } as Message;
}

let nonces = 0;

/** Another one at each call. */
export function freshNonce(): Uint8Array {
  const nonce = new Uint8Array(16);
  new DataView(nonce.buffer).setUint32(0, ++nonces);
  return nonce;
}

export function nodesReply(requestId: number, fields: Partial<Nodes> = {}): Nodes {
  return { type: 'nodes', requestId, contacts: [], conflicts: [], ...fields };
}
