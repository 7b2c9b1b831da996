// libp2p with its kad-dht finds nodes, by peer id; both ends of every connection prove who they are.

import { createHash, randomBytes } from 'node:crypto';
import { installed } from '../lib/installed.js';
import type { Address, Library, PeerNode, StartOptions } from './peer.js';

const PROTOCOL = '/bench/kad/1.0.0';
/** More in flight, and more nodes in one process, than its defaults foresee. */
const PLENTY = 10_000;
/** A process full of nodes is slow to shake hands. */
const PATIENCE_MS = 60_000;

interface PeerId {
  toString(): string;
  toMultihash(): { readonly bytes: Uint8Array };
}

interface PeerInfo {
  readonly id: PeerId;
  readonly multiaddrs: readonly Multiaddr[];
}

interface Multiaddr {
  toString(): string;
}

interface Libp2p {
  readonly peerId: PeerId;
  readonly services: {
    readonly dht: { readonly routingTable: { readonly size: number } };
    readonly ping: { ping(to: Multiaddr): Promise<number> };
  };
  readonly peerRouting: {
    findPeer(id: PeerId): Promise<PeerInfo>;
    getClosestPeers(key: Uint8Array): AsyncIterable<PeerInfo>;
  };
  getMultiaddrs(): readonly Multiaddr[];
  getConnections(): readonly { abort(reason: Error): void }[];
  dial(to: Multiaddr): Promise<unknown>;
  unhandle(protocol: string): Promise<void>;
  handle(protocol: string, handler: () => Promise<never>): Promise<void>;
  stop(): Promise<void>;
}

type Make = (options?: object) => unknown;

// Part of it wants what Node has from 22 on.
Object.assign(Promise, { withResolvers: Reflect.get(Promise, 'withResolvers') ?? withResolvers });

const { createLibp2p } = (await installed('libp2p')) as { createLibp2p(options: object): Promise<Libp2p> };
const { tcp } = (await installed('@libp2p/tcp')) as { readonly tcp: Make };
const { noise } = (await installed('@chainsafe/libp2p-noise')) as { readonly noise: Make };
const { yamux } = (await installed('@chainsafe/libp2p-yamux')) as { readonly yamux: Make };
const { identify } = (await installed('@libp2p/identify')) as { readonly identify: Make };
const { ping } = (await installed('@libp2p/ping')) as { readonly ping: Make };
const { kadDHT, passthroughMapper } = (await installed('@libp2p/kad-dht')) as {
  readonly kadDHT: Make;
  readonly passthroughMapper: unknown;
};
const { multiaddr } = (await installed('@multiformats/multiaddr')) as {
  multiaddr(text: string): Multiaddr;
};
const { peerIdFromString, peerIdFromMultihash } = (await installed('@libp2p/peer-id')) as {
  peerIdFromString(text: string): PeerId;
  peerIdFromMultihash(multihash: object): PeerId;
};

export const libp2p: Library = {
  name: 'libp2p',
  finds: 'nodes',
  k: 20,
  keyOf: (id) => createHash('sha256').update(peerIdFromString(id).toMultihash().bytes).digest(),
  unusedId,
  start,
};

async function start({ seeds }: StartOptions): Promise<PeerNode> {
  const node = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: {
      inboundConnectionThreshold: PLENTY,
      maxIncomingPendingConnections: PLENTY,
      dialTimeout: PATIENCE_MS,
      inboundUpgradeTimeout: PATIENCE_MS,
    },
    services: {
      identify: identify(),
      ping: ping({ maxInboundStreams: PLENTY, maxOutboundStreams: PLENTY }),
      dht: kadDHT({ protocol: PROTOCOL, peerInfoMapper: passthroughMapper, clientMode: false }),
    },
  });
  for (const seed of seeds) await node.dial(endOf(seed));
  const id = node.peerId.toString();
  const own = node.getMultiaddrs();
  return {
    address: { id, where: whereOf(own), multiaddr: String(own[0]).replace(/\/p2p\/.*/, '') },
    tableSize: () => node.services.dht.routingTable.size,
    links: () => node.getConnections().length,
    meet: async (other) => {
      const end = endOf(other);
      await node.dial(end);
      // It checks that the same bytes came back, over a connection whose end has proved the id in the address.
      return { send: () => node.services.ping.ping(end), idIn: () => other.id };
    },
    register: async () => id,
    find: async (sought) => {
      try {
        return whereOf((await node.peerRouting.findPeer(peerIdFromString(sought))).multiaddrs);
      } catch (fault) {
        if ((fault as Error).name === 'NotFoundError') return undefined;
        throw fault;
      }
    },
    findClosest: async (sought) => {
      const closest: string[] = [];
      const { bytes } = peerIdFromString(sought).toMultihash();
      for await (const peer of node.peerRouting.getClosestPeers(bytes)) closest.push(String(peer.id));
      return closest;
    },
    // Its sockets are out of reach: connections and streams are accepted, and no request of the DHT is answered.
    freeze: () => {
      void node.unhandle(PROTOCOL).then(() => node.handle(PROTOCOL, () => new Promise(() => undefined)));
    },
    die: () => {
      for (const connection of node.getConnections()) connection.abort(new Error('killed'));
      void node.stop();
    },
    close: () => node.stop(),
  };
}

/** The id of an Ed25519 key is the key itself, after six bytes that say so. */
function unusedId(): string {
  const digest = Buffer.concat([Buffer.from([8, 1, 18, 32]), randomBytes(32)]);
  const bytes = Buffer.concat([Buffer.from([0, digest.length]), digest]);
  return peerIdFromMultihash({ code: 0, size: digest.length, digest, bytes }).toString();
}

function endOf({ id, multiaddr: text }: Address): Multiaddr {
  return multiaddr(`${text}/p2p/${id}`);
}

function whereOf([first]: readonly Multiaddr[]): string {
  const [, , host, , port] = String(first).split('/');
  return `${host}:${port}`;
}

function withResolvers(this: PromiseConstructor): object {
  const resolvers = {};
  const promise = new this((resolve, reject) => Object.assign(resolvers, { resolve, reject }));
  return Object.assign(resolvers, { promise });
}
