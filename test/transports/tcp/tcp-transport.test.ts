import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { type Link, limits, type TransportInfo } from '../../../src/plugin.js';
import { type TcpOptions, tcp } from '../../../transports/tcp/index.js';
import { expectCode, expectThrowsCode } from '../../support/expect-code.js';
import { listenTo, rawServer } from './raw-peer.js';

const { signal } = new AbortController();

const badHosts = {
  'octal 0177.0.0.1': '0177.0.0.1',
  'decimal 2130706433': '2130706433',
  'hexadecimal 0x7f.1': '0x7f.1',
  'short 127.1': '127.1',
  'a name that ends in a number': 'a.1',
  'an IPv6 literal that is not shortest': '0:0:0:0:0:0:0:1',
  'an IPv6 literal in capitals': 'FE80::1',
  'a mapped IPv4 address in hexadecimal': '::ffff:7f00:1',
  'a zone': 'fe80::1%eth0',
  brackets: '[::1]',
  'CR LF': 'a\r\nb',
  NUL: 'a\0b',
  '@': 'user@host',
  '#': 'a#b',
  space: 'a b',
  'an empty label': 'a..b',
  'a label that starts with a hyphen': '-a.b',
  empty: '',
  '254 characters': `${'a.'.repeat(126)}aa`,
  'a label of 64': 'a'.repeat(64),
  'no string': 5 as unknown as string,
};

const badPorts = [0, -1, 65_536, 80.5, Number.NaN, '80', '0x50', null] as unknown as number[];

describe('tcp', () => {
  const open: { close(): Promise<void> }[] = [];
  const make = (options?: TcpOptions) => {
    const transport = tcp(options);
    open.push(transport);
    return transport;
  };
  const raw = async () => {
    const server = await rawServer();
    open.push(server);
    return server;
  };

  afterEach(() => Promise.all(open.splice(0).map((one) => one.close())));

  context('when made', () => {
    it('needs no options', () => expect(tcp().name).to.equal('tcp'));

    const badOptions: Record<string, unknown> = {
      'an unknown option': { hosts: '127.0.0.1' },
      'an unknown option of advertise': { advertise: { address: 'a' } },
      'options that are no object': 'tcp',
      'advertise that is no object': { advertise: '1.2.3.4' },
      'listen that is no boolean': { listen: 'no' },
      'a wildcard with nothing to advertise': { host: '0.0.0.0' },
      'a mapped wildcard with nothing to advertise': { host: '::ffff:0.0.0.0' },
      'the wildcard of IPv6 with nothing to advertise': { host: '::' },
      'a wildcard that is advertised': { advertise: { host: '::' } },
    };
    for (const [title, options] of Object.entries(badOptions)) {
      it(`refuses ${title}`, () => {
        expectThrowsCode(() => tcp(options as TcpOptions), 'ERR_BAD_OPTION');
      });
    }

    it('takes a wildcard when it does not listen', () => {
      expect(tcp({ host: '::', listen: false }).name).to.equal('tcp');
    });

    for (const [title, host] of Object.entries(badHosts)) {
      it(`refuses a host with ${title}`, () => {
        expectThrowsCode(() => tcp({ host }), 'ERR_BAD_HOST');
        expectThrowsCode(() => tcp({ advertise: { host } }), 'ERR_BAD_HOST');
      });
    }

    it('refuses a bad port', () => {
      for (const port of badPorts) {
        expectThrowsCode(() => tcp({ advertise: { port } }), 'ERR_BAD_PORT');
        if (port !== 0) expectThrowsCode(() => tcp({ port }), 'ERR_BAD_PORT');
      }
    });
  });

  context('when it listens', () => {
    const listen = (options?: TcpOptions) => make(options).listen(() => undefined);

    it('gives the address it is bound to', async () => {
      const info = (await listen()) as TransportInfo;
      expect(info).to.include({ type: 'tcp', host: '127.0.0.1' });
      expect(info.port).to.be.within(1, 65_535);
      expect((await listen({ host: '::1' }))?.host).to.equal('::1');
    });

    it('gives the address behind a name', async () => {
      expect((await listen({ host: 'localhost' }))?.host).to.be.oneOf(['127.0.0.1', '::1']);
    });

    it('gives what is advertised instead', async () => {
      const info = await listen({ host: '0.0.0.0', advertise: { host: 'node.example', port: 7 } });
      expect(info).to.deep.equal({ type: 'tcp', host: 'node.example', port: 7 });
      const half = await listen({ host: '::', advertise: { host: '192.0.2.1' } });
      expect(half?.host).to.equal('192.0.2.1');
      expect(half?.port).to.be.above(0);
    });

    it('gives nothing when it only dials', async () => {
      expect(await listen({ listen: false })).to.equal(undefined);
    });

    it('rejects with ERR_ADDRESS_IN_USE where another listens', async () => {
      const port = (await listen())?.port as number;
      const { cause } = await expectCode(listen({ port }), 'ERR_ADDRESS_IN_USE');
      expect(cause).to.include({ code: 'EADDRINUSE' });
    });

    it('rejects with ERR_ADDRESS_NOT_AVAILABLE at an address of another host', async () => {
      await expectCode(listen({ host: '192.0.2.1' }), 'ERR_ADDRESS_NOT_AVAILABLE');
    });

    it('rejects with ERR_CLOSED after close, and when closed meanwhile', async () => {
      const transport = make();
      const listening = expectCode(
        transport.listen(() => undefined),
        'ERR_CLOSED',
      );
      await transport.close();
      await listening;
      await expectCode(
        transport.listen(() => undefined),
        'ERR_CLOSED',
      );
    });
  });

  context('when it dials', () => {
    const dial = (info: object) => make({ listen: false }).dial({ type: 'tcp', ...info }, { signal });

    for (const [title, host] of Object.entries(badHosts)) {
      it(`refuses a host with ${title}`, async () => {
        await expectCode(dial({ host, port: 1 }), 'ERR_BAD_HOST');
      });
    }

    it('refuses a bad port', async () => {
      for (const port of [...badPorts, undefined]) {
        await expectCode(dial({ host: '127.0.0.1', port }), 'ERR_BAD_PORT');
      }
    });

    it('says what it got as a port', async () => {
      const { message } = await expectCode(dial({ host: '127.0.0.1', port: '0x50' }), 'ERR_BAD_PORT');
      expect(message).to.equal('BAD_PORT: integer 1..65535, got string "0x50"');
    });

    it("rejects with ERR_DIAL_FAILED and the system's reason as its cause", async () => {
      const { info, close, accepted } = await rawServer();
      connect(info.port, info.host)
        .on('error', () => undefined)
        .unref();
      await accepted;
      await close();
      const { cause } = await expectCode(dial(info), 'ERR_DIAL_FAILED');
      expect(cause).to.include({ code: 'ECONNREFUSED' });
    });

    it('dials an IPv4 address mapped into IPv6 as the IPv4 address', async () => {
      const { info } = await raw();
      const link = await dial({ ...info, host: '::ffff:127.0.0.1' });
      expect(link.remote).to.equal(`127.0.0.1:${info.port}`);
    });

    it('dials a name', async () => {
      const { info } = await raw();
      expect((await dial({ ...info, host: 'localhost' })).remote).to.equal(`127.0.0.1:${info.port}`);
    });

    it('rejects with ERR_CLOSED when it is closed meanwhile', async () => {
      const { info } = await raw();
      const transport = make();
      const dialling = expectCode(transport.dial(info, { signal }), 'ERR_CLOSED');
      await transport.close();
      await dialling;
      // The raw server waits for its connection when it closes.
      await make().dial(info, { signal });
    });
  });

  context('when a link is up', () => {
    let link: Link;
    let peer: Socket;

    beforeEach(async () => {
      const { info, accepted } = await raw();
      link = await make().dial(info, { signal });
      peer = await accepted;
      peer.on('error', () => undefined);
    });

    /** Bytes that the peer receives, chunk by chunk, until it has so many. */
    const received = async (bytes: number) => {
      const chunks: Buffer[] = [];
      for await (const chunk of peer.iterator({ destroyOnReturn: false })) {
        chunks.push(chunk);
        if (Buffer.concat(chunks).length >= bytes) break;
      }
      return chunks;
    };

    it('sends the frames of one turn, promises included, in one write', async () => {
      for (let count = 0; count < 32; count++) link.send(Buffer.alloc(100));
      for (let count = 0; count < 32; count++) queueMicrotask(() => link.send(Buffer.alloc(100)));
      expect(await received(64 * 104)).to.have.length(1);
    });

    it('puts before each frame its length, in four bytes', async () => {
      link.send(Buffer.from('abc'));
      link.send(Buffer.from('d'));
      expect(Buffer.concat(await received(12)).toString('latin1')).to.equal('\0\0\0\x03abc\0\0\0\x01d');
    });

    it('sends frames that are longer than a block of its buffers', async () => {
      const frame = Buffer.from(Array.from({ length: 50_000 }, (_, at) => at % 251));
      link.send(Buffer.alloc(16_379));
      link.send(frame);
      const bytes = Buffer.concat(await received(16_383 + 50_004));
      expect(bytes.readUInt32BE(16_383)).to.equal(50_000);
      expect(bytes.subarray(16_387).equals(frame)).to.equal(true);
    });

    it('tells of a frame that has begun and not ended, once for each time it has read', async () => {
      const { frames, closed, partialFrames } = listenTo(link);
      peer.write('\0\0\0\x03abc\0\0\0\x02d');
      peer.end();
      expect(await closed).to.deep.equal({ code: 'FRAME_TRUNCATED', detail: 'got 1 of 2 B' });
      expect(frames).to.deep.equal(['abc']);
      expect(partialFrames()).to.equal(1);
    });

    const refused = {
      FRAME_EMPTY: '\0\0\0\0',
      FRAME_TOO_LARGE: '\0\0\x10\x01',
      BAD_MAGIC: 'GET / HTTP/1.1\r\n\r\n',
      FRAME_TRUNCATED: '\0\0\0\x09abc',
      LINK_LOST: '',
    };
    for (const [code, bytes] of Object.entries(refused)) {
      it(`ends with ${code}, and ends the socket`, async () => {
        const { closed } = listenTo(link);
        peer.write(Buffer.from(bytes, 'latin1'));
        // The first three need no end of the stream, and get none.
        if (code === 'FRAME_TRUNCATED' || code === 'LINK_LOST') peer.end();
        expect((await closed)?.code).to.equal(code);
        peer.resume();
        if (!peer.readableEnded && !peer.destroyed)
          await Promise.race([once(peer, 'end'), once(peer, 'close')]);
      });
    }

    it('answers HTTP in HTTP before it ends', async () => {
      const { closed } = listenTo(link);
      peer.end('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      const answer = Buffer.concat(await peer.toArray()).toString();
      expect(answer).to.match(/^HTTP\/1\.1 400 Bad Request\r\n/);
      const [head = '', text = ''] = answer.split('\r\n\r\n');
      expect(head).to.contain(`Content-Length: ${text.length}`);
      expect((await closed)?.code).to.equal('BAD_MAGIC');
    });

    it('ends with LINK_LOST when the connection is reset', async () => {
      const { closed } = listenTo(link);
      peer.resetAndDestroy();
      expect(await closed).to.deep.equal({ code: 'LINK_LOST', detail: 'ECONNRESET' });
    });

    it('tells the end to who opens it afterwards', async () => {
      link.close({ code: 'IDLE' });
      peer.resume();
      await once(peer, 'end');
      expect(await listenTo(link).closed).to.deep.equal({ code: 'IDLE' });
    });

    it('sends its last word to a peer that goes on sending', async () => {
      const { closed } = listenTo(link);
      const pump = () => {
        if (!peer.writableEnded && !peer.destroyed) peer.write(Buffer.alloc(60_000), pump);
      };
      pump();
      link.send(Buffer.from('bye'));
      link.close();
      const chunks = await received(7);
      peer.destroy();
      await closed;
      expect(Buffer.concat(chunks).toString('latin1')).to.equal('\0\0\0\x03bye');
    });

    context('with a peer that does not read', () => {
      /** Until the system takes no more, which only a later turn shows. */
      const fill = () => {
        while (link.send(Buffer.alloc(1_000)));
      };

      it('stops reading from it until it reads', async () => {
        const { frames, closed } = listenTo(link);
        fill();
        peer.write('\0\0\0\x01a');
        // Nothing says that nothing comes: another link of the same process has time to carry a frame.
        await otherLinkCarriesAFrame();
        expect(frames).to.deep.equal([]);
        peer.resume();
        await once(peer, 'data');
        peer.end();
        expect((await closed)?.code).to.equal('LINK_LOST');
        expect(frames).to.deep.equal(['a']);
      });

      it('keeps the frames of a chunk until it reads', async () => {
        const frames: string[] = [];
        const closed = new Promise((resolve) =>
          link.open({
            onFrame: (frame) => {
              if (frames.push(Buffer.from(frame).toString()) === 1) fill();
            },
            onPartialFrame: () => undefined,
            onClose: resolve,
          }),
        );
        peer.write('\0\0\0\x01a\0\0\0\x01b\0\0\0\x01c');
        await otherLinkCarriesAFrame();
        expect(frames).to.deep.equal(['a']);
        peer.resume();
        peer.end();
        await closed;
        expect(frames).to.deep.equal(['a', 'b', 'c']);
      });

      it('ends with SLOW_READER above 128 KiB that wait', async () => {
        const { closed } = listenTo(link);
        fill();
        for (let queued = 0; queued <= limits.linkCloseBytes; queued += 1_000) link.send(Buffer.alloc(1_000));
        const reason = await closed;
        expect(reason?.code).to.equal('SLOW_READER');
        expect(Number.parseInt(reason?.detail ?? '', 10)).to.be.within(limits.linkCloseBytes, 140_000);
      });

      it('closes at once', async () => {
        const { closed } = listenTo(link);
        fill();
        link.close({ code: 'IDLE' });
        expect(await closed).to.deep.equal({ code: 'IDLE' });
      });

      async function otherLinkCarriesAFrame() {
        const server = make();
        const heard: ReturnType<typeof listenTo>[] = [];
        const info = (await server.listen((accepted) => heard.push(listenTo(accepted)))) as TransportInfo;
        const other = await make().dial(info, { signal });
        other.send(Buffer.from('x'));
        other.close();
        await listenTo(other).closed;
        await heard[0]?.closed;
        expect(heard[0]?.frames).to.deep.equal(['x']);
      }
    });
  });

  context('when asked to attest an address', () => {
    /** The accepting end of a link that comes from `host`. */
    const linkFrom = async (options: TcpOptions, host: string) => {
      let accept: (link: Link) => void = () => undefined;
      const accepted = new Promise<Link>((resolve) => {
        accept = resolve;
      });
      const info = await make(options).listen(accept);
      await make().dial({ ...info, type: 'tcp', host }, { signal });
      return accepted;
    };

    it('attests the loopback address a link comes from, at any port', async () => {
      const link = await linkFrom({}, '127.0.0.1');
      expect(link.attests?.({ type: 'tcp', host: '127.0.0.1', port: 9 })).to.equal(true);
    });

    it('attests neither another host, nor another type, nor a name', async () => {
      const link = await linkFrom({}, '127.0.0.1');
      expect(link.attests?.({ type: 'tcp', host: '127.0.0.2', port: 9 })).to.equal(false);
      expect(link.attests?.({ type: 'ws', host: '127.0.0.1', port: 9 })).to.equal(false);
      expect(link.attests?.({ type: 'tcp', host: 'localhost', port: 9 })).to.equal(false);
    });

    it('attests ::1, and IPv4 on a socket for both families', async () => {
      const six = await linkFrom({ host: '::1' }, '::1');
      expect(six.remote).to.match(/^\[::1\]:\d+$/);
      expect(six.attests?.({ type: 'tcp', host: '::1', port: 9 })).to.equal(true);
      const both = await linkFrom({ host: '::', advertise: { host: '127.0.0.1' } }, '127.0.0.1');
      expect(both.attests?.({ type: 'tcp', host: '127.0.0.1', port: 9 })).to.equal(true);
    });
  });
});
