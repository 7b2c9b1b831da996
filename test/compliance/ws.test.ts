import { once } from 'node:events';

import { createServer, type Server } from 'node:http';
import { transportSuite } from '../../src/simulation/transport-suite.js';
import { ws } from '../../transports/ws/index.js';
import { serverTls } from '../support/certificates.js';

transportSuite({ describe, it }, () => ws(), { name: 'ws on IPv4' });
transportSuite({ describe, it }, () => ws({ host: '::1' }), { name: 'ws on IPv6' });

transportSuite({ describe, it }, () => ws({ tls: serverTls }), { name: 'ws over TLS' });

describe('with a server that serves other things, too', () => {
  const servers: Server[] = [];

  afterEach(async () => {
    for (const server of servers.splice(0)) {
      const closed = once(server, 'close');
      server.close();
      await closed;
    }
  });

  const shared = async () => {
    const server = createServer((_request, response) => response.end('something else')).listen(
      0,
      '127.0.0.1',
    );
    servers.push(server);
    await once(server, 'listening');
    return ws({ server, path: '/nodes' });
  };
  transportSuite({ describe, it }, () => ws(), { name: 'ws on a shared server', listener: shared });
});
