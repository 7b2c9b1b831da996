// The other process of `rpc`: a node that answers PING, and a raw server that sends each message back. Ends with its parent.

import { type AddressInfo, createServer } from 'node:net';
import { Disgover, tcp } from './lib/disgover.js';
import { Messages } from './lib/messages.js';

export interface RpcPeer {
  readonly contact: import('./lib/disgover.js').Contact;
  readonly echoPort: number;
}

const node = await Disgover.start({ transport: tcp() });
const server = createServer({ noDelay: true }, (socket) => {
  const messages = new Messages();
  socket.on('data', (chunk) => {
    for (const message of messages.push(chunk)) socket.write(message);
  });
  socket.on('error', () => socket.destroy());
});
server.listen(0, '127.0.0.1', () => {
  const peer: RpcPeer = { contact: node.contact, echoPort: (server.address() as AddressInfo).port };
  process.send?.(peer);
});
process.on('disconnect', () => process.exit());
