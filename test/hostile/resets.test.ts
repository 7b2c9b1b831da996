// Peers that end with a reset, at every moment before they are a link: an error of a socket that nobody listens to ends the process.

import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { Disgover } from '../../src/index.js';
import { tcp } from '../../transports/tcp/index.js';
import { ws } from '../../transports/ws/index.js';
import { mutualTls, serverTls } from '../support/certificates.js';
import { upgradeRequest } from '../support/raw-web-socket.js';

const listeners = {
  TCP: () => tcp(),
  'TCP with TLS': () => tcp({ tls: mutualTls }),
  WebSocket: () => ws(),
  'WebSocket with TLS': () => ws({ tls: serverTls }),
};

const beginnings = {
  nothing: Buffer.alloc(0),
  'half a frame': Buffer.from('000000060100', 'hex'),
  'the head of a ClientHello': Buffer.from('1603010200010001fc0303', 'hex'),
  'half a request of HTTP': Buffer.from('GET /disgover HTTP/1.1\r\nHost:'),
  'an upgrade': Buffer.from(upgradeRequest(80)),
};

describe('resets', () => {
  for (const [name, transport] of Object.entries(listeners)) {
    context(`at a port of ${name}`, () => {
      for (const [said, bytes] of Object.entries(beginnings)) {
        it(`after ${said} end one socket, and no more`, async () => {
          const node = await Disgover.start({ transport: transport() });
          const honest = await Disgover.start({ transport: transport() });
          try {
            const { port } = node.contact.transport as { port: number };
            const socket = connect({ port, host: '127.0.0.1' }).on('error', () => undefined);
            const closed = once(socket, 'close');
            await once(socket, 'connect');
            // Accepted, and read from: who connects later is served later.
            if (bytes.length > 0) await new Promise((resolve) => socket.write(bytes, resolve));
            await honest.ping(node.contact);
            socket.resetAndDestroy();
            await closed;
            const other = await Disgover.start({ transport: transport() });
            expect((await other.ping(node.contact))?.id).to.equal(node.id);
            await other.close();
          } finally {
            await Promise.all([node.close(), honest.close()]);
          }
        });
      }
    });
  }
});
