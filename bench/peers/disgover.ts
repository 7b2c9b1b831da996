// disgover itself, over each of its transports. Entities are found, each registered at one node; the walk is asked for even where
// the cache would have known.

import { createHash, randomBytes } from 'node:crypto';
import { CountingTransport } from '../lib/counting-transport.js';
import { type Contact, Disgover, Hub, memory, type Transport, tcp, ws } from '../lib/disgover.js';
import { FaultyTransport } from '../lib/faulty-transport.js';
import { SparingTransport } from '../lib/sparing-transport.js';
import type { Address, Library, PeerNode, Pingable, StartOptions } from './peer.js';

const hub = new Hub();

export const overTcp = library('disgover-tcp', () => tcp());
export const overWs = library('disgover-ws', () => ws());
export const inMemory = library('disgover-memory', () => memory({ network: hub }));

/** Over TCP, and what is pinged is an object of the application's, which is checked and encoded at each call. */
export const startByHand = (): Promise<Pingable> => start(tcp(), { seeds: [] }, true);

function library(name: string, transport: () => Transport): Library {
  return {
    name,
    finds: 'entities',
    k: 20,
    keyOf: (id) => createHash('sha256').update(id, 'base64').digest(),
    unusedId,
    start: (options) => start(transport(), options),
  };
}

function unusedId(): string {
  return randomBytes(20).toString('base64');
}

async function start(plain: Transport, options: StartOptions, isByHand = false): Promise<PeerNode> {
  const { seeds, proves = true, isCrowded = false, counts = false, breaks = false } = options;
  const spared = isCrowded && plain.name !== 'memory' ? new SparingTransport(plain) : plain;
  const counting = counts ? new CountingTransport(spared) : undefined;
  const faulty = breaks ? new FaultyTransport(counting ?? spared) : undefined;
  const node = await Disgover.start({
    transport: faulty ?? counting ?? spared,
    seeds: seeds.map(contactOf),
    ...(!proves && { id: unusedId() }),
  });
  return {
    address: { id: node.id, where: whereOf(node.contact), contact: node.contact },
    tableSize: () => node.routing.size,
    links: () => node.snapshot().collections.find(({ name }) => name === 'sessions')?.size ?? 0,
    ...(counting && { requests: () => counting.sent }),
    meet: async (other) => {
      // As an application has it from a find: its bytes are known, and the answer confirms them.
      const given = (await node.ping(contactOf(other))) as Contact;
      const contact = isByHand ? contactOf(other) : given;
      return { send: () => node.ping(contact), idIn: (answer) => (answer as Contact | undefined)?.id };
    },
    register: async () => (await node.register({})).id,
    find: async (id) => {
      const contact = await node.find(id, { fresh: true });
      return contact && whereOf(contact);
    },
    findClosest: async (id) => {
      const { steps } = await node.trace(id);
      return steps.filter(({ type }) => type === 'answered').map(({ id: answered }) => answered);
    },
    freeze: () => faulty?.freeze(),
    die: () => {
      faulty?.kill();
      void node.close();
    },
    close: () => node.close(),
  };
}

function contactOf({ contact }: Address): Contact {
  return contact as Contact;
}

function whereOf({ transport }: Contact): string {
  const [{ host, port } = {}] = [transport].flat() as { host?: string; port?: number }[];
  return `${host}:${port}`;
}
