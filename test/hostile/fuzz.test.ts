// A whole node fed with frames that were golden once. Everything is of one seed: a failure prints what runs it again.
// FUZZ_SEED=<seed> npx mocha test/hostile/fuzz.test.ts

import { expect } from 'chai';
import { Disgover, type Link, type Transport, type TransportInfo } from '../../src/index.js';
import { SeededRandom } from '../../src/simulation/seeded-random.js';
import { VirtualRuntime } from '../../src/simulation/virtual-runtime.js';
import { Hub, memory } from '../../transports/memory/index.js';
import { idOf } from '../support/ids.js';
import { type RawContact, type RawFrame, frames as raw, readFrame } from '../support/raw-peer.js';
import { bytesOfHex, readVectors } from '../support/vectors.js';

const ROUNDS = 1_000;
const FRAMES_A_ROUND = 24;
const ASKS = 400;
const FIXED_SEED = 20_260_101;

/** What parsers stumble over. */
const DICTIONARY = [
  '{"__proto__":{"polluted":1}}',
  '"__proto__"',
  '"constructor"',
  '"toString":1',
  '"transport":{"type":"memory","host":{"toString":1,"valueOf":1},"port":1}',
  '"transport":[]',
  '"transport":null',
  '1e999',
  '9007199254740993',
  '-0',
  '[[[[[[[[[[[[[[[[[[[[',
  '"\\ud800"',
  '{"a":1,"a":2}',
  '\0',
].map((text) => Buffer.from(text));
/** Values that are JSON, and nothing that their readers expect. */
const VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  1.5,
  '',
  'x',
  '__proto__',
  [],
  [[]],
  {},
  { toString: 1, valueOf: 1 },
];
const FIELDS = ['transport', 'vectorClock', 'data', 'then', 'toJSON', 'toString', 'hasOwnProperty'];
const BYTES = [0, 1, 2, 0x10, 0x11, 0x7f, 0x80, 0x90, 0x91, 0x9f, 0xff];

interface Golden {
  readonly both: readonly { readonly hex: string }[];
  readonly withUnknownParts: readonly { readonly hex: string }[];
}

/** Frames that are valid, and of every kind. */
function golden(): readonly Uint8Array[] {
  const { both, withUnknownParts } = readVectors<Golden>('frames');
  return [...both, ...withUnknownParts].map(({ hex }) => bytesOfHex(hex));
}

class Mutations {
  readonly #random: SeededRandom;
  readonly #corpus: readonly Uint8Array[];
  #requestId = 0;

  constructor(seed: number, corpus: readonly Uint8Array[]) {
    this.#random = new SeededRandom(seed);
    this.#corpus = corpus;
  }

  /** A frame of the corpus after some changes; most have a request id that the node will look at. */
  next(): Buffer {
    let frame: Buffer = Buffer.from(this.#pick(this.#corpus));
    if (this.chance(0.8) && (frame[0] as number) >= 0x10 && frame.length > 5) this.numbered(frame);
    for (let changes = this.below(4); changes > 0; changes--) frame = this.#changed(frame);
    return frame.subarray(0, 65_536);
  }

  /** The frame, with a request id above those before it. */
  numbered(frame: Buffer): Buffer {
    frame.writeUInt32BE(++this.#requestId, 1);
    return frame;
  }

  /** A frame that is given, after at least one change. */
  of(frame: Uint8Array): Buffer {
    let changed: Buffer = Buffer.from(frame);
    for (let changes = 1 + this.below(2); changes > 0; changes--) changed = this.#changed(changed);
    return changed.subarray(0, 65_536);
  }

  /** A contact that is well laid out, at this address; some of what it says is of another type than it should be. */
  contact(id: string, transport: TransportInfo): RawContact {
    const [good, bad]: [RawContact, Record<string, unknown>] = [{ id, transport }, {}];
    if (this.chance(0.5)) return good;
    if (this.chance(0.5)) bad[this.#pick(FIELDS)] = this.#pick(VALUES);
    const address: Record<string, unknown> = { ...transport };
    address[this.#pick(['host', 'port', 'more'])] = this.#pick(VALUES);
    return { ...good, transport: this.chance(0.5) ? [transport, address] : address, ...bad };
  }

  /** A reply of the corpus, to this request. */
  reply(requestId: number): Buffer {
    const replies = this.#corpus.filter(([kind = 0]) => kind >= 0x90);
    const frame = Buffer.from(this.#pick(replies));
    frame.writeUInt32BE(requestId, 1);
    return frame;
  }

  below(count: number): number {
    return Math.floor(this.#random.fraction() * count);
  }

  chance(share: number): boolean {
    return this.#random.fraction() < share;
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  #changed(frame: Buffer): Buffer {
    const at = this.below(frame.length);
    switch (this.below(8)) {
      case 0:
        frame[at] = this.#pick(BYTES);
        return frame;
      case 1:
        frame[at] = (frame[at] as number) ^ (1 << this.below(8));
        return frame;
      case 2:
        return frame.subarray(0, at + 1);
      case 3:
        return Buffer.concat([frame, Buffer.alloc(this.below(64), this.below(256))]);
      case 4:
        // A length that lies.
        if (frame.length >= at + 2) frame.writeUInt16BE(this.#pick([0, 1, 255, 3_072, 3_073, 65_535]), at);
        return frame;
      case 5:
        return Buffer.concat([frame.subarray(0, at), this.#pick(DICTIONARY), frame.subarray(at)]);
      case 6: {
        const word = this.#pick(DICTIONARY);
        word.copy(frame, Math.min(at, Math.max(0, frame.length - word.length)));
        return frame;
      }
      default: {
        const other = this.#pick(this.#corpus);
        return Buffer.concat([frame.subarray(0, at), other.subarray(this.below(other.length))]);
      }
    }
  }
}

/** One end of a link to the node, with nothing of a session about it. */
class Stranger {
  readonly link: Link;
  readonly received: RawFrame[] = [];
  isEnded = false;

  constructor(link: Link, onFrame: (stranger: Stranger, frame: RawFrame) => void = () => {}) {
    this.link = link;
    link.maxFrameBytes = 65_536;
    link.open({
      onFrame: (bytes) => {
        const frame = readFrame(Buffer.from(bytes));
        this.received.push(frame);
        onFrame(this, frame);
      },
      onPartialFrame: () => {},
      onClose: () => {
        this.isEnded = true;
      },
    });
  }
}

/** Lets all that is on its way arrive: the hub delivers in microtasks. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A node on a hub, the fuzzer's own transport, and what must not happen. */
class Arena {
  readonly seed: number;
  readonly mutations: Mutations;
  readonly runtime: VirtualRuntime;
  readonly node: Disgover;
  readonly transport: Transport;
  /** Frames since the last round began: what a failure prints. */
  sent: Uint8Array[] = [];
  total = 0;
  readonly #faults: unknown[];
  readonly #prototype = Object.getOwnPropertyNames(Object.prototype).join();

  private constructor(
    seed: number,
    node: Disgover,
    runtime: VirtualRuntime,
    transport: Transport,
    faults: unknown[],
  ) {
    this.seed = seed;
    this.mutations = new Mutations(seed, golden());
    this.node = node;
    this.runtime = runtime;
    this.transport = transport;
    this.#faults = faults;
  }

  static async run(seed: number, scenario: (arena: Arena) => Promise<void>): Promise<void> {
    const faults: unknown[] = [];
    const onFault = (fault: unknown) => faults.push(fault);
    process.on('uncaughtException', onFault);
    process.on('unhandledRejection', onFault);
    const hub = new Hub();
    const runtime = new VirtualRuntime({ seed });
    const node = await Disgover.start({
      id: idOf('node'),
      group: 'disgover',
      transport: memory({ network: hub }),
      runtime,
      logger: { debug() {}, info() {}, warn() {}, error: onFault },
    });
    const arena = new Arena(seed, node, runtime, memory({ network: hub, host: 'fuzzer' }), faults);
    try {
      // The arbiter prefers no claim to this one.
      await node.register({ id: idOf('honest'), data: 1, vectorClock: Number.MAX_SAFE_INTEGER });
      await scenario(arena);
      await arena.check();
    } catch (fault) {
      const input = arena.sent.map((frame) => Buffer.from(frame).toString('hex')).join('\n');
      console.error(`FUZZ_SEED=${seed} npx mocha test/hostile/fuzz.test.ts\n${input}`);
      throw faults[0] ?? fault;
    } finally {
      await node.close();
      await arena.transport.close();
      process.off('uncaughtException', onFault);
      process.off('unhandledRejection', onFault);
    }
    expect(runtime.pendingTimers).to.equal(0);
  }

  async dial(): Promise<Stranger> {
    const { signal } = new AbortController();
    return new Stranger(await this.transport.dial(this.node.contact.transport as TransportInfo, { signal }));
  }

  send({ link }: Stranger, frame: Uint8Array): void {
    this.sent.push(frame);
    this.total++;
    link.send(frame);
  }

  expectNoFault(): void {
    if (this.#faults.length > 0) throw this.#faults[0];
  }

  /** An honest peer finds what is there, nothing is over its bound, and nothing is polluted. */
  async check(): Promise<void> {
    const peer = await this.dial();
    peer.link.send(hello());
    peer.link.send(raw.findNode(1, { target: { id: idOf('honest') } }));
    await settled();
    const reply = peer.received.find(({ type }) => type === 'nodes') as { exact?: { contact: object } };
    expect(reply?.exact?.contact).to.deep.include({ data: 1 });
    peer.link.close();
    for (const { name, size, cap } of this.node.snapshot().collections)
      if (cap !== undefined) expect(size, name).to.be.at.most(cap);
    expect(Object.getOwnPropertyNames(Object.prototype).join()).to.equal(this.#prototype);
    this.expectNoFault();
  }
}

function hello(contact: RawContact = { id: idOf('fuzzer') }): Buffer {
  return raw.hello({ group: 'disgover', contact });
}

/** FIND-NODE with contacts that are well laid out. */
function announce({ mutations }: Arena): Buffer {
  const contacts = Array.from({ length: 1 + mutations.below(3) }, () =>
    mutations.contact(idOf(`${mutations.below(100)}`), { type: 'memory', host: 'fuzzer', port: 1 }),
  ).map(({ transport, ...contact }) => (mutations.chance(0.5) ? contact : { ...contact, transport }));
  const [announced, withdrawn] = mutations.chance(0.7) ? [contacts, []] : [[], contacts];
  return mutations.numbered(raw.findNode(0, { target: { id: idOf('x') }, announced, withdrawn }));
}

/** Links of strangers; most begin with a HELLO. */
async function attackAsStranger(arena: Arena): Promise<void> {
  const { mutations } = arena;
  let stranger = await arena.dial();
  if (mutations.chance(0.8)) arena.send(stranger, hello());
  for (let i = 0; i < FRAMES_A_ROUND; i++) {
    if (stranger.isEnded) {
      stranger = await arena.dial();
      // A link that has ended takes nothing more: most frames shall reach a session.
      if (mutations.chance(0.9)) arena.send(stranger, hello());
    }
    arena.send(stranger, mutations.chance(0.2) ? announce(arena) : mutations.next());
    if (mutations.chance(0.5)) await settled();
  }
  await settled();
  stranger.link.close();
}

/** A node that is asked: it says HELLO as whoever was dialled, and answers with what the mutations bring. */
async function listenAsNode(arena: Arena): Promise<TransportInfo> {
  const { mutations } = arena;
  const transport = (await arena.transport.listen((link) => {
    const answer = (stranger: Stranger, frame: RawFrame) => {
      if (frame.type === 'hello') {
        const id = frame.expectedId ?? idOf('liar');
        // Who is in no table is not asked.
        const isKnown = arena.node.routing.size > 0;
        const honest = hello(isKnown ? mutations.contact(id, transport) : { id, transport });
        arena.send(stranger, isKnown && mutations.chance(0.3) ? mutations.of(honest) : honest);
      } else if (frame.type === 'ping' || frame.type === 'findNode') {
        const { requestId } = frame;
        const named = Array.from({ length: mutations.below(4) }, () =>
          mutations.contact(idOf(`${mutations.below(500)}`), transport),
        );
        const id = frame.type === 'findNode' && 'id' in frame.target ? frame.target.id : idOf('liar');
        const contact = mutations.contact(id, transport);
        const exact = mutations.chance(0.3) ? { contact, ttlSeconds: mutations.below(10) } : undefined;
        const nodes = raw.nodes(requestId, { contacts: named, conflicts: [contact], exact });
        const pong = raw.pong(requestId, contact);
        const reply = mutations.chance(0.5)
          ? mutations.reply(requestId)
          : frame.type === 'ping'
            ? pong
            : nodes;
        arena.send(stranger, mutations.chance(0.5) ? mutations.of(reply) : reply);
      }
    };
    new Stranger(link, answer);
  })) as TransportInfo;
  return transport;
}

describe('a node fed with mutated frames', function () {
  this.timeout(30_000);

  const seeds = process.env.FUZZ_SEED
    ? [Number(process.env.FUZZ_SEED)]
    : [FIXED_SEED, Math.floor(Math.random() * 2 ** 31)];

  for (const seed of seeds) {
    it(`by strangers: it lives and answers (seed ${seed})`, () =>
      Arena.run(seed, async (arena) => {
        for (let round = 0; round < ROUNDS; round++) {
          arena.sent = [];
          await attackAsStranger(arena);
          arena.expectNoFault();
          if (round % 50 > 0) continue;
          await arena.runtime.advance(12_000);
          await arena.check();
        }
        expect(arena.total).to.be.at.least(20_000);
      }));

    it(`by nodes that it asks: it lives and answers (seed ${seed})`, () =>
      Arena.run(seed, async (arena) => {
        const transport = await listenAsNode(arena);
        for (let round = 0; round < ASKS; round++) {
          arena.sent = [];
          const id = idOf(`${round}`);
          arena.node.add({ id: idOf('liar'), transport });
          for (let i = 0; i < 5; i++) await settled();
          const finds = [arena.node.find(id), arena.node.find(id, { agree: 3, paths: 2 })].map((find) =>
            find.catch(({ code }) => expect(code).to.be.oneOf(['ERR_NO_NODES', 'ERR_LOOKUP_TIMEOUT'])),
          );
          for (let i = 0; i < 20; i++) await settled();
          // Requests that are not answered, and sessions that do not open, run into their deadlines.
          await arena.runtime.advance(12_000);
          await Promise.all(finds);
          arena.expectNoFault();
        }
        expect(arena.total).to.be.at.least(1_000);
      }));
  }
});
