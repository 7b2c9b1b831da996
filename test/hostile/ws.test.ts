// Peers that write WebSocket by hand, against a node that listens on it.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { Disgover, type DisgoverEvents } from '../../src/index.js';
import { limits } from '../../src/limits.js';
import { ws } from '../../transports/ws/index.js';
import { expectCode } from '../support/expect-code.js';
import { idOf } from '../support/ids.js';
import { frames } from '../support/raw-peer.js';
import {
  accept,
  fragmented,
  OPCODES,
  RawWebSocket,
  type UpgradeFields,
  upgradeRequest,
  type WebSocketFrame,
} from '../support/raw-web-socket.js';

const HELLO = 0x01;
const PONG = 0x90;
/** With another nonce each time. */
const newHello = () => frames.hello({ contact: { id: idOf('attacker') } });
const hello = newHello();

describe('hostile WebSockets', () => {
  let node: Disgover;
  let port: number;
  let refused: DisgoverEvents['refused'][];
  let open: RawWebSocket[];

  beforeEach(async () => {
    node = await Disgover.start({ transport: ws({ origins: ['https://app.example'] }), id: idOf('victim') });
    port = (node.contact.transport as { port: number }).port;
    refused = [];
    open = [];
    node.on('refused', (one) => refused.push(one));
  });

  afterEach(async () => {
    for (const raw of open) raw.destroy();
    await node.close();
  });

  const connect = async () => {
    const raw = await RawWebSocket.connect(port);
    open.push(raw);
    return raw;
  };
  const upgraded = async (fields?: UpgradeFields) => {
    const raw = await RawWebSocket.open(port, fields);
    open.push(raw);
    return raw;
  };

  /** Says HELLO and asks; the node answers both. */
  const expectAnswers = async (raw: RawWebSocket) => {
    raw.send(
      { opcode: 'binary', payload: newHello() },
      { opcode: 'binary', payload: frames.ping(1, node.id) },
    );
    expect((await raw.receive())?.payload[0]).to.equal(HELLO);
    expect((await raw.receive())?.payload[0]).to.equal(PONG);
  };

  it('are told from one that behaves', async () => {
    await expectAnswers(await upgraded());
    expect(refused).to.deep.equal([]);
  });

  context('by their frames', () => {
    const long = Buffer.alloc(limits.frameBeforeHelloBytes + 1, 1);
    // 7 B each: two of head, four of mask, one of message.
    const endless = fragmented(Buffer.alloc(100), 100).subarray(0, 7 * 65);
    const tooLong = Buffer.alloc(limits.frameBytes + 1);
    const cases: Record<string, [status: number, code: string, ...frames: (WebSocketFrame | Buffer)[]]> = {
      'a text message': [1_003, 'BAD_FRAME_TYPE', { opcode: 'text', payload: Buffer.from('hello') }],
      'text that is no UTF-8': [1_003, 'BAD_FRAME_TYPE', { opcode: 'text', payload: Buffer.of(0xff) }],
      'a message in 65 fragments': [1_008, 'TOO_MANY_FRAGMENTS', fragmented(hello, 65)],
      'a fragment without end': [1_008, 'TOO_MANY_FRAGMENTS', endless],
      'a compressed message': [1_002, 'BAD_FRAME', { opcode: 'binary', payload: hello, rsv1: true }],
      'a message that is not masked': [
        1_002,
        'BAD_FRAME',
        { opcode: 'binary', payload: hello, isMasked: false },
      ],
      'an opcode that does not exist': [1_002, 'BAD_FRAME', { opcode: 'reserved' }],
      'a fragment of nothing': [1_002, 'BAD_FRAME', { opcode: 'more', payload: hello }],
      'a ping that is longer than 125 B': [
        1_002,
        'BAD_FRAME',
        { opcode: 'ping', payload: Buffer.alloc(126) },
      ],
      'a ping in two fragments': [1_002, 'BAD_FRAME', { opcode: 'ping', isLast: false }],
      'an empty message': [1_008, 'FRAME_EMPTY', { opcode: 'binary' }],
      'a message above 4 KiB before HELLO': [1_009, 'FRAME_TOO_LARGE', { opcode: 'binary', payload: long }],
      'a length above 64 KiB': [1_009, 'FRAME_TOO_LARGE', { opcode: 'binary', length: tooLong.length }],
      'a length above 2^53': [1_009, 'FRAME_TOO_LARGE', Buffer.from('82ffffffffffffffffff', 'hex')],
    };
    for (const [title, [status, code, ...sent]] of Object.entries(cases)) {
      it(`are closed with ${status} for ${title}`, async () => {
        const raw = await upgraded();
        raw.send(...sent);
        expect((await raw.closeFrame())?.status).to.equal(status);
        await raw.ended();
        expect(refused.map((one) => one.code)).to.deep.equal([code]);
        await expectAnswers(await upgraded());
      });
    }

    it('are read in 64 fragments', async () => {
      const raw = await upgraded();
      raw.send(fragmented(hello, 64));
      expect((await raw.receive())?.payload[0]).to.equal(HELLO);
    });

    it('that only trickle in are read', async () => {
      const raw = await upgraded();
      for (const byte of fragmented(hello, 5)) {
        raw.send(Buffer.of(byte));
        await new Promise(setImmediate);
      }
      expect((await raw.receive())?.payload[0]).to.equal(HELLO);
    });
  });

  context('by their control frames', () => {
    const pings = (count: number): WebSocketFrame[] =>
      Array.from({ length: count }, (_, at) => ({ opcode: 'ping', payload: Buffer.of(at) }));

    it('get a pong for each ping, with what it says, 16 of them', async () => {
      const raw = await upgraded();
      raw.send(...pings(16));
      for (let at = 0; at < 16; at++) {
        expect(await raw.receive()).to.deep.equal({ opcode: OPCODES.pong, payload: Buffer.of(at) });
      }
      await expectAnswers(raw);
      expect(refused).to.deep.equal([]);
    });

    it('have 16 more with each message', async () => {
      const raw = await upgraded();
      await expectAnswers(raw);
      for (let request = 2; request < 6; request++) {
        raw.send(...pings(16), { opcode: 'binary', payload: frames.ping(request, node.id) });
        for (let at = 0; at < 16; at++) expect((await raw.receive())?.opcode).to.equal(OPCODES.pong);
        expect((await raw.receive())?.payload[0]).to.equal(PONG);
      }
      expect(refused).to.deep.equal([]);
    });

    for (const opcode of ['ping', 'pong'] as const) {
      it(`are closed with 1008 for the 17th ${opcode} without a message`, async () => {
        const raw = await upgraded();
        raw.send(...pings(1_000).map((frame) => ({ ...frame, opcode })));
        expect(await raw.closeFrame()).to.deep.equal({ status: 1_008, reason: 'RATE_LIMITED' });
        await raw.ended();
        expect(refused.map(({ code }) => code)).to.deep.equal(['RATE_LIMITED']);
      });
    }

    it('do not gain any by fragments', async () => {
      const raw = await upgraded();
      for (let at = 0; at < 17; at++) {
        raw.send(
          { opcode: at === 0 ? 'binary' : 'more', isLast: false, payload: Buffer.of(1) },
          { opcode: 'ping' },
        );
      }
      expect((await raw.closeFrame())?.reason).to.equal('RATE_LIMITED');
    });

    it('end the link by a close frame, and are answered with one', async () => {
      const raw = await upgraded();
      await expectAnswers(raw);
      raw.send({ opcode: 'close', payload: Buffer.from('03e8', 'hex') });
      expect((await raw.closeFrame())?.status).to.equal(1_000);
      await raw.ended();
      expect(refused).to.deep.equal([]);
    });
  });

  context('by what they offer', () => {
    for (const offer of [
      'permessage-deflate',
      'permessage-deflate; client_max_window_bits, permessage-deflate',
      'x-webkit-deflate-frame',
      ';;;=',
    ]) {
      it(`get no extension for "${offer}"`, async () => {
        const raw = await connect();
        const request = upgradeRequest(port, { headers: { 'Sec-WebSocket-Extensions': offer } });
        const { status, headers } = await raw.ask(request);
        expect(status).to.equal(101);
        expect(headers).not.to.have.property('sec-websocket-extensions');
        expect(headers['sec-websocket-protocol']).to.equal('disgover.v1');
        await expectAnswers(raw);
      });
    }
  });

  context('by their upgrade', () => {
    const subprotocol = 'BAD_SUBPROTOCOL: want disgover.v1\n';
    const cases: Record<string, [status: number, body: string, fields: UpgradeFields]> = {
      'an origin that is not allowed': [
        403,
        'ORIGIN_NOT_ALLOWED\n',
        { headers: { Origin: 'https://evil.example' } },
      ],
      'the origin null': [403, 'ORIGIN_NOT_ALLOWED\n', { headers: { Origin: 'null' } }],
      'an allowed origin with another scheme': [
        403,
        'ORIGIN_NOT_ALLOWED\n',
        { headers: { Origin: 'http://app.example' } },
      ],
      'an allowed origin as a part of another': [
        403,
        'ORIGIN_NOT_ALLOWED\n',
        { headers: { Origin: 'https://app.example.evil.example' } },
      ],
      'a name that leads here, and a page from there': [
        403,
        'ORIGIN_NOT_ALLOWED\n',
        { headers: { Origin: 'http://evil.example', Host: 'evil.example' } },
      ],
      'another path': [404, 'NOT_FOUND\n', { path: '/' }],
      'a query behind the path': [404, 'NOT_FOUND\n', { path: '/disgover?a' }],
      'no subprotocol': [400, subprotocol, { headers: { 'Sec-WebSocket-Protocol': undefined } }],
      'another subprotocol': [
        400,
        subprotocol,
        { headers: { 'Sec-WebSocket-Protocol': 'chat, disgover.v2' } },
      ],
    };
    for (const [title, [status, body, fields]] of Object.entries(cases)) {
      it(`are answered ${status} for ${title}`, async () => {
        const raw = await connect();
        const answer = await raw.ask(upgradeRequest(port, fields));
        expect(answer).to.include({ status, body });
        const codes = status === 404 ? [] : [body.trim().split(':')[0]];
        expect(refused.map(({ code }) => code)).to.deep.equal(codes);
      });
    }

    for (const [title, origin] of Object.entries({
      'an origin of the list': 'https://app.example',
      'an origin of the list in capitals': 'HTTPS://APP.example',
    })) {
      it(`are let in with ${title}`, async () => {
        await expectAnswers(await upgraded({ headers: { Origin: origin } }));
      });
    }

    it('are let in with the origin of the address that they dial', async () => {
      for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, '[::1]']) {
        await expectAnswers(await upgraded({ headers: { Host: host, Origin: `http://${host}` } }));
      }
    });

    it('are let in when disgover.v1 is one of several', async () => {
      await upgraded({ headers: { 'Sec-WebSocket-Protocol': 'chat,disgover.v1' } });
    });

    for (const [title, fields] of Object.entries<UpgradeFields>({
      'a key that is none': { headers: { 'Sec-WebSocket-Key': 'x' } },
      'another protocol to upgrade to': { headers: { Upgrade: 'h2c' } },
      'a version that is older': { headers: { 'Sec-WebSocket-Version': '7' } },
    })) {
      it(`are answered 400 for ${title}`, async () => {
        expect((await (await connect()).ask(upgradeRequest(port, fields))).status).to.equal(400);
      });
    }

    it('are answered 431 for 9 KiB of headers', async () => {
      const request = upgradeRequest(port, { headers: { 'X-Long': 'x'.repeat(9_000) } });
      expect((await (await connect()).ask(request)).status).to.equal(431);
    });

    it('are told what this is when they ask for a page', async () => {
      const { status, headers, body } = await (await connect()).ask(`GET / HTTP/1.1\r\nHost: a\r\n\r\n`);
      expect(status).to.equal(426);
      expect(headers.upgrade).to.equal('websocket');
      expect(body).to.contain('disgover');
    });

    it('are answered 400 when they do not speak HTTP, which is noted', async () => {
      const raw = await connect();
      expect((await raw.ask('\0\0\0\x10hello, is it me?')).status).to.equal(400);
      expect(refused.map(({ code }) => code)).to.deep.equal(['BAD_MAGIC']);
    });
  });

  it('that are never upgraded: the oldest goes for the 65th', async () => {
    const silent: RawWebSocket[] = [];
    while (silent.length < limits.unprovedSessions) silent.push(await connect());
    const [oldest, second] = silent as [RawWebSocket, RawWebSocket];
    await expectAnswers(await upgraded());
    await oldest.ended();
    expect(second.socket.destroyed).to.equal(false);
  });

  context('when they are dialled', () => {
    let server: Server;
    let info: { type: string; host: string; port: number };
    const transport = ws({ listen: false });
    const dial = () => transport.dial(info, { signal: new AbortController().signal });
    /** Answers an upgrade with these lines. */
    const answering = (first: string, ...headers: string[]) =>
      server.on('upgrade', ({ headers: asked }, socket) => {
        const key = accept(asked['sec-websocket-key'] as string);
        const lines = [first, 'Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${key}`];
        socket.end([...lines, ...headers, '', ''].join('\r\n'));
      });

    beforeEach(async () => {
      server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      info = { type: 'ws', host: '127.0.0.1', port: (server.address() as AddressInfo).port };
    });
    afterEach(async () => {
      server.close();
      await once(server, 'close');
    });

    const cases: Record<string, [answer: string[], words: string]> = {
      'that speaks no subprotocol': [['HTTP/1.1 101 Yes'], 'no subprotocol disgover.v1'],
      'that speaks another': [
        ['HTTP/1.1 101 Yes', 'Sec-WebSocket-Protocol: chat'],
        'no subprotocol disgover.v1',
      ],
      'that compresses unasked': [
        [
          'HTTP/1.1 101 Yes',
          'Sec-WebSocket-Protocol: disgover.v1',
          'Sec-WebSocket-Extensions: permessage-deflate',
        ],
        'Sec-WebSocket-Extensions',
      ],
      'that refuses': [['HTTP/1.1 403 No'], 'HTTP 403: no WebSocket there'],
      'that points elsewhere': [['HTTP/1.1 302 There', 'Location: http://127.0.0.1:1/'], 'HTTP 302'],
      'that speaks no HTTP': [['\0\0\0\x01'], 'no HTTP is spoken there'],
      'whose headers are too long': [['HTTP/1.1 101 Yes', `X: ${'x'.repeat(9_000)}`], 'no HTTP'],
    };
    for (const [title, [[first = '', ...headers], words]] of Object.entries(cases)) {
      it(`reject with ERR_DIAL_FAILED for one ${title}`, async () => {
        answering(first, ...headers);
        expect((await expectCode(dial(), 'ERR_DIAL_FAILED')).message).to.contain(words);
      });
    }

    it('do not send us pings without end', async () => {
      server.on('upgrade', ({ headers }, socket) => {
        const key = accept(headers['sec-websocket-key'] as string);
        const lines = [
          'HTTP/1.1 101 Yes',
          'Upgrade: websocket',
          'Connection: Upgrade',
          `Sec-WebSocket-Accept: ${key}`,
        ];
        socket.write([...lines, 'Sec-WebSocket-Protocol: disgover.v1', '', ''].join('\r\n'));
        socket.on('error', () => undefined);
        socket.write(Buffer.from('8900'.repeat(1_000), 'hex'));
        socket.resume().on('end', () => socket.destroy());
      });
      const link = await dial();
      const reason = await new Promise((resolve) =>
        link.open({ onFrame: () => undefined, onPartialFrame: () => undefined, onClose: resolve }),
      );
      expect(reason).to.include({ code: 'RATE_LIMITED' });
    });
  });
});
