// discv5 finds nodes, by the hash of the key that signs their records; every packet is of an encrypted session.

import { randomBytes } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import { freeUdpPort } from '../lib/free-port.js';
import { installed } from '../lib/installed.js';
import type { Library, PeerNode, StartOptions } from './peer.js';

const HOST = '127.0.0.1';

interface Record {
  readonly nodeId: string;
  ip?: string;
  udp?: number;
  encodeTxt(): string;
  getLocationMultiaddr(protocol: 'udp'): unknown;
}

interface Discv5 {
  readonly sessionService: { readonly transport: EventEmitter };
  addEnr(record: string): void;
  start(): Promise<void>;
  stop(): Promise<void>;
  kadValues(): readonly unknown[];
  sendPing(record: Record): Promise<unknown>;
  sendRpcRequest: (...args: unknown[]) => unknown;
  findNode(id: string): Promise<readonly Record[]>;
}

const { Discv5: Service } = (await installed('@chainsafe/discv5')) as {
  readonly Discv5: { create(options: object): Discv5 };
};
const { ENR, SignableENR } = (await installed('@chainsafe/enr')) as {
  readonly ENR: { decodeTxt(text: string): Record };
  readonly SignableENR: { createFromPrivateKey(key: unknown): Record };
};
const { generateKeyPair } = (await installed('@libp2p/crypto/keys')) as {
  generateKeyPair(type: 'secp256k1'): Promise<unknown>;
};

export const discv5: Library = {
  name: 'discv5',
  finds: 'nodes',
  k: 16,
  keyOf: (id) => Buffer.from(id, 'hex'),
  unusedId: () => randomBytes(32).toString('hex'),
  start,
};

async function start({ seeds }: StartOptions): Promise<PeerNode> {
  const privateKey = await generateKeyPair('secp256k1');
  const enr = SignableENR.createFromPrivateKey(privateKey);
  enr.ip = HOST;
  enr.udp = await freeUdpPort();
  const bindAddrs = { ip4: enr.getLocationMultiaddr('udp') };
  const node = Service.create({ enr, privateKey, bindAddrs, config: { enrUpdate: false } });
  let requests = 0;
  const send = node.sendRpcRequest.bind(node);
  node.sendRpcRequest = (...args) => {
    requests++;
    return send(...args);
  };
  for (const seed of seeds) node.addEnr(seed.record as string);
  await node.start();
  const { nodeId: id } = enr;
  if (seeds.length > 0) await node.findNode(id);
  return {
    address: { id, where: whereOf(enr), record: enr.encodeTxt() },
    tableSize: () => node.kadValues().length,
    requests: () => requests,
    meet: async (other) => {
      const record = ENR.decodeTxt(other.record as string);
      // The answer is of a session whose other end has proved the key in the record.
      return { send: () => node.sendPing(record), idIn: () => record.nodeId };
    },
    register: async () => id,
    find: async (sought) => {
      const found = (await node.findNode(sought)).find(({ nodeId }) => nodeId === sought);
      return found && whereOf(found);
    },
    findClosest: async (sought) => (await node.findNode(sought)).map(({ nodeId }) => nodeId),
    freeze: () => void node.sessionService.transport.removeAllListeners('packet'),
    die: () => void node.stop(),
    close: () => node.stop(),
  };
}

function whereOf({ ip, udp }: Record): string {
  return `${ip}:${udp}`;
}
