import { expect } from 'chai';
import WebSocket from 'ws';
import { DisgoverError, type Link, limits, type TransportInfo } from '../../../src/plugin.js';
import { ws as browserWs } from '../../../transports/ws/index.browser.js';
import { type WsOptions, ws } from '../../../transports/ws/index.js';
import { expectCode, expectThrowsCode } from '../../support/expect-code.js';
import { listenTo } from '../tcp/raw-peer.js';

const { signal } = new AbortController();

/** What a page has and Node may not. */
const platform = globalThis as { WebSocket?: unknown; location?: unknown };

/** A socket whose events the test brings about. */
class StubSocket {
  static readonly made: StubSocket[] = [];
  readonly url: string;
  readonly subprotocol: string;
  binaryType = 'blob';
  bufferedAmount = 0;
  closes: unknown[][] = [];
  sent: Uint8Array[] = [];
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;

  constructor(url: string, subprotocol: string) {
    this.url = url;
    this.subprotocol = subprotocol;
    StubSocket.made.push(this);
  }

  send(bytes: Uint8Array): void {
    this.sent.push(bytes.slice());
    this.bufferedAmount += bytes.length;
  }

  close(...args: unknown[]): void {
    this.closes.push(args);
  }

  receive(bytes: Uint8Array): void {
    this.onmessage?.({ data: bytes.slice().buffer });
  }
}

describe('ws in a browser', () => {
  let before: { WebSocket: unknown; location: unknown };

  beforeEach(() => {
    before = { WebSocket: platform.WebSocket, location: platform.location };
    platform.WebSocket = StubSocket;
    StubSocket.made.length = 0;
  });
  afterEach(() => {
    Object.assign(platform, before);
  });

  const at: TransportInfo = { type: 'ws', host: '192.0.2.1', port: 8_080 };

  /** A link, and the platform's end of it. */
  const linked = async (info = at): Promise<{ link: Link; socket: StubSocket }> => {
    const dialling = browserWs().dial(info, { signal });
    const socket = StubSocket.made.at(-1) as StubSocket;
    socket.onopen?.();
    return { link: await dialling, socket };
  };

  context('when made', () => {
    it('takes the option that says what is so anyway', () => {
      expect(browserWs().name).to.equal('ws');
      expect(browserWs({ listen: false }).name).to.equal('ws');
    });

    const badOptions: Record<string, unknown> = {
      listen: true,
      host: '127.0.0.1',
      port: 0,
      path: '/a',
      advertise: {},
      origins: [],
      server: {},
      tls: {},
      other: 1,
    };
    for (const [name, value] of Object.entries(badOptions)) {
      it(`refuses ${name}`, () => {
        expectThrowsCode(() => browserWs({ [name]: value } as WsOptions), 'ERR_BAD_OPTION');
      });
    }

    it('gives no address to listen at', async () => {
      const transport = browserWs();
      expect(await transport.listen(() => undefined)).to.equal(undefined);
      await expectCode(
        transport.listen(() => undefined),
        'ERR_BAD_OPTION',
      );
      await transport.close();
      await expectCode(
        transport.listen(() => undefined),
        'ERR_CLOSED',
      );
    });
  });

  context('when it dials', () => {
    for (const [url, info] of Object.entries<TransportInfo>({
      'ws://192.0.2.1:8080/disgover': at,
      'wss://node.example:443/a': { type: 'ws', host: 'node.example', port: 443, path: '/a', tls: true },
      'ws://[2001:db8::1]:1/disgover': { type: 'ws', host: '2001:db8::1', port: 1 },
    })) {
      it(`asks the platform for ${url}, by the subprotocol`, async () => {
        const { link, socket } = await linked(info);
        expect([socket.url, socket.subprotocol, socket.binaryType]).to.deep.equal([
          url,
          'disgover.v1',
          'arraybuffer',
        ]);
        expect(link.remote).to.not.equal('');
      });
    }

    it('refuses what is no address', async () => {
      const dial = (info: TransportInfo) => browserWs().dial(info, { signal });
      await expectCode(dial({ ...at, host: '0x7f.1' }), 'ERR_BAD_HOST');
      await expectCode(dial({ ...at, path: '/a#b' }), 'ERR_BAD_URL');
      expect(StubSocket.made).to.deep.equal([]);
    });

    it('asks the guard, of names by their name only', async () => {
      const asked: unknown[] = [];
      const guard = {
        checkName: (name: string) => asked.push(name),
        checkAddress(address: string) {
          asked.push(address);
          throw new DisgoverError('DIAL_DENIED', 'documentation');
        },
      };
      await expectCode(browserWs().dial(at, { signal, guard }), 'ERR_DIAL_DENIED');
      browserWs()
        .dial({ ...at, host: 'node.example' }, { signal, guard })
        .catch(() => undefined);
      expect(asked).to.deep.equal(['192.0.2.1', 'node.example']);
      expect(StubSocket.made.map(({ url }) => url)).to.deep.equal(['ws://node.example:8080/disgover']);
    });

    it('says why a page that came over https cannot dial without TLS', async () => {
      platform.location = { protocol: 'https:' };
      const { message } = await expectCode(browserWs().dial(at, { signal }), 'ERR_DIAL_FAILED');
      expect(message).to.contain('wss only');
      for (const info of [
        { ...at, tls: true },
        { ...at, host: '127.0.0.1' },
        { ...at, host: 'localhost' },
      ]) {
        await linked(info);
      }
    });

    it('rejects with what the platform throws as its cause', async () => {
      const cause = new Error('insecure');
      platform.WebSocket = class {
        constructor() {
          throw cause;
        }
      };
      expect((await expectCode(browserWs().dial(at, { signal }), 'ERR_DIAL_FAILED')).cause).to.equal(cause);
    });

    it('rejects when the platform gives up', async () => {
      const dialling = browserWs().dial(at, { signal });
      StubSocket.made[0]?.onerror?.();
      StubSocket.made[0]?.onclose?.({ code: 1_006, reason: '' });
      await expectCode(dialling, 'ERR_DIAL_FAILED');
    });
  });

  context('when a link is up', () => {
    it('is congested for as long as the platform has 64 KiB to send', async () => {
      const { link, socket } = await linked();
      listenTo(link);
      expect(link.send(new Uint8Array(1_000))).to.equal(true);
      expect(link.send(new Uint8Array(limits.linkPauseBytes))).to.equal(false);
      expect(link.isCongested).to.equal(true);
      socket.bufferedAmount = 0;
      expect(link.isCongested).to.equal(false);
      expect(link.send(new Uint8Array(1))).to.equal(true);
    });

    it('ends with SLOW_READER above 128 KiB', async () => {
      const { link, socket } = await linked();
      const { closed } = listenTo(link);
      socket.bufferedAmount = limits.linkCloseBytes;
      expect(link.send(new Uint8Array(1))).to.equal(false);
      expect((await closed)?.code).to.equal('SLOW_READER');
      expect(socket.closes).to.deep.equal([[1_000, 'SLOW_READER']]);
    });

    it('ends with RATE_LIMITED when more than 128 KiB come during a pause, which nothing slows down', async () => {
      const { link, socket } = await linked();
      link.maxFrameBytes = limits.frameBytes;
      const { frames, closed } = listenTo(link);
      link.pause();
      for (let count = 0; count < 3; count++) socket.receive(new Uint8Array(60_000));
      expect((await closed)?.code).to.equal('RATE_LIMITED');
      expect(frames).to.deep.equal([]);
    });

    it('ends with BAD_FRAME_TYPE for text, and with FRAME_EMPTY for nothing', async () => {
      const text = await linked();
      const { closed } = listenTo(text.link);
      text.socket.onmessage?.({ data: 'text' });
      expect((await closed)?.code).to.equal('BAD_FRAME_TYPE');
      const empty = await linked();
      const { closed: closedEmpty } = listenTo(empty.link);
      await Promise.resolve();
      empty.socket.receive(new Uint8Array(0));
      expect((await closedEmpty)?.code).to.equal('FRAME_EMPTY');
    });

    it('tells of its end at once when it is closed, whatever the other end does', async () => {
      const { link, socket } = await linked();
      const { closed } = listenTo(link);
      link.close({ code: 'IDLE' });
      expect(await closed).to.deep.equal({ code: 'IDLE' });
      socket.receive(Uint8Array.of(1));
      socket.onclose?.({ code: 1_000, reason: '' });
      expect(link.send(Uint8Array.of(1))).to.equal(false);
      expect(socket.sent).to.deep.equal([]);
    });

    it('tells with what the other end has closed', async () => {
      const { link, socket } = await linked();
      const { closed } = listenTo(link);
      socket.onclose?.({ code: 1_008, reason: 'RATE_LIMITED' });
      const detail = 'closed by the other end: 1008 "RATE_LIMITED"';
      expect(await closed).to.deep.equal({ code: 'LINK_LOST', detail });
    });
  });

  it('is let in by a node with its origin only where that is allowed', async () => {
    // As a page does it, which cannot leave its origin out.
    platform.WebSocket = class extends WebSocket {
      constructor(url: string, subprotocol: string) {
        super(url, subprotocol, { origin: 'https://app.example' });
      }
    };
    for (const [origins, isLetIn] of [
      [[], false],
      [['https://other.example'], false],
      [['https://app.example'], true],
      [['*'], true],
    ] as const) {
      const node = ws({ origins });
      const info = (await node.listen(() => undefined)) as TransportInfo;
      const page = browserWs();
      const outcome = await page.dial(info, { signal }).then(
        () => true,
        ({ code }) => code !== 'ERR_DIAL_FAILED',
      );
      expect(outcome, origins.join()).to.equal(isLetIn);
      await Promise.all([page.close(), node.close()]);
    }
  });
});
