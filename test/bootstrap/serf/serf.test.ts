import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import fc from 'fast-check';
import { serf } from '../../../src/bootstrap/serf/index.js';
import { Decoder, encode, Incomplete } from '../../../src/bootstrap/serf/msgpack.js';
import type { ErrorCode } from '../../../src/errors.js';
import { expectCode, expectThrowsCode } from '../../support/expect-code.js';
import { Reading } from '../../support/sources.js';

const reply = (seq: number, error = '') => encode({ Seq: seq, Error: error });
/** What `encode` has no need of: addresses, arrays. */
const member = (address: number[], tags: Record<string, string>) =>
  Buffer.concat([
    Buffer.of(0x83),
    encode('Name'),
    encode('x'),
    encode('Addr'),
    Buffer.of(0xa0 | address.length, ...address),
    encode('Tags'),
    encode(tags),
  ]);
const members = (...all: Buffer[]) =>
  Buffer.concat([Buffer.of(0x81), encode('Members'), Buffer.of(0xdc, 0, all.length), ...all]);
const mapped = (...address: number[]) => [...new Array(10).fill(0), 255, 255, ...address];

describe('serf', () => {
  let server: Server;
  let sockets: Socket[] = [];
  let readings: Reading[] = [];
  /** What is answered to the nth message. */
  let answers: (Buffer | undefined)[];

  beforeEach(async () => {
    server = createServer((socket) => {
      sockets.push(socket);
      let asked = 0;
      socket.on('error', () => {});
      // One message each time: the client waits for its answer before the next.
      socket.on('data', () => {
        const answer = answers[asked++];
        // Byte by byte, as the worst network cuts it.
        if (answer !== undefined) for (const byte of answer) socket.write(Buffer.of(byte));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    await Promise.all(readings.map((reading) => reading.stop()));
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
    [sockets, readings] = [[], []];
  });

  const read = (query = '') => {
    const reading = new Reading(serf(`serf://127.0.0.1:${(server.address() as AddressInfo).port}${query}`));
    readings.push(reading);
    return reading;
  };
  const greeted = () => [reply(1), reply(2)];

  it('reads addresses of both families, and leaves out who has no port', async () => {
    const all = members(
      member(mapped(10, 0, 0, 1), { disgover: '6742' }),
      member([10, 0, 0, 2], { disgover: '6743' }),
      member([0xfd, ...new Array(14).fill(0), 1], { disgover: '6744' }),
      member([10, 0, 0, 3], { disgover: '0' }),
      member([10, 0, 0, 4], { disgover: 'x' }),
      member([10, 0, 0, 5], {}),
      member([10, 0, 0], { disgover: '6742' }),
    );
    answers = [...greeted(), Buffer.concat([reply(3), all])];
    expect(await read().next()).to.have.members([
      'tcp://10.0.0.1:6742',
      'tcp://10.0.0.2:6743',
      'tcp://[fd00::1]:6744',
    ]);
  });

  it('asks anew after an event, also one that comes along with another answer', async () => {
    const event = Buffer.concat([reply(2), encode({ Event: 'member-join' })]);
    const [one, two] = [member([10, 0, 0, 1], { disgover: '1' }), member([10, 0, 0, 2], { disgover: '2' })];
    answers = [
      reply(1),
      Buffer.concat([reply(2), event]),
      Buffer.concat([reply(3), members(one), event]),
      Buffer.concat([reply(4), members(one, two)]),
      Buffer.concat([reply(5), members(two)]),
    ];
    const reading = read();
    expect(await reading.next()).to.have.length(1);
    expect(await reading.next()).to.have.length(2);
    sockets[0]?.write(event);
    expect(await reading.next()).to.deep.equal(['tcp://10.0.0.2:2']);
  });

  const fails: [what: string, code: ErrorCode, answers: () => (Buffer | undefined)[]][] = [
    ['it speaks HTTP', 'ERR_SOURCE_BAD_ANSWER', () => [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')]],
    ['it refuses the version', 'ERR_SOURCE_BAD_ANSWER', () => [reply(1, 'Unsupported IPC version')]],
    ['it wants a key', 'ERR_SOURCE_DENIED', () => [reply(1), reply(2, 'Authentication required')]],
    ['it answers what was not asked', 'ERR_SOURCE_BAD_ANSWER', () => [reply(7)]],
    [
      'its list is none',
      'ERR_SOURCE_BAD_ANSWER',
      () => [...greeted(), Buffer.concat([reply(3), encode({ Members: 1 })])],
    ],
    ['it nests without end', 'ERR_SOURCE_BAD_ANSWER', () => [Buffer.alloc(1_000, 0x91)]],
  ];
  for (const [what, code, given] of fails) {
    it(`ends with ${code} when ${what}`, async () => {
      answers = given();
      await expectCode(read().next(), code);
    });
  }

  it('ends with ERR_SOURCE_UNREACHABLE when nobody listens', async () => {
    await expectCode(new Reading(serf('serf://127.0.0.1:1')).next(), 'ERR_SOURCE_UNREACHABLE');
  });

  for (const text of [
    'serf://',
    'serf://user:key@127.0.0.1',
    'serf://127.0.0.1/path',
    'serf://127.0.0.1?tag=x',
    'serf://127.0.0.1?portTag=',
    'serf://127.0.0.1?nodePort=x',
    'serf://127.0.0.1?scheme=%20',
    'serf://127.0.0.1?role=web',
    'serf://:secret@127.0.0.1?role=web',
  ]) {
    it(`refuses ${text}`, () => {
      const { message } = expectThrowsCode(() => serf(text), 'ERR_BAD_SOURCE');
      expect(message).not.to.contain('secret');
    });
  }
});

describe('Decoder', () => {
  it('reads what was written, and wants more until it is whole', () => {
    const value = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 3 }, fc.nat(2 ** 32 - 1), fc.string({ maxLength: 300 }), tie('map')),
      map: fc.dictionary(fc.string(), tie('value'), { maxKeys: 20, noNullPrototype: true }),
    })).map;
    const plain = (read: unknown): unknown => {
      if (Buffer.isBuffer(read)) return read.toString();
      if (read instanceof Map) return Object.fromEntries([...read].map(([key, item]) => [key, plain(item)]));
      return read;
    };
    fc.assert(
      fc.property(value, fc.nat(), (written, cut) => {
        const bytes = encode(written as Parameters<typeof encode>[0]);
        const decoder = new Decoder(bytes);
        expect(plain(decoder.read())).to.deep.equal(plain(new Map(Object.entries(written as object))));
        expect(decoder.offset).to.equal(bytes.length);
        expect(() => new Decoder(bytes.subarray(0, cut % bytes.length)).read()).to.throw(Incomplete);
      }),
    );
  });

  it('reads bytes of any kind to a value, wants more, or refuses them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          new Decoder(Buffer.from(bytes)).read();
        } catch (fault) {
          if (!(fault instanceof Incomplete)) expect(fault).to.be.instanceOf(RangeError);
        }
      }),
    );
  });

  const cases: [bytes: number[], value: unknown][] = [
    [[0xc0], null],
    [[0xc2], false],
    [[0xc3], true],
    [[0xff], -1],
    [[0xd0, 0x80], -128],
    [[0xd1, 0xff, 0], -256],
    [[0xd2, 0xff, 0xff, 0xff, 0xfe], -2],
    [[0xd3, ...new Array(8).fill(0xff)], -1n],
    [[0xcf, 0, 0, 0, 0, 0, 0, 1, 0], 256n],
    [[0xcd, 1, 0], 256],
    [[0xca, 0x3f, 0x80, 0, 0], 1],
    [[0xcb, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0], 1],
    [[0xdd, 0, 0, 0, 1, 5], [5]],
    [[0xc4, 1, 7], Buffer.of(7)],
    [[0xc6, 0, 0, 0, 1, 7], Buffer.of(7)],
  ];
  for (const [bytes, value] of cases) {
    it(`reads ${Buffer.from(bytes).toString('hex')}`, () => {
      expect(new Decoder(Buffer.from(bytes)).read()).to.deep.equal(value);
    });
  }
});
