// dht-rpc finds nodes. Its own lookup goes on until the k closest have answered; `early` leaves it at the first answer that names the id.

import { randomBytes } from 'node:crypto';
import { freeUdpPort } from '../lib/free-port.js';
import { installed } from '../lib/installed.js';
import type { Address, Library, PeerNode, StartOptions } from './peer.js';

const HOST = '127.0.0.1';

interface From {
  readonly id: Buffer | null;
  readonly host: string;
  readonly port: number;
}

interface Reply {
  readonly from: From;
  readonly closerNodes: readonly From[] | null;
}

interface Query extends AsyncIterable<Reply> {
  readonly closestNodes: readonly From[];
  finished(): Promise<void>;
}

interface DhtRpc {
  readonly id: Buffer;
  readonly table: { toArray(): unknown[] };
  readonly stats: { readonly commands: { readonly findNode: { readonly tx: number } } };
  readonly io: Readonly<Record<'serverSocket' | 'clientSocket', NodeJS.EventEmitter>>;
  address(): { readonly port: number };
  fullyBootstrapped(): Promise<void>;
  ping(to: Pick<From, 'host' | 'port'>): Promise<Reply>;
  findNode(target: Buffer): Query;
  destroy(): Promise<void>;
}

interface DhtRpcClass {
  new (options: object): DhtRpc;
  bootstrapper(port: number, host: string, options: object): DhtRpc;
}

const { default: Dht } = (await installed('dht-rpc')) as { readonly default: DhtRpcClass };

export const dhtRpc = library('dht-rpc', false);
export const dhtRpcEarly = library('dht-rpc-early', true);

function library(name: string, isEarly: boolean): Library {
  return {
    name,
    finds: 'nodes',
    k: 20,
    keyOf: (id) => Buffer.from(id, 'hex'),
    unusedId: () => randomBytes(32).toString('hex'),
    start: (options) => start(options, isEarly ? untilNamed : untilClosest),
  };
}

async function start({ seeds }: StartOptions, find: typeof untilNamed): Promise<PeerNode> {
  const dht =
    seeds.length === 0
      ? Dht.bootstrapper(await freeUdpPort(), HOST, { host: HOST })
      : new Dht({ host: HOST, ephemeral: false, firewalled: false, bootstrap: seeds.map(endOf) });
  await dht.fullyBootstrapped();
  const { port } = dht.address();
  const id = dht.id.toString('hex');
  return {
    address: { id, where: `${HOST}:${port}`, port },
    tableSize: () => dht.table.toArray().length,
    requests: () => dht.stats.commands.findNode.tx,
    meet: async (other) => ({
      send: () => dht.ping(endOf(other)),
      idIn: (answer) => (answer as Reply).from.id?.toString('hex'),
    }),
    register: async () => id,
    find: async (sought) => {
      const target = Buffer.from(sought, 'hex');
      const found = await find(dht.findNode(target), target);
      return found && `${found.host}:${found.port}`;
    },
    findClosest: async (sought) => {
      const query = dht.findNode(Buffer.from(sought, 'hex'));
      await query.finished();
      return query.closestNodes.map(({ id: closest }) => closest?.toString('hex') ?? '');
    },
    freeze: () => {
      for (const socket of [dht.io.serverSocket, dht.io.clientSocket]) socket.removeAllListeners('message');
    },
    die: () => void dht.destroy(),
    close: () => dht.destroy(),
  };
}

async function untilClosest(query: Query, target: Buffer): Promise<From | undefined> {
  await query.finished();
  return query.closestNodes.find(({ id }) => id?.equals(target));
}

async function untilNamed(query: Query, target: Buffer): Promise<From | undefined> {
  for await (const { from, closerNodes } of query) {
    const named = [from, ...(closerNodes ?? [])].find(({ id }) => id?.equals(target));
    if (named !== undefined) return named;
  }
  return undefined;
}

function endOf({ port }: Address): { host: string; port: number } {
  return { host: HOST, port: port as number };
}
