// More strangers than may wait, from one address: whoever comes from another one is not pushed out by them.

import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { Disgover } from '../../src/index.js';
import { limits } from '../../src/limits.js';
import { tcp } from '../../transports/tcp/index.js';
import { ws } from '../../transports/ws/index.js';
import { serverTls } from '../support/certificates.js';

/** Both families of loopback: two addresses on any machine. */
const both = { host: '::', advertise: { host: '127.0.0.1' } };

const listeners = {
  TCP: () => tcp(both),
  'TCP with TLS': () => tcp({ ...both, tls: serverTls }),
  WebSocket: () => ws(both),
  'WebSocket with TLS': () => ws({ ...both, tls: serverTls }),
};

describe('crowds of strangers', () => {
  for (const [name, transport] of Object.entries(listeners)) {
    it(`push out each other, and nobody else, at a port of ${name}`, async () => {
      const node = await Disgover.start({ transport: transport() });
      const { port } = node.contact.transport as { port: number };
      const come = async (host: string) => {
        const socket = connect({ port, host }).on('error', () => undefined);
        await once(socket, 'connect');
        return socket.resume();
      };
      const other = await come('::1');
      const crowd = [];
      try {
        for (let i = 0; i < limits.unprovedSessions + 10; i++) crowd.push(await come('127.0.0.1'));
        const gone = crowd.slice(0, 10);
        await Promise.all(gone.map((socket) => socket.closed || once(socket, 'close')));
        expect(other.closed).to.equal(false);
      } finally {
        for (const socket of [other, ...crowd]) socket.destroy();
        await node.close();
      }
    });
  }
});
