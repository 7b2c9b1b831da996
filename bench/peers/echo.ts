// What an exchange over TCP costs at least: messages of the length of a PING, numbered, sent back as they are.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { MESSAGE_BYTES, Messages } from '../lib/messages.js';
import type { Address, Ping, Pingable } from './peer.js';

/** Puts a message on its way. */
type Write = (message: Buffer) => void;

/** Each message by a write of its own. */
const eachByItself =
  (socket: Socket): Write =>
  (message) =>
    socket.write(message);

/** The messages of one turn of the event loop by one write. */
const joined = (socket: Socket): Write => {
  let messages: Buffer[] = []; // bounded by what is in flight
  const flush = () => {
    socket.write(Buffer.concat(messages));
    messages = [];
  };
  return (message) => {
    if (messages.push(message) === 1) process.nextTick(flush);
  };
};

export const startEcho = (): Promise<Pingable> => start(eachByItself);
export const startJoinedEcho = (): Promise<Pingable> => start(joined);

async function start(writer: (socket: Socket) => Write): Promise<Pingable> {
  const server = createServer({ noDelay: true }, (socket) => {
    const messages = new Messages();
    const write = writer(socket);
    socket.on('data', (chunk) => {
      for (const message of messages.push(chunk)) write(message);
    });
    socket.on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const where = `127.0.0.1:${port}`;
  return {
    address: { id: where, where, port },
    meet: (other) => meet(other, writer),
    close: async () => void server.close(),
  };
}

async function meet({ id, port }: Address, writer: (socket: Socket) => Write): Promise<Ping> {
  const socket = connect({ port: port as number, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  const write = writer(socket);
  const messages = new Messages();
  const waiting: ((message: Buffer) => void)[] = []; // bounded by what is in flight
  socket.on('data', (chunk) => {
    for (const message of messages.push(chunk)) waiting.shift()?.(message);
  });
  let [sent, seen] = [0, 0];
  return {
    send: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        const message = Buffer.alloc(MESSAGE_BYTES);
        message.writeUInt32BE(sent++);
        write(message);
      }),
    idIn: (answer) => ((answer as Buffer).readUInt32BE() === seen++ ? id : undefined),
  };
}
