import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import { multicast } from '../../../src/bootstrap/multicast/index.js';
import { encodePacket } from '../../../src/bootstrap/multicast/packet.js';
import type { Seed } from '../../../src/contracts/bootstrap-source.js';
import type { ContactInput } from '../../../src/contracts/contact.js';
import { idOf } from '../../../src/id/contact-id.js';
import { expectCode, expectThrowsCode } from '../../support/expect-code.js';
import { type ContextOptions, Reading, sourceContext } from '../../support/sources.js';

const GROUP = '239.255.67.42';
let port = 0;
let readings: Reading[] = [];

const join = (name: string, options: ContextOptions = {}, query = 'interface=127.0.0.1') => {
  const reading = new Reading(
    multicast(`multicast://${GROUP}:${port}?${query}`),
    sourceContext({ id: idOf(name), ...options }),
  );
  readings.push(reading);
  return reading;
};
const idsOf = (seeds: readonly Seed[]) => seeds.map((seed) => (seed as { id: string }).id).sort();
const knows =
  (...names: string[]) =>
  (seeds: readonly Seed[]) =>
    idsOf(seeds).join() === names.map(idOf).sort().join();

describe('multicast', () => {
  beforeEach(async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    ({ port } = socket.address());
    socket.close();
  });
  afterEach(async () => {
    await Promise.all(readings.map((reading) => reading.stop()));
    readings = [];
  });

  it('says soon that nobody is there', async () => {
    expect(await join('a').next(1_000)).to.deep.equal([]);
  });

  it('yields the contacts of those that are there, at once, and its own never', async () => {
    const a = join('a', { port: 7001 });
    await a.next();
    const b = join('b', { port: 7002 });
    expect(await b.next()).to.deep.equal([
      { id: idOf('a'), transport: [{ type: 'tcp', host: '127.0.0.1', port: 7001 }] },
    ]);
    await a.until(knows('b'), 1_000);
    const c = join('c');
    expect(await c.until(knows('a', 'b'), 1_000)).to.be.lessThan(500);
    await Promise.all([a.until(knows('b', 'c'), 1_000), b.until(knows('a', 'c'), 1_000)]);
  });

  it('takes a goodbye at its word', async () => {
    const [a, b] = [join('a'), join('b')];
    await Promise.all([a.until(knows('b')), b.until(knows('a'))]);
    await b.stop();
    expect(await a.until(knows())).to.be.lessThan(1_000);
  });

  it('keeps groups on one wire apart', async () => {
    const [a, b] = [join('a', { group: 'red' }), join('b', { group: 'red' })];
    const other = join('c', { group: 'blue' });
    await Promise.all([a.until(knows('b')), b.until(knows('a'))]);
    expect(await other.next()).to.deep.equal([]);
    expect([a.waiting, b.waiting, other.waiting]).to.deep.equal([0, 0, 0]);
  });

  it('keeps those with another secret apart, and those without', async () => {
    const [a, b] = [join('a', { secret: 'x' }), join('b', { secret: 'x' })];
    const others = [join('c', { secret: 'y' }), join('d')];
    await Promise.all([a.until(knows('b')), b.until(knows('a'))]);
    for (const other of others) expect(await other.next()).to.deep.equal([]);
    expect([a.waiting, b.waiting]).to.deep.equal([0, 0]);
  });

  it('hears a node that nobody can dial ask, and does not name it', async () => {
    const a = join('a');
    const asking = new Reading(multicast(`multicast://${GROUP}:${port}?interface=127.0.0.1`), {
      ...sourceContext(),
      contact: () => ({ id: idOf('silent') }) as never,
    });
    readings.push(asking);
    await asking.until(knows('a'));
    expect(await a.next()).to.deep.equal([]);
    expect(a.waiting).to.equal(0);
  });

  it('tells a new address at once', async () => {
    const context = sourceContext({ id: idOf('b') });
    let contact = context.contact();
    const a = join('a');
    const b = new Reading(multicast(`multicast://${GROUP}:${port}?interface=127.0.0.1`), {
      ...context,
      contact: () => contact,
    });
    readings.push(b);
    await a.until(knows('b'));
    contact = sourceContext({ id: idOf('b'), port: 7777 }).contact();
    await a.until(([seed]) => JSON.stringify(seed).includes('7777'), 2_000);
  });

  it('works by broadcast', async () => {
    const source = () => multicast(`multicast://127.255.255.255:${port}?interface=127.0.0.1`);
    const [a, b] = ['a', 'b'].map((name) => new Reading(source(), sourceContext({ id: idOf(name) }))) as [
      Reading,
      Reading,
    ];
    readings.push(a, b);
    await Promise.all([a.until(knows('b')), b.until(knows('a'))]);
  });

  context('when anybody sends anything', () => {
    let socket: Socket;

    beforeEach(async () => {
      socket = createSocket('udp4').bind(0, '127.0.0.1');
      await once(socket, 'listening');
      socket.setMulticastInterface('127.0.0.1');
    });
    afterEach(() => socket.close());

    const send = (bytes: Uint8Array) =>
      new Promise<void>((resolve) => socket.send(bytes, port, GROUP, () => resolve()));
    const packet = (
      body: unknown,
      parts: Partial<Parameters<typeof encodePacket>[0]> = {},
      options: ContextOptions = {},
    ) =>
      encodePacket(
        { lifetime: 30, time: Date.now(), asks: false, body: body as ContactInput, ...parts },
        sourceContext(options),
      ) as Buffer;
    const body = (name: string, host = '127.0.0.1', at = 7001) => ({
      id: idOf(name),
      transport: { type: 'tcp', host, port: at },
    });

    it('ignores what is no packet, or holds no contact that may be dialled', async () => {
      const a = join('a');
      expect(await a.next()).to.deep.equal([]);
      const good = packet(body('x'));
      for (let length = 0; length < good.length; length += 3) {
        await send(good.subarray(0, length));
        if (length % 15 === 0) await new Promise((resolve) => setTimeout(resolve, 1_001 / 20));
      }
      for (const wrong of [
        null,
        'x',
        [],
        {},
        { id: 7 },
        { id: 'not base64' },
        { id: idOf('x'), transport: 7 },
        { id: idOf('x'), transport: { host: '127.0.0.1', port: 7001 } },
        body('x', '127.0.0.1', 22),
        body('x', '169.254.169.254'),
        body('x', '239.1.1.1'),
        body('x', '0.0.0.0'),
        body('x', 'localhost'),
      ])
        await send(packet(wrong));
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      await send(packet(body('y')));
      await a.until(knows('y'));
      expect(a.waiting).to.equal(0);
    }).timeout(10_000);

    it('believes in a group with a secret neither old packets nor those of a past that it knows', async () => {
      const options = { secret: 'x' };
      const a = join('a', options);
      expect(await a.next()).to.deep.equal([]);
      const time = Date.now();
      await send(packet(body('old'), { time: time - 400_000 }, options));
      await send(packet(body('b'), { time }, options));
      await a.until(knows('b'));
      await send(packet(body('b'), { time: time + 1, lifetime: 0 }, options));
      await a.until(knows());
      await send(packet(body('b'), { time }, options));
      await send(packet(body('c'), { time }, options));
      await a.until(knows('c'));
      expect(a.waiting).to.equal(0);
    });

    it('forgets who is not heard any more', async () => {
      const a = join('a');
      await a.next();
      await send(packet(body('b'), { lifetime: 1 }));
      await a.until(knows('b'));
      expect(await a.until(knows())).to.be.within(800, 1_500);
    });

    it('answers nobody with more than was asked with', async () => {
      const answers: number[] = [];
      socket.on('message', (bytes) => answers.push(bytes.length));
      const a = join('a');
      await a.next();
      const asking = packet(body('b'), { asks: true });
      await send(asking);
      await a.until(knows('b'));
      await once(socket, 'message');
      expect(answers[0]).to.be.lessThan(asking.length);
      const long = asking.readUInt16BE(40) + 42;
      await send(packet(body('c', '127.0.0.1', 7001), { asks: true }).subarray(0, long));
      expect(answers).to.have.length(1);
    });

    it('remembers at most 256, whatever comes', async () => {
      const a = join('a');
      await a.next();
      const sockets = Array.from({ length: 20 }, () => createSocket('udp4'));
      for (const [i, one] of sockets.entries()) {
        one.bind(0, '127.0.0.1');
        await once(one, 'listening');
        one.setMulticastInterface('127.0.0.1');
        for (let j = 0; j < 20; j++) one.send(packet(body(`${i} ${j}`)), port, GROUP);
      }
      await a.until((seeds) => seeds.length === 64);
      for (const one of sockets) one.close();
    });
  });

  for (const [text, code] of [
    ['multicast://10.0.0.1:6742', 'ERR_BAD_MULTICAST_GROUP'],
    ['multicast://example.net:6742', 'ERR_BAD_MULTICAST_GROUP'],
    ['multicast://[fe80::1]:6742', 'ERR_BAD_MULTICAST_GROUP'],
    ['multicast://239.255.67.42', 'ERR_BAD_SOURCE'],
    ['multicast://239.255.67.42:6742?iface=eth0', 'ERR_BAD_SOURCE'],
    ['multicast://239.255.67.42:6742?interface=', 'ERR_BAD_SOURCE'],
    ['multicast://239.255.67.42:6742?intervalMs=1', 'ERR_BAD_SOURCE'],
    ['multicast:', 'ERR_BAD_MULTICAST_GROUP'],
  ] as const) {
    it(`refuses ${text}`, () => {
      expectThrowsCode(() => multicast(text), code);
    });
  }

  it('names the interfaces that there are where one does not exist', async () => {
    const fault = await expectCode(join('a', {}, 'interface=nowhere0').next(), 'ERR_MULTICAST_FAILED');
    expect(fault.message).to.match(/nowhere0 for IPv4; there are: .*lo/);
  });

  it('says so where another program keeps the port to itself', async () => {
    const other = createSocket('udp4').bind(port);
    await once(other, 'listening');
    await expectCode(join('a').next(), 'ERR_MULTICAST_FAILED');
    other.close();
  });
});
