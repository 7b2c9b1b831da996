import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createServer, type Server } from 'node:net';
import { expect } from 'chai';
import { type Link, limits } from '../../../src/plugin.js';
import { ws } from '../../../transports/ws/index.js';
import { accept, fragmented, RawWebSocket, webSocketFrame } from '../../support/raw-web-socket.js';
import { listenTo } from '../tcp/raw-peer.js';

const { signal } = new AbortController();

/** A frame as a server sends it. */
const plain = (text: string, more = {}) =>
  webSocketFrame({ opcode: 'binary', payload: Buffer.from(text), isMasked: false, ...more });

describe('a link over WebSocket', () => {
  const transport = () => ws({ listen: false });
  let dialler: ReturnType<typeof transport>;
  let server: Server;
  let link: Link;
  /** The other end of it, which has agreed to the upgrade and does not read. */
  let peer: Socket;

  beforeEach(async () => {
    server = createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const accepted = once(server, 'connection') as Promise<Socket[]>;
    dialler = transport();
    const dialling = dialler.dial({ type: 'ws', host: '127.0.0.1', port }, { signal });
    peer = (await accepted)[0] as Socket;
    peer.on('error', () => undefined);
    let request = '';
    for await (const chunk of peer.iterator({ destroyOnReturn: false })) {
      request += chunk;
      if (request.includes('\r\n\r\n')) break;
    }
    const key = /^sec-websocket-key: (.*)$/im.exec(request)?.[1]?.trim() as string;
    const lines = [
      'HTTP/1.1 101 Yes',
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Accept: ${accept(key)}`,
    ];
    peer.write([...lines, 'Sec-WebSocket-Protocol: disgover.v1', '', ''].join('\r\n'));
    link = await dialling;
    peer.pause();
  });

  afterEach(async () => {
    await dialler.close();
    peer.destroy();
    server.close();
    await once(server, 'close');
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
    expect(await received(64 * 106)).to.have.length(1);
  });

  it('attests nothing of who is at its other end but the host', () => {
    const info = { type: 'ws', host: '127.0.0.1', port: 9 };
    expect(link.attests?.(info)).to.equal(true);
    for (const other of [{ host: '127.0.0.2' }, { type: 'tcp' }, { host: 'localhost' }, { port: 0 }]) {
      expect(link.attests?.({ ...info, ...other })).to.equal(false);
    }
  });

  it('ends with LINK_LOST, behind what came before, when the other end closes, leaves or is cut off', async () => {
    const { frames, closed } = listenTo(link);
    peer.write(plain('a'));
    peer.write(
      webSocketFrame({ opcode: 'close', payload: Buffer.from('\x03\xf0BAD', 'latin1'), isMasked: false }),
    );
    expect(await closed).to.deep.equal({ code: 'LINK_LOST', detail: 'closed by the other end: 1008 "BAD"' });
    expect(frames).to.deep.equal(['a']);
    // Nobody waits for who has said goodbye.
    peer.resume();
    await once(peer, 'end');
  });

  it('ends with LINK_LOST when the connection is reset', async () => {
    const { closed } = listenTo(link);
    peer.resetAndDestroy();
    expect(await closed).to.deep.equal({ code: 'LINK_LOST', detail: 'ECONNRESET' });
  });

  it('ends with LINK_LOST when the connection ends within a frame', async () => {
    const { frames, closed } = listenTo(link);
    peer.end(plain('abc').subarray(0, 3));
    expect((await closed)?.code).to.equal('LINK_LOST');
    expect(frames).to.deep.equal([]);
  });

  it('tells its end to who opens it afterwards', async () => {
    link.close({ code: 'IDLE' });
    peer.resume();
    await once(peer, 'end');
    expect(await listenTo(link).closed).to.deep.equal({ code: 'IDLE' });
  });

  const goodbyes = {
    IDLE: 1_000,
    CLOSED: 1_001,
    BAD_FRAME_TYPE: 1_003,
    FRAME_TOO_LARGE: 1_009,
    INTERNAL: 1_011,
  } as const;
  for (const [code, status] of Object.entries(goodbyes)) {
    it(`says ${status} and ${code} behind what it has sent, and ends the connection`, async () => {
      link.send(Buffer.from('bye'));
      link.close({ code: code as keyof typeof goodbyes });
      const bytes = Buffer.concat(await received(9 + 8 + code.length));
      const mask = bytes.subarray(9 + 2);
      const payload = Buffer.from(bytes.subarray(9 + 6).map((byte, at) => byte ^ (mask[at % 4] as number)));
      expect(bytes[9]).to.equal(0x88);
      expect(payload.readUInt16BE()).to.equal(status);
      expect(payload.subarray(2).toString()).to.equal(code);
    });
  }

  it('sends its last word to a peer that goes on sending', async () => {
    const { closed } = listenTo(link);
    const pump = () => {
      if (!peer.writableEnded && !peer.destroyed) peer.write(plain('x'.repeat(4_000)), pump);
    };
    pump();
    link.send(Buffer.from('bye'));
    link.close();
    const bytes = Buffer.concat(await received(9 + 8));
    peer.destroy();
    await closed;
    expect(bytes[9]).to.equal(0x88);
  });

  it('is closed at once, and not when its peer pleases, when that says goodbye and stays', async () => {
    const { closed } = listenTo(link);
    peer.write(webSocketFrame({ opcode: 'close', isMasked: false }));
    await closed;
    await dialler.close();
  });

  context('with a peer that does not read', () => {
    /** Until the system takes no more, which only a later turn shows. */
    const fill = () => {
      while (link.send(Buffer.alloc(1_000)));
    };

    it('stops reading from it until it reads', async () => {
      const { frames, closed } = listenTo(link);
      fill();
      expect(link.isCongested).to.equal(true);
      peer.write(plain('a'));
      await otherLinkCarriesAFrame();
      expect(frames).to.deep.equal([]);
      peer.resume();
      await once(peer, 'data');
      peer.end();
      expect((await closed)?.code).to.equal('LINK_LOST');
      expect(frames).to.deep.equal(['a']);
      expect(link.isCongested).to.equal(false);
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
      peer.write(Buffer.concat(['a', 'b', 'c'].map((text) => plain(text))));
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
  });

  async function otherLinkCarriesAFrame() {
    const other = ws();
    const heard: ReturnType<typeof listenTo>[] = [];
    const info = await other.listen((accepted) => heard.push(listenTo(accepted)));
    if (info === undefined) return expect.fail('nobody listens');
    const near = await dialler.dial(info, { signal });
    near.send(Buffer.from('x'));
    near.close();
    await listenTo(near).closed;
    await heard[0]?.closed;
    expect(heard[0]?.frames).to.deep.equal(['x']);
    await other.close();
  }
});

describe('a link over WebSocket, as who listens has it', () => {
  /** What it is asked to attest, of a request with these headers. */
  const attested = async (headers: Readonly<Record<string, string>>) => {
    const transport = ws();
    let accepted: Link | undefined;
    const info = await transport.listen((link) => {
      accepted = link;
    });
    const raw = await RawWebSocket.open(info?.port as number, { headers });
    const isAttested = accepted?.attests?.({ type: 'ws', host: '127.0.0.1', port: 9 });
    raw.destroy();
    await transport.close();
    return isAttested;
  };

  it('attests the loopback address that it comes from, at any port', async () => {
    expect(await attested({})).to.equal(true);
  });

  for (const header of ['Forwarded', 'X-Forwarded-For', 'X-Real-IP', 'Via']) {
    it(`attests nothing behind a proxy that says ${header}`, async () => {
      expect(await attested({ [header]: '192.0.2.1' })).to.equal(false);
    });
  }

  it('reads a message in fragments as one frame', async () => {
    const transport = ws();
    const heard: ReturnType<typeof listenTo>[] = [];
    const info = await transport.listen((link) => heard.push(listenTo(link)));
    const raw = await RawWebSocket.open(info?.port as number);
    raw.send(fragmented(Buffer.from('abcdef'), 3), { opcode: 'close' });
    await raw.closeFrame();
    await heard[0]?.closed;
    expect(heard[0]?.frames).to.deep.equal(['abcdef']);
    await transport.close();
  });
});
