// bittorrent-dht finds what was announced under an info-hash. A find ends with the first peer that is named.

import { randomBytes } from 'node:crypto';
import { type EventEmitter, once } from 'node:events';
import { installed } from '../lib/installed.js';
import type { Address, Library, PeerNode, StartOptions } from './peer.js';

const HOST = '127.0.0.1';

interface End {
  readonly host: string;
  readonly port: number;
}

interface BittorrentDht extends EventEmitter {
  readonly nodeId: Buffer;
  readonly nodes: { count(): number };
  /** Its transport, for what the public face does not show: who sends what, and how a PING is sent. */
  readonly _rpc: {
    readonly socket: { query: (...args: unknown[]) => unknown; readonly socket: EventEmitter };
  };
  /** The nodes that the last lookup of an info-hash heard from. */
  readonly _tables: {
    get(infoHash: string): { closest(id: Buffer, count: number): { id: Buffer }[] } | undefined;
  };
  _sendPing(to: End, done: (fault: Error | null, node?: { readonly id: Buffer }) => void): void;
  listen(port: number, host: string): void;
  address(): { readonly port: number };
  announce(infoHash: Buffer, port: number, done: (fault: Error | null) => void): void;
  /** Returns what ends it. */
  lookup(infoHash: Buffer, done: (fault: Error | null) => void): () => void;
  destroy(done?: () => void): void;
}

const { default: Dht } = (await installed('bittorrent-dht')) as {
  readonly default: new (options: object) => BittorrentDht;
};

export const bittorrentDht: Library = {
  name: 'bittorrent-dht',
  finds: 'entities',
  k: 20,
  keyOf: (id) => Buffer.from(id, 'hex'),
  unusedId: () => randomBytes(20).toString('hex'),
  start,
};

async function start({ seeds }: StartOptions): Promise<PeerNode> {
  const dht = new Dht({ bootstrap: seeds.length === 0 ? false : seeds.map(endOf) });
  // Every lookup under way listens for what it looks for.
  dht.setMaxListeners(0);
  dht.on('warning', () => undefined);
  const isReady = once(dht, 'ready');
  dht.listen(0, HOST);
  await Promise.all([once(dht, 'listening'), isReady]);
  let requests = 0;
  const { socket } = dht._rpc;
  const query = socket.query.bind(socket);
  socket.query = (...args) => {
    requests++;
    return query(...args);
  };
  const { port } = dht.address();
  return {
    address: { id: dht.nodeId.toString('hex'), where: `${HOST}:${port}`, port },
    tableSize: () => dht.nodes.count(),
    requests: () => requests,
    meet: async (other) => ({
      send: () =>
        new Promise((resolve, reject) =>
          dht._sendPing(endOf(other), (fault, node) => (fault ? reject(fault) : resolve(node))),
        ),
      idIn: (answer) => (answer as { id: Buffer }).id.toString('hex'),
    }),
    register: () => {
      const infoHash = randomBytes(20);
      return new Promise((resolve, reject) =>
        dht.announce(infoHash, port, (fault) => (fault ? reject(fault) : resolve(infoHash.toString('hex')))),
      );
    },
    find: (id) => firstNamed(dht, Buffer.from(id, 'hex')),
    findClosest: (id) =>
      new Promise((resolve, reject) => {
        const infoHash = Buffer.from(id, 'hex');
        dht.lookup(infoHash, (fault) => {
          const closest = dht._tables.get(id)?.closest(infoHash, bittorrentDht.k) ?? [];
          if (fault) reject(fault);
          else resolve(closest.map((node) => node.id.toString('hex')));
        });
      }),
    freeze: () => void socket.socket.removeAllListeners('message'),
    die: () => dht.destroy(),
    close: () => new Promise((resolve) => dht.destroy(resolve)),
  };
}

function firstNamed(dht: BittorrentDht, infoHash: Buffer): Promise<string | undefined> {
  return new Promise((resolve) => {
    const end = (found?: End) => {
      dht.off('peer', onPeer);
      resolve(found && `${found.host}:${found.port}`);
    };
    const onPeer = (found: End, of: Buffer) => {
      if (!of.equals(infoHash)) return;
      abort();
      end(found);
    };
    dht.on('peer', onPeer);
    const abort = dht.lookup(infoHash, () => end());
  });
}

function endOf({ port }: Address): End {
  return { host: HOST, port: port as number };
}
