// discover, whose ideas disgover carries on: each node registers one contact, and a request is a TCP connection of its own.

import { randomBytes } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { installed } from '../lib/installed.js';
import type { Address, Library, PeerNode, StartOptions } from './peer.js';

const HOST = '127.0.0.1';

interface Contact {
  readonly id: string;
  readonly transport: { readonly host: string; readonly port: number };
}

interface Transport extends EventEmitter {
  port: number;
  readonly server: Server;
  listen(done: () => void): void;
  ping(contact: Contact, sender: Contact): void;
  findNode: (...args: unknown[]) => void;
}

interface Discover {
  readonly kBuckets: Readonly<Record<string, { readonly kBucket: { count(): number } }>>;
  register(contact: object): Contact;
  find(id: string, done: (fault: Error | null, contact?: Contact) => void): void;
}

const { default: DiscoverClass } = (await installed('discover')) as {
  readonly default: new (options: object) => Discover;
};
const { default: TcpTransport } = (await installed('discover-tcp-transport')) as {
  readonly default: new (options: object) => Transport;
};

export const discover: Library = {
  name: 'discover',
  finds: 'entities',
  k: 0, // ends with the closest one
  keyOf: (id) => Buffer.from(id, 'base64'),
  unusedId: () => randomBytes(20).toString('base64'),
  start,
};

async function start({ seeds }: StartOptions): Promise<PeerNode> {
  const transport = new TcpTransport({ host: HOST });
  transport.port = 0;
  // Every find under way listens for all answers.
  transport.setMaxListeners(0);
  await new Promise<void>((resolve) => transport.listen(resolve));
  transport.port = (transport.server.address() as AddressInfo).port;
  let requests = 0;
  const findNode = transport.findNode.bind(transport);
  transport.findNode = (...args) => {
    requests++;
    findNode(...args);
  };
  const node = new DiscoverClass({ transport, noCache: true, seeds: seeds.map(contactOf) });
  const contact = node.register({});
  const waiting = new Map<Contact, (isReached: boolean) => void>(); // one for each PING under way
  const settle = (isReached: boolean) => (pinged: Contact) => {
    waiting.get(pinged)?.(isReached);
    waiting.delete(pinged);
  };
  transport.on('reached', settle(true));
  transport.on('unreachable', settle(false));
  // It joins by looking for itself, and does not tell when that is done.
  if (seeds.length > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  return {
    address: { id: contact.id, where: `${HOST}:${transport.port}`, contact },
    tableSize: () => node.kBuckets[contact.id]?.kBucket.count() ?? 0,
    requests: () => requests,
    meet: async (other) => ({
      send: () =>
        new Promise((resolve) => {
          const pinged = contactOf(other);
          waiting.set(pinged, (isReached) => resolve(isReached ? pinged : undefined));
          transport.ping(pinged, contact);
        }),
      idIn: (answer) => (answer as Contact | undefined)?.id,
    }),
    register: async () => contact.id,
    find: (id) =>
      new Promise((resolve) =>
        node.find(id, (fault, found) =>
          resolve(
            fault || found === undefined ? undefined : `${found.transport.host}:${found.transport.port}`,
          ),
        ),
      ),
    freeze: () => void transport.server.removeAllListeners('connection').on('connection', () => undefined),
    die: () => void transport.server.close(),
    close: () => new Promise((resolve) => transport.server.close(() => resolve())),
  };
}

function contactOf({ contact }: Address): Contact {
  // A copy: what is pinged twice at a time is told apart by its object.
  return { ...(contact as Contact) };
}
