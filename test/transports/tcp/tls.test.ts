import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, createServer, type TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { type Link, type LinkCloseReason, limits, type TransportInfo } from '../../../src/plugin.js';
import { type TcpOptions, type TlsOptions, tcp } from '../../../transports/tcp/index.js';
import { mutualTls, pair, pem, serverTls } from '../../support/certificates.js';
import { expectCode, expectThrowsCode } from '../../support/expect-code.js';
import { listenTo, rawServer } from './raw-peer.js';

const { signal } = new AbortController();
const ca = pem('ca.crt');
const trusting: TlsOptions = { ca };

/** What a node without TLS says first: a length, HELLO, a magic. */
const plainHello = Buffer.from('0000003e' + '01' + '44535647', 'hex');

describe('tcp with tls', () => {
  const open: { close(): Promise<void> }[] = [];
  const make = (options: TcpOptions) => {
    const transport = tcp(options);
    open.push(transport);
    return transport;
  };
  const dial = (info: TransportInfo, tls?: TlsOptions) =>
    make({ listen: false, ...(tls && { tls }) }).dial(info, { signal });

  /** Listens, and collects the links that come in and why they end. */
  const listen = async (tls: TlsOptions = serverTls) => {
    const links: Link[] = [];
    const ends: (LinkCloseReason | undefined)[] = [];
    let wake: () => void = () => undefined;
    const info = (await make({ tls }).listen((link) => {
      links.push(link);
      void listenTo(link).closed.then((reason) => {
        ends.push(reason);
        wake();
      });
    })) as TransportInfo & { readonly port: number };
    const ended = async (count = 1) => {
      while (ends.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return ends;
    };
    return { info, links, ended };
  };

  afterEach(() => Promise.all(open.splice(0).map((one) => one.close())));

  context('when made', () => {
    const refused: Record<string, [code: 'BAD_OPTION' | 'TLS_KEY_MISMATCH' | 'TLS_EXPIRED', tls: unknown]> = {
      'an unknown option, such as one to switch verification off': [
        'BAD_OPTION',
        { ...serverTls, rejectUnauthorized: false },
      ],
      'a callback for names': ['BAD_OPTION', { ...serverTls, SNICallback: () => undefined }],
      'what is no object': ['BAD_OPTION', true],
      'a certificate that is no text': ['BAD_OPTION', { cert: 5, key: pem('server.key') }],
      'no certificate in an array': ['BAD_OPTION', { cert: [], key: pem('server.key') }],
      'a passphrase that is no text': ['BAD_OPTION', { ...serverTls, passphrase: 5 }],
      'requestCert that is no boolean': ['BAD_OPTION', { ...serverTls, requestCert: 1 }],
      'requestCert without authorities, which would let in whoever has any certificate': [
        'BAD_OPTION',
        { ...pair('server'), requestCert: true },
      ],
      'an address as servername': ['BAD_OPTION', { ...serverTls, servername: '127.0.0.1' }],
      'a node that listens without a certificate': ['TLS_KEY_MISMATCH', { ca }],
      'a certificate without its key': ['TLS_KEY_MISMATCH', { cert: pem('server.crt') }],
      'a key without its certificate': ['TLS_KEY_MISMATCH', { key: pem('server.key') }],
      'the key of another certificate': [
        'TLS_KEY_MISMATCH',
        { cert: pem('server.crt'), key: pem('client.key') },
      ],
      'two certificates with one key': [
        'TLS_KEY_MISMATCH',
        { cert: [pem('server.crt'), pem('ca.crt')], key: pem('server.key') },
      ],
      'two keys with one certificate': [
        'TLS_KEY_MISMATCH',
        { cert: pem('server.crt'), key: [pem('server.key'), pem('client.key')] },
      ],
      'two pairs whose keys stand in another order': [
        'TLS_KEY_MISMATCH',
        { cert: [pem('server.crt'), pem('client.crt')], key: [pem('client.key'), pem('server.key')] },
      ],
      'a certificate that is none': ['TLS_KEY_MISMATCH', { cert: 'PEM', key: pem('server.key') }],
      'a certificate that cannot be read': [
        'TLS_KEY_MISMATCH',
        { ...serverTls, ca: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' },
      ],
      'a key that is none': ['TLS_KEY_MISMATCH', { cert: pem('server.crt'), key: pem('server.crt') }],
      'an encrypted key without its passphrase': [
        'TLS_KEY_MISMATCH',
        { cert: pem('server.crt'), key: pem('server-encrypted.key') },
      ],
      'an encrypted key with another passphrase': [
        'TLS_KEY_MISMATCH',
        { cert: pem('server.crt'), key: pem('server-encrypted.key'), passphrase: 'other' },
      ],
      'authorities that are none': ['TLS_KEY_MISMATCH', { ...serverTls, ca: Buffer.from('PEM') }],
      'a certificate that has expired': ['TLS_EXPIRED', pair('expired')],
      'a certificate that is not yet valid': ['TLS_EXPIRED', pair('early')],
    };
    for (const [title, [code, tls]] of Object.entries(refused)) {
      it(`refuses ${title}: ${code}`, () => {
        expectThrowsCode(() => tcp({ tls: tls as TlsOptions }), `ERR_${code}`);
      });
    }

    it('says since when a certificate is no longer valid', () => {
      const { message } = expectThrowsCode(() => tcp({ tls: pair('expired') }), 'ERR_TLS_EXPIRED');
      expect(message).to.match(/^TLS_EXPIRED: since Jan {2}1 00:00:00 2002 GMT: tcp: tls\.cert/);
    });

    it('says nothing of a key or passphrase in its messages', () => {
      const tls = { cert: pem('server.crt'), key: pem('server-encrypted.key'), passphrase: 'guessed' };
      const { message } = expectThrowsCode(() => tcp({ tls }), 'ERR_TLS_KEY_MISMATCH');
      expect(message).to.equal('TLS_KEY_MISMATCH: tcp: tls.key: the passphrase is missing or wrong');
    });

    it('refuses an address with a bad name as servername', () => {
      expectThrowsCode(() => tcp({ tls: { ...serverTls, servername: 'a..b' } }), 'ERR_BAD_HOST');
    });

    it('needs no certificate to dial', () => {
      expect(tcp({ listen: false, tls: {} }).name).to.equal('tcp');
    });

    it('takes bytes as well as text, an encrypted key, and a chain in one PEM', async () => {
      const cert = Buffer.from(`${pem('server.crt')}${pem('ca.crt')}`);
      const key = Buffer.from(pem('server-encrypted.key'));
      const { info, ended } = await listen({ cert: [cert], key: [key], passphrase: 'secret', ca: [ca] });
      (await dial(info, trusting)).close();
      expect(await ended()).to.deep.equal([{ code: 'LINK_LOST', detail: 'closed by the other end' }]);
    });
  });

  context('when it listens', () => {
    it('tells others that it wants TLS', async () => {
      const { info } = await listen();
      expect(info).to.include({ type: 'tcp', host: '127.0.0.1', tls: true });
    });

    it('speaks TLS 1.3 and nothing older', async () => {
      const { info, ended } = await listen();
      const peer = connectTls({ host: info.host, port: info.port, ca, maxVersion: 'TLSv1.2' });
      const [error] = await once(peer, 'error');
      expect(error).to.include({ code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' });
      expect(await ended()).to.deep.equal([
        { code: 'TLS_FAILED', detail: 'the other end speaks no TLS 1.3' },
      ]);
    });

    for (const servername of ['nobody.example', 'x'.repeat(250), 'xn--*', '*.disgover.test']) {
      it(`shows its one certificate to who asks for ${servername.slice(0, 20)}`, async () => {
        const { info } = await listen();
        const checkServerIdentity = () => undefined;
        const peer = connectTls({ host: info.host, port: info.port, ca, servername, checkServerIdentity });
        await once(peer, 'secureConnect');
        expect(peer.getPeerCertificate().subject.CN).to.equal('a server');
        peer.destroy();
      });
    }
  });

  context('when it dials', () => {
    const failures: Record<string, [server: TlsOptions, dialler: TlsOptions, says: string]> = {
      'a certificate of another authority': [
        serverTls,
        { ca: pem('other-ca.crt') },
        'certificate of an authority that is not trusted: give its CA as tls.ca',
      ],
      'a certificate of an authority that is not one of the public ones': [
        serverTls,
        {},
        'certificate of an authority that is not trusted: give its CA as tls.ca',
      ],
      'a certificate that signs itself': [
        pair('self'),
        trusting,
        'self-signed certificate: give its CA as tls.ca',
      ],
      'a certificate for another name than the host': [
        pair('cluster'),
        trusting,
        'certificate is for "cluster.disgover.test" and not for "127.0.0.1"',
      ],
      'a certificate for another name than the one configured': [
        serverTls,
        { ca, servername: 'cluster.disgover.test' },
        'certificate is for "127.0.0.1, 0:0:0:0:0:0:0:1, localhost, node.disgover.test" and not for "cluster.disgover.test"',
      ],
    };
    for (const [title, [server, dialler, says]] of Object.entries(failures)) {
      it(`rejects ${title} with ERR_TLS_FAILED, and says what to do`, async () => {
        const { info, ended } = await listen(server);
        const { message, cause } = await expectCode(dial(info, dialler), 'ERR_TLS_FAILED');
        expect(message).to.equal(`TLS_FAILED: 127.0.0.1:${info.port}: ${says}`);
        expect(cause).to.be.instanceOf(Error);
        expect((await ended()).map((reason) => reason?.code)).to.deep.equal(['TLS_FAILED']);
      });
    }

    const outOfDate = {
      expired: 'its certificate has expired',
      early: 'its certificate is not yet valid',
    };
    for (const [name, says] of Object.entries(outOfDate)) {
      it(`rejects with ERR_TLS_FAILED: ${says}`, async () => {
        // Only another server than ours starts with such a certificate.
        const server = createServer(pair(name)).on('tlsClientError', () => undefined);
        server.listen(0, '127.0.0.1');
        await once(server, 'listening');
        const { port } = server.address() as { port: number };
        const info = { type: 'tcp', host: '127.0.0.1', port };
        const { message } = await expectCode(dial(info, trusting), 'ERR_TLS_FAILED');
        expect(message).to.equal(`TLS_FAILED: 127.0.0.1:${port}: ${says}`);
        await new Promise((resolve) => server.close(resolve));
      });
    }

    it('lets no contact switch TLS off, or its verification', async () => {
      const { info } = await listen();
      const link = await dial({ ...info, tls: false }, trusting);
      expect(link.remote).to.equal(`127.0.0.1:${info.port}`);
      const lies = { tls: false, rejectUnauthorized: false, servername: 'localhost', ca: pem('ca.crt') };
      await expectCode(dial({ ...info, ...lies }, { ca: pem('other-ca.crt') }), 'ERR_TLS_FAILED');
      await expectCode(dial({ ...info, ...lies, tls: true }), 'ERR_TLS_FAILED');
    });

    it('lets the environment not switch verification off', async () => {
      const { info } = await listen();
      const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
      try {
        await expectCode(dial(info, { ca: pem('other-ca.crt') }), 'ERR_TLS_FAILED');
      } finally {
        if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
        else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
      }
    });

    it('dials a contact that asks for TLS with the public authorities, when none are configured', async () => {
      const { info } = await listen();
      const { message } = await expectCode(dial(info), 'ERR_TLS_FAILED');
      expect(message).to.contain('not trusted');
    });

    it('takes the name that all certificates of a cluster carry', async () => {
      const { info, ended } = await listen(pair('cluster'));
      (await dial(info, { ca, servername: 'cluster.disgover.test' })).close();
      expect(await ended()).to.deep.equal([{ code: 'LINK_LOST', detail: 'closed by the other end' }]);
    });

    it('checks the certificate against the name that is dialled', async () => {
      const { info } = await listen();
      expect((await dial({ ...info, host: 'localhost' }, trusting)).remote).to.equal(
        `127.0.0.1:${info.port}`,
      );
    });

    it('checks the certificate against an IPv6 address', async () => {
      const transport = make({ host: '::1', tls: serverTls });
      const info = (await transport.listen((link) => listenTo(link))) as TransportInfo;
      expect((await dial(info, trusting)).remote).to.equal(`[::1]:${info.port}`);
    });

    it('rejects with ERR_TLS_FAILED at a node that speaks without TLS, which says BAD_MAGIC', async () => {
      const ends: Promise<LinkCloseReason | undefined>[] = [];
      const plain = make({});
      const info = (await plain.listen((link) => ends.push(listenTo(link).closed))) as TransportInfo;
      const { message } = await expectCode(dial(info, trusting), 'ERR_TLS_FAILED');
      expect(message).to.contain('does not speak TLS');
      expect(await ends[0]).to.deep.equal({ code: 'BAD_MAGIC', detail: 'looks like TLS' });
    });

    it('rejects with ERR_TLS_FAILED at what answers in another protocol', async () => {
      const server = await rawServer();
      open.push(server);
      const dialling = expectCode(dial(server.info, trusting), 'ERR_TLS_FAILED');
      (await server.accepted).end('220 mail.example\r\n');
      expect((await dialling).message).to.match(/: the other end does not speak TLS$/);
    });

    it('ends with the reason of its signal in the middle of a handshake', async () => {
      const server = await rawServer();
      open.push(server);
      const abort = new AbortController();
      const dialling = make({ listen: false, tls: trusting })
        .dial(server.info, { signal: abort.signal })
        .catch((fault: unknown) => fault);
      const peer = await server.accepted;
      await once(peer, 'readable');
      const reason = new Error('enough');
      abort.abort(reason);
      expect(await dialling).to.equal(reason);
      peer.on('error', () => undefined).resume();
      await Promise.race([once(peer, 'end'), once(peer, 'close')]);
    });

    it('ends with ERR_CLOSED when it is closed in the middle of a handshake', async () => {
      const server = await rawServer();
      open.push(server);
      const transport = make({ listen: false, tls: trusting });
      const dialling = expectCode(transport.dial(server.info, { signal }), 'ERR_CLOSED');
      await once(await server.accepted, 'readable');
      await transport.close();
      await dialling;
    });
  });

  context('when it asks for certificates', () => {
    it('lets in who has one of its authority', async () => {
      const { info, ended } = await listen(mutualTls);
      (await dial(info, { ...pair('client'), ca })).close();
      expect(await ended()).to.deep.equal([{ code: 'LINK_LOST', detail: 'closed by the other end' }]);
    });

    it('refuses who has none, who is told', async () => {
      const { info, ended } = await listen(mutualTls);
      const link = await dial(info, trusting);
      expect(await listenTo(link).closed).to.deep.equal({
        code: 'TLS_FAILED',
        detail: 'the other end wants a certificate of ours: give tls.cert and tls.key',
      });
      expect(await ended()).to.deep.equal([
        { code: 'TLS_FAILED', detail: 'the other end shows no certificate' },
      ]);
    });

    it('refuses who has one of another authority', async () => {
      const { info, links, ended } = await listen(mutualTls);
      const link = await dial(info, { ...pair('other'), ca });
      expect(await listenTo(link).closed).to.have.property('code', 'LINK_LOST');
      const [reason] = await ended();
      expect(reason).to.deep.equal({
        code: 'TLS_FAILED',
        detail: 'ended in the handshake, as when one end does not trust the other',
      });
      expect(links[0]?.send(Buffer.from('a'))).to.equal(false);
      expect(links).to.have.length(1);
    });
  });

  context('when a stranger connects', () => {
    /** Sends the bytes, and resolves to all that comes back until the end. */
    const answerTo = async (port: number, bytes: Uint8Array | string) => {
      const socket = connect(port, '127.0.0.1');
      socket.write(bytes);
      const chunks: Buffer[] = [];
      for await (const chunk of socket) chunks.push(chunk);
      return Buffer.concat(chunks).toString('latin1');
    };

    it('tells CLOSE TLS_REQUIRED to a node that speaks without TLS', async () => {
      const { info, ended } = await listen();
      expect(await answerTo(info.port, plainHello)).to.equal('\0\0\0\x0f\x03\x0cTLS_REQUIRED\0');
      expect(await ended()).to.deep.equal([{ code: 'TLS_REQUIRED', detail: 'a frame without TLS' }]);
    });

    it('tells it as well when a single byte comes first', async () => {
      const { info } = await listen();
      expect(await answerTo(info.port, plainHello.subarray(0, 1))).to.contain('TLS_REQUIRED');
    });

    it('tells the dialler without TLS a frame that it can read', async () => {
      const { info } = await listen();
      const link = await dial({ ...info, tls: false });
      link.send(plainHello.subarray(4));
      const { frames, closed } = listenTo(link);
      await closed;
      expect(frames).to.deep.equal(['\x03\x0cTLS_REQUIRED\0']);
    });

    it('answers HTTP in HTTP', async () => {
      const { info, ended } = await listen();
      const answer = await answerTo(info.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      expect(answer).to.match(/^HTTP\/1\.1 400 Bad Request\r\n[\s\S]*\r\n\r\nNodes of disgover .* over TLS/);
      expect(await ended()).to.deep.equal([
        { code: 'BAD_MAGIC', detail: 'looks like HTTP, which nodes do not speak at this port' },
      ]);
    });

    it('answers HTTPS in HTTPS', async () => {
      const { info, ended } = await listen();
      const peer = connectTls({ host: info.host, port: info.port, ca });
      peer.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      const chunks: Buffer[] = [];
      for await (const chunk of peer) chunks.push(chunk);
      expect(Buffer.concat(chunks).toString()).to.match(/^HTTP\/1\.1 400 Bad Request\r\n/);
      expect((await ended())[0]).to.include({ code: 'BAD_MAGIC' });
    });

    it('says nothing to anything else', async () => {
      const { info, ended } = await listen();
      expect(await answerTo(info.port, 'SSH-2.0-x\r\n')).to.equal('');
      expect(await ended()).to.deep.equal([{ code: 'BAD_MAGIC', detail: 'neither TLS nor a frame' }]);
    });

    it('ends what begins like TLS and goes on as something else', async () => {
      const { info, ended } = await listen();
      await answerTo(info.port, Buffer.from(`160301002a${'00'.repeat(42)}`, 'hex'));
      expect((await ended())[0]).to.have.property('code', 'TLS_FAILED');
    });

    it('counts nobody who leaves without a word', async () => {
      const { info, links, ended } = await listen();
      const socket = connect(info.port, '127.0.0.1');
      socket.end();
      socket.resume();
      await once(socket, 'close');
      await answerTo(info.port, 'x');
      await ended();
      expect(links).to.have.length(1);
    });

    it('ends after 5 s who is silent, who hesitates, and who trickles', async () => {
      const { info, ended } = await listen();
      const [silent, hesitant, trickling] = [1, 2, 3].map(() => connect(info.port, '127.0.0.1')) as [
        Socket,
        Socket,
        Socket,
      ];
      // Who writes to the end may get a reset for it, which is an end, too.
      const closed = [silent, hesitant, trickling].map((socket) => {
        socket.on('error', () => undefined).resume();
        return new Promise((resolve) => socket.once('close', resolve));
      });
      // The beginning of a ClientHello of 16,000 bytes.
      const beginning = Buffer.from('16030140000100', 'hex');
      hesitant.write(beginning);
      trickling.write(beginning);
      const trickle = setInterval(() => trickling.write('\0'), 50);
      await Promise.all(closed);
      clearInterval(trickle);
      const ends = (await ended(3)).map((reason) => `${reason?.code}: ${reason?.detail}`);
      expect(ends.sort()).to.deep.equal([
        'HANDSHAKE_TIMEOUT: nothing said in 5000 ms',
        'TLS_FAILED: the handshake was not done in time',
        'TLS_FAILED: the handshake was not done in time',
      ]);
    });

    it('keeps no more than 64 that are not encrypted, and lets in others meanwhile', async () => {
      const { info, ended } = await listen();
      const strangers: Socket[] = [];
      for (let count = 0; count < limits.unprovedSessions; count++) {
        const socket = connect(info.port, '127.0.0.1');
        socket.on('error', () => undefined).resume();
        await once(socket, 'connect');
        strangers.push(socket);
      }
      const firstGone = once(strangers[0] as Socket, 'close');
      const link = await dial(info, trusting);
      await firstGone;
      expect(await ended()).to.deep.equal([
        { code: 'TOO_MANY_SESSIONS', detail: 'more than 64 not encrypted yet' },
      ]);
      expect(strangers.slice(1).filter((socket) => socket.closed)).to.deep.equal([]);
      link.close();
      for (const socket of strangers) socket.destroy();
    });

    it('ends all of them when it is closed', async () => {
      const { info } = await listen();
      const silent = connect(info.port, '127.0.0.1');
      const hesitant = connect(info.port, '127.0.0.1');
      const strangers = [silent, hesitant];
      for (const socket of strangers) socket.on('error', () => undefined).resume();
      const closed = Promise.all(strangers.map((socket) => once(socket, 'close')));
      hesitant.write(Buffer.from('1603014000', 'hex'));
      await Promise.all(strangers.map((socket) => once(socket, 'connect')));
      // Accepted after them, so they are inside.
      await dial(info, trusting);
      expect(strangers.some((socket) => socket.closed)).to.equal(false);
      await Promise.all(open.splice(0).map((one) => one.close()));
      await closed;
    });
  });

  context('when a link is up', () => {
    let link: Link;
    let peer: TLSSocket;

    /** The link is the one that was accepted; its other end is no link of ours. */
    beforeEach(async () => {
      let accept: (link: Link) => void = () => undefined;
      const accepted = new Promise<Link>((resolve) => {
        accept = resolve;
      });
      const info = (await make({ tls: serverTls }).listen((one) => accept(one))) as TransportInfo;
      peer = connectTls({ host: '127.0.0.1', port: info.port as number, ca, allowHalfOpen: true } as object);
      peer.on('error', () => undefined);
      await once(peer, 'secureConnect');
      link = await accepted;
    });

    afterEach(() => peer.destroy());

    const rest = async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of peer) chunks.push(chunk);
      return Buffer.concat(chunks).toString('latin1');
    };

    it('is told of by its address, and attests it', () => {
      expect(link.remote).to.equal(`127.0.0.1:${peer.localPort}`);
      expect(link.attests?.({ type: 'tcp', host: '127.0.0.1', port: 9 })).to.equal(true);
    });

    it('sends what is sent just before its end, in the same turn and in several', async () => {
      link.send(Buffer.from('a'));
      await Promise.resolve();
      process.nextTick(() => {
        link.send(Buffer.from('b'));
        process.nextTick(() => {
          link.send(Buffer.from('c'));
          link.close();
        });
      });
      expect(await rest()).to.equal('\0\0\0\x01a\0\0\0\x01b\0\0\0\x01c');
    });

    it('sends its last word to a peer that goes on sending', async () => {
      const { closed } = listenTo(link);
      peer.write('\0\0\0\x01x');
      for (let count = 0; count < 20; count++) peer.write(Buffer.alloc(100));
      link.send(Buffer.from('bye'));
      link.close({ code: 'IDLE' });
      expect((await rest()).slice(0, 7)).to.equal('\0\0\0\x03bye');
      expect(await closed).to.deep.equal({ code: 'IDLE' });
    });

    it('sends its last word behind 100 KiB of the same turn', async () => {
      for (let count = 0; count < 100; count++) link.send(Buffer.alloc(1_020));
      link.send(Buffer.from('bye'));
      link.close();
      const bytes = await rest();
      expect(bytes).to.have.length(100 * 1_024 + 7);
      expect(bytes.slice(-3)).to.equal('bye');
    });

    it('ends with LINK_LOST when the other end does, or is reset', async () => {
      const { closed } = listenTo(link);
      peer.end();
      expect(await closed).to.deep.equal({ code: 'LINK_LOST', detail: 'closed by the other end' });
    });

    context('to an end that does not read', () => {
      beforeEach(() => peer.pause());

      /** Until the system takes no more: what is queued stays queued, although another link has carried frames. */
      const fill = async () => {
        const other = await listen();
        const busy = await dial(other.info, trusting);
        for (let isFull = false; !isFull; ) {
          while (link.send(Buffer.alloc(1_000)));
          busy.send(Buffer.from('x'));
          await new Promise((resolve) => setImmediate(resolve));
          await new Promise((resolve) => setImmediate(resolve));
          isFull = link.isCongested;
        }
      };

      it('ends with SLOW_READER above 128 KiB that wait', async () => {
        const { closed } = listenTo(link);
        await fill();
        for (let queued = 0; queued <= limits.linkCloseBytes; queued += 1_000) link.send(Buffer.alloc(1_000));
        const reason = await closed;
        expect(reason?.code).to.equal('SLOW_READER');
        expect(Number.parseInt(reason?.detail ?? '', 10)).to.be.within(limits.linkCloseBytes, 140_000);
      });

      it('ends soon after it is closed, also if that end goes on sending', async () => {
        const { closed } = listenTo(link);
        await fill();
        const pump = setInterval(() => peer.write('\0\0\0\x01x'), 20);
        link.close({ code: 'IDLE' });
        expect(await closed).to.deep.equal({ code: 'IDLE' });
        clearInterval(pump);
      });
    });
  });
});
