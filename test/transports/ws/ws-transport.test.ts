import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { DisgoverError, type Link, type TransportInfo } from '../../../src/plugin.js';
import { type WsOptions, ws } from '../../../transports/ws/index.js';
import { mutualTls, pair, pem, serverTls } from '../../support/certificates.js';
import { expectCode, expectThrowsCode } from '../../support/expect-code.js';
import { RawWebSocket, upgradeRequest } from '../../support/raw-web-socket.js';
import { listenTo, rawServer } from '../tcp/raw-peer.js';

const { signal } = new AbortController();

describe('ws', () => {
  const open: { close(): Promise<unknown> }[] = [];
  const make = (options?: WsOptions) => {
    const transport = ws(options);
    open.push(transport);
    return transport;
  };
  const listen = (options?: WsOptions, onLink: (link: Link) => void = () => undefined) =>
    make(options).listen(onLink) as Promise<TransportInfo>;
  const dial = (info: TransportInfo, options: WsOptions = {}) =>
    make({ listen: false, ...options }).dial(info, { signal });
  /** A server of HTTP that listens, and says so to every request. */
  const serve = async <Kind extends Server>(server: Kind, host = '127.0.0.1') => {
    server.on('request', (_request, response) => response.end('something else'));
    server.listen(0, host);
    await once(server, 'listening');
    open.push({
      close() {
        const closed = once(server, 'close');
        server.close();
        server.closeAllConnections();
        return closed;
      },
    });
    return { server, port: (server.address() as AddressInfo).port };
  };

  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });

  context('when made', () => {
    it('needs no options', () => expect(ws().name).to.equal('ws'));

    const badOptions: Record<string, unknown> = {
      'an unknown option': { hosts: '127.0.0.1' },
      'an unknown option of advertise': { advertise: { address: 'a' } },
      'options that are no object': 'ws',
      'listen that is no boolean': { listen: 'no' },
      'advertise.tls that is no boolean': { advertise: { tls: 'yes' } },
      'a wildcard with nothing to advertise': { host: '0.0.0.0' },
      'a wildcard that is advertised': { advertise: { host: '::' } },
      'origins that are no array': { origins: '*' },
      'an origin with a path': { origins: ['https://a.example/'] },
      'an origin without a scheme': { origins: ['a.example'] },
      'the origin null': { origins: ['null'] },
      'an origin that is no string': { origins: [5] },
      'a server that is none': { server: {} },
      'a server that is null': { server: null },
      'a server and a host': { server: createServer(), host: '127.0.0.1' },
      'a server and a port': { server: createServer(), port: 1 },
      'a server and no listening': { server: createServer(), listen: false },
    };
    for (const [title, options] of Object.entries(badOptions)) {
      it(`refuses ${title}`, () => {
        expectThrowsCode(() => ws(options as WsOptions), 'ERR_BAD_OPTION');
      });
    }

    it('refuses a bad host, port and path', () => {
      expectThrowsCode(() => ws({ host: '127.1' }), 'ERR_BAD_HOST');
      expectThrowsCode(() => ws({ advertise: { host: 'a b' } }), 'ERR_BAD_HOST');
      expectThrowsCode(() => ws({ port: 65_536 }), 'ERR_BAD_PORT');
      expectThrowsCode(() => ws({ advertise: { port: 0 } }), 'ERR_BAD_PORT');
      expectThrowsCode(() => ws({ path: 'disgover' }), 'ERR_BAD_URL');
      expectThrowsCode(() => ws({ advertise: { path: '/a?b' } }), 'ERR_BAD_URL');
    });

    it('refuses to listen with TLS and no certificate', () => {
      expectThrowsCode(() => ws({ tls: { ca: pem('ca.crt') } }), 'ERR_TLS_KEY_MISMATCH');
      expect(ws({ tls: { ca: pem('ca.crt') }, listen: false }).name).to.equal('ws');
    });
  });

  context('when it listens', () => {
    it('gives the address it is bound to, and no more', async () => {
      const { port } = await listen();
      expect(port).to.be.within(1, 65_535);
      expect(await listen({ host: '::1' })).to.include({ type: 'ws', host: '::1' });
      expect(await listen({ path: '/disgover' })).to.have.all.keys('type', 'host', 'port');
    });

    it('gives its path where it is another, and that it speaks TLS', async () => {
      expect(await listen({ path: '/nodes', tls: pair('server') })).to.deep.include({
        path: '/nodes',
        tls: true,
      });
    });

    it('gives what is advertised instead', async () => {
      const advertise = { host: 'node.example', port: 443, path: '/a', tls: true };
      expect(await listen({ host: '0.0.0.0', advertise })).to.deep.equal({ type: 'ws', ...advertise });
      const { port, ...rest } = await listen({ path: '/b', advertise: { path: '/disgover' } });
      expect(port).to.be.above(0);
      expect(rest).to.deep.equal({ type: 'ws', host: '127.0.0.1' });
    });

    it('gives nothing when it only dials', async () => {
      expect(await listen({ listen: false })).to.equal(undefined);
    });

    it('rejects with ERR_ADDRESS_IN_USE where another listens', async () => {
      const { port } = (await listen()) as { port: number };
      const { cause } = await expectCode(listen({ port }), 'ERR_ADDRESS_IN_USE');
      expect(cause).to.include({ code: 'EADDRINUSE' });
    });

    it('rejects with ERR_ADDRESS_NOT_AVAILABLE at an address of another host', async () => {
      await expectCode(listen({ host: '192.0.2.1' }), 'ERR_ADDRESS_NOT_AVAILABLE');
    });
  });

  context('when it shares a server', () => {
    it("gives the server's address, and leaves other requests to it", async () => {
      const { server, port } = await serve(createServer());
      expect(await listen({ server })).to.deep.equal({ type: 'ws', host: '127.0.0.1', port });
      const raw = await RawWebSocket.connect(port);
      const { status } = await raw.ask('GET /disgover HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
      expect(status).to.equal(200);
    });

    it('gives tls for a server of node:https', async () => {
      const { server } = await serve(createTlsServer(pair('server')));
      const links: Link[] = [];
      const info = await listen({ server }, (link) => links.push(link));
      expect(info.tls).to.equal(true);
      await dial(info, { tls: { ca: pem('ca.crt') } });
      expect(links).to.have.length(1);
    });

    it('waits for a server that is told to listen in the same turn', async () => {
      const server = createServer();
      const listening = listen({ server });
      const { port } = await serve(server);
      expect((await listening).port).to.equal(port);
    });

    it('waits for a server that is being bound to an address', async () => {
      const server = createServer().listen(0, '127.0.0.1');
      open.push({ close: async () => void server.close() });
      expect(server.listening).to.equal(false);
      await listen({ server });
      expect(server.listening).to.equal(true);
    });

    it('rejects with ERR_BAD_OPTION on a server that nobody has told to listen, and leaves nothing on it', async () => {
      const server = createServer();
      const before = server.eventNames().map((name) => [name, server.listenerCount(name)]);
      const transport = make({ server });
      const { message } = await expectCode(
        transport.listen(() => undefined),
        'ERR_BAD_OPTION',
      );
      expect(message).to.contain('ws: server: it does not listen: call its listen()');
      await transport.close();
      expect(server.eventNames().map((name) => [name, server.listenerCount(name)])).to.deep.equal(before);
    });

    it('rejects with what keeps the server from listening', async () => {
      const { port } = (await listen()) as { port: number };
      const server = createServer();
      const listening = listen({ server });
      server.listen(port, '127.0.0.1');
      await expectCode(listening, 'ERR_ADDRESS_NOT_AVAILABLE');
    });

    it('rejects with ERR_BAD_OPTION on a wildcard with nothing to advertise', async () => {
      const { server } = await serve(createServer(), '0.0.0.0');
      await expectCode(listen({ server }), 'ERR_BAD_OPTION');
      expect((await listen({ server, advertise: { host: '127.0.0.1' } })).host).to.equal('127.0.0.1');
    });

    it('shares it with other transports and other upgrades, each at its path', async () => {
      const { server, port } = await serve(createServer());
      const others: string[] = [];
      server.on('upgrade', ({ url = '' }, socket) => {
        if (url.startsWith('/other')) others.push(url);
        if (url.startsWith('/other')) socket.end('HTTP/1.1 418 Teapot\r\n\r\n');
      });
      const a: Link[] = [];
      const b: Link[] = [];
      const atA = await listen({ server, path: '/a' }, (link) => a.push(link));
      const atB = await listen({ server, path: '/b' }, (link) => b.push(link));
      await dial(atA);
      await dial(atB);
      await dial(atB);
      expect([a.length, b.length]).to.deep.equal([1, 2]);
      const raw = await RawWebSocket.connect(port);
      expect((await raw.ask(upgradeRequest(port, { path: '/other' }))).status).to.equal(418);
      expect(others).to.deep.equal(['/other']);
    });

    it('answers 404 at other paths when nobody else takes upgrades', async () => {
      const { server, port } = await serve(createServer());
      await listen({ server });
      const raw = await RawWebSocket.connect(port);
      expect((await raw.ask(upgradeRequest(port, { path: '/other' }))).status).to.equal(404);
    });

    it('leaves the server as it was when it is closed', async () => {
      const { server } = await serve(createServer());
      const before = server.eventNames().map((name) => [name, server.listenerCount(name)]);
      const transport = make({ server });
      const info = (await transport.listen(() => undefined)) as TransportInfo;
      const { closed } = listenTo(await dial(info));
      await transport.close();
      expect((await closed)?.code).to.equal('LINK_LOST');
      expect(server.listening).to.equal(true);
      expect(server.eventNames().map((name) => [name, server.listenerCount(name)])).to.deep.equal(before);
    });

    it('leaves nothing on a server that never listened', async () => {
      const server = createServer();
      const before = server.listenerCount('listening');
      const transport = make({ server });
      const listening = expectCode(
        transport.listen(() => undefined),
        'ERR_CLOSED',
      );
      await transport.close();
      await listening;
      const left = ['listening', 'error', 'upgrade'].map((name) => server.listenerCount(name));
      expect(left).to.deep.equal([before, 0, 0]);
    });
  });

  context('when it dials', () => {
    it('refuses what is no address', async () => {
      const at = { type: 'ws', host: '127.0.0.1', port: 1 };
      await expectCode(dial({ ...at, host: 'user@host' }), 'ERR_BAD_HOST');
      await expectCode(dial({ ...at, port: 65_536 }), 'ERR_BAD_PORT');
      await expectCode(dial({ ...at, path: '/a?token=b' }), 'ERR_BAD_URL');
      await expectCode(dial({ ...at, tls: 'yes' }), 'ERR_BAD_URL');
    });

    it('asks the guard before it connects', async () => {
      const denied = new DisgoverError('DIAL_DENIED', 'loopback');
      const asked: unknown[] = [];
      const guard = {
        checkName: (name: string) => asked.push(name),
        checkAddress(address: string, port: number) {
          asked.push(address, port);
          throw denied;
        },
      };
      const links: Link[] = [];
      const info = await listen({}, (link) => links.push(link));
      const transport = make({ listen: false });
      await expectCode(transport.dial(info, { signal, guard }), 'ERR_DIAL_DENIED');
      await expectCode(transport.dial({ ...info, host: 'localhost' }, { signal, guard }), 'ERR_DIAL_DENIED');
      expect(asked.slice(0, 4)).to.deep.equal(['127.0.0.1', info.port, 'localhost', asked[3]]);
      expect(links).to.deep.equal([]);
    });

    it('dials a name, and an IPv4 address mapped into IPv6', async () => {
      const info = await listen();
      expect((await dial({ ...info, host: 'localhost' })).remote).to.equal(`127.0.0.1:${info.port}`);
      expect((await dial({ ...info, host: '::ffff:127.0.0.1' })).remote).to.equal(`127.0.0.1:${info.port}`);
    });

    it('rejects with the reason of its signal while nobody answers the upgrade, and leaves nothing', async () => {
      const server = await rawServer();
      open.push(server);
      const abort = new AbortController();
      const dialling = make({ listen: false }).dial(server.info, { signal: abort.signal });
      const socket = await server.accepted;
      await once(socket.resume(), 'data');
      abort.abort(new Error('late'));
      expect(await dialling.catch((error) => error)).to.equal(abort.signal.reason);
      await once(socket, 'end');
    });

    it('rejects with ERR_CLOSED when it is closed while nobody answers the upgrade', async () => {
      const server = await rawServer();
      open.push(server);
      const transport = make({ listen: false });
      const dialling = expectCode(transport.dial(server.info, { signal }), 'ERR_CLOSED');
      const socket = await server.accepted;
      await once(socket.resume(), 'data');
      await transport.close();
      await dialling;
    });

    it('rejects with ERR_DIAL_FAILED when the other end leaves during the upgrade', async () => {
      const server = await rawServer();
      open.push(server);
      const dialling = expectCode(dial(server.info), 'ERR_DIAL_FAILED');
      const socket = await server.accepted;
      await once(socket.resume(), 'data');
      socket.end();
      await dialling;
    });
  });

  context('over TLS', () => {
    /** Listens, and notes with what links end that are not opened by who dials. */
    const listening = async (options: WsOptions = { tls: serverTls }) => {
      const ends: Promise<unknown>[] = [];
      const info = await listen(options, (link) => ends.push(listenTo(link).closed));
      return { info, ends };
    };

    it('names TLS to who dials without it, and notes TLS_REQUIRED', async () => {
      const { info, ends } = await listening();
      const { message } = await expectCode(dial({ ...info, tls: false }), 'ERR_DIAL_FAILED');
      expect(message).to.contain('TLS is spoken there');
      expect(ends).to.have.length(1);
      expect(await ends[0]).to.include({ code: 'TLS_REQUIRED' });
    });

    it('rejects with ERR_TLS_FAILED where no TLS is spoken, which is noted as BAD_MAGIC', async () => {
      const { info, ends } = await listening({});
      const { message } = await expectCode(
        dial({ ...info, tls: true }, { tls: serverTls }),
        'ERR_TLS_FAILED',
      );
      expect(message).to.contain('does not speak TLS');
      expect(await ends[0]).to.deep.equal({ code: 'BAD_MAGIC', detail: 'looks like TLS' });
    });

    it('does not dial without it where it is on, whatever an address says', async () => {
      const { info } = await listening();
      const { tls: _, ...silent } = info;
      expect((await dial(silent, { tls: serverTls })).remote).to.equal(`127.0.0.1:${info.port}`);
    });

    it('rejects with ERR_TLS_FAILED for a certificate that is not trusted', async () => {
      const { info } = await listening();
      await expectCode(dial(info), 'ERR_TLS_FAILED');
      await expectCode(dial(info, { tls: { ca: pem('other-ca.crt') } }), 'ERR_TLS_FAILED');
    });

    it('rejects with ERR_TLS_FAILED who shows no certificate where one is asked for', async () => {
      const { info } = await listening({ tls: mutualTls });
      await expectCode(dial(info, { tls: { ca: pem('ca.crt') } }), 'ERR_TLS_FAILED');
      await dial(info, { tls: serverTls });
    });
  });
});
