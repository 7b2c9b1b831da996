import { expect } from 'chai';
import fc from 'fast-check';
import { faults, Refusal } from '../../src/errors.js';
import { limits } from '../../src/limits.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { decode } from '../../src/wire/decode.js';
import { encode } from '../../src/wire/encode.js';
import { type BadFrame, Kind, type Message } from '../../src/wire/messages.js';
import { message } from '../support/arbitraries.js';
import { bytesOfHex, readVectors } from '../support/vectors.js';

const golden = Object.values(readVectors<Record<string, { hex: string }[]>>('frames')).flatMap((group) =>
  group.map(({ hex }) => bytesOfHex(hex)),
);
const bad = readVectors<{ hex: string }[]>('bad-frames').map(({ hex }) => bytesOfHex(hex));

/** Every contact of a message. */
function contactsOf(decoded: Message): EncodedContact[] {
  return Object.values(decoded)
    .flat()
    .map((field) => (field instanceof EncodedContact ? field : (field as { contact?: unknown })?.contact))
    .filter((field): field is EncodedContact => field instanceof EncodedContact);
}

/** What must hold of whatever `decode` makes of whatever came in. */
function check(frame: Uint8Array): Message | BadFrame {
  const decoded = decode(frame);
  if (decoded.type === 'bad') {
    expect(Object.hasOwn(faults, decoded.code), decoded.code).to.equal(true);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be in what is shown
    expect(decoded.detail).to.match(/^[^\u0000-\u001f\u007f-\u009f]{1,200}$/);
    if (decoded.requestId !== undefined) expect(decoded.of).to.not.equal('other');
    return decoded;
  }
  const contacts = contactsOf(decoded);
  // What is kept is no longer than what came: lengths are never believed.
  expect(contacts.reduce((sum, { bytes }) => sum + bytes.length, 0)).to.be.at.most(frame.length);
  for (const contact of contacts) {
    // A copy, and in a small slab, so that who keeps a contact does not keep the frame.
    expect(contact.bytes.buffer).to.not.equal(frame.buffer);
    expect(contact.bytes.buffer.byteLength).to.be.at.most(Math.max(4_096, contact.bytes.length));
    const parsed = contact.parse();
    if (!(parsed instanceof Refusal)) expect(parsed.id).to.equal(contact.id);
  }
  return decoded;
}

describe('decode', () => {
  it('gives back what was encoded', () => {
    fc.assert(
      fc.property(message, (each) => {
        const frame = Buffer.from(encode(each));
        const decoded = check(frame);
        expect(decoded.type).to.equal(each.type);
        expect(Buffer.from(encode(decoded as Message))).to.deep.equal(frame);
      }),
      { numRuns: 1_000 },
    );
  });

  it('answers to any bytes', () => {
    const kind = fc.constantFrom(...Object.values(Kind));
    const bytes = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(
        fc.oneof(
          bytes,
          fc.tuple(kind, bytes).map(([first, rest]) => Uint8Array.of(first, ...rest)),
        ),
        (frame) => {
          check(frame);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it('answers to golden frames that were cut, lengthened and changed', () => {
    const change = fc.record({ at: fc.nat(), byte: fc.nat(255) });
    fc.assert(
      fc.property(
        fc.constantFrom(...golden, ...bad),
        fc.array(change, { maxLength: 4 }),
        fc.nat(),
        fc.uint8Array({ maxLength: 4 }),
        (frame, changes, cut, tail) => {
          const changed = frame.slice(0, cut % 3 === 0 ? cut % (frame.length + 1) : frame.length);
          for (const { at, byte } of changes) if (changed.length > 0) changed[at % changed.length] = byte;
          check(Buffer.concat([changed, tail]));
        },
      ),
      { numRuns: 5_000 },
    );
  });
});

// Every source of chance is this seed. To run one again: DISGOVER_FUZZ_SEED=<seed>, and DISGOVER_FUZZ_FRAMES for more.
const seed = Number(process.env.DISGOVER_FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 32));
const frames = Number(process.env.DISGOVER_FUZZ_FRAMES ?? 20_000);

describe(`decode, fuzzed with DISGOVER_FUZZ_SEED=${seed}`, () => {
  /** mulberry32: small, and the same everywhere. */
  let state = seed;
  const random = (below: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
  const one = <Item>(of: readonly Item[]): Item => of[random(of.length)] as Item;

  const dictionary = [
    '__proto__',
    'constructor',
    'prototype',
    '1e999',
    '-0',
    '9007199254740993',
    '\\ud800',
    '"id":"Zm9v"',
    '[[[[[[[[',
    '{"a":',
    '"transport":{"type":1}',
    '\u0000',
    '\ufeff',
    'DSGV',
  ].map((word) => Buffer.from(word));
  const lengths = [
    0, 1, 2, 0x14, 0x15, 0x7f, 0x80, 0xff, 0x100, 0x1ff, 0x200, 0x201, 0xbff, 0xc00, 0xc01, 0xffff,
  ];

  const mutations: ((frame: Buffer) => Uint8Array)[] = [
    // a bit
    (frame) => {
      const at = random(frame.length + 1);
      return frame.map((byte, i) => (i === at ? byte ^ (1 << random(8)) : byte));
    },
    // a byte
    (frame) => {
      const at = random(frame.length + 1);
      return frame.map((byte, i) => (i === at ? random(256) : byte));
    },
    // cut
    (frame) => frame.subarray(0, random(frame.length + 1)),
    (frame) => frame.subarray(random(frame.length + 1)),
    // a lying length
    (frame) => {
      const at = random(frame.length + 1);
      const length = one(lengths);
      return Buffer.concat([
        frame.subarray(0, at),
        Buffer.from([length >> 8, length & 0xff]),
        frame.subarray(at + 2),
      ]);
    },
    // a word of the dictionary
    (frame) => {
      const at = random(frame.length + 1);
      return Buffer.concat([frame.subarray(0, at), one(dictionary), frame.subarray(at + random(8))]);
    },
    // the end of another frame
    (frame) => {
      const other = Buffer.from(one(golden));
      return Buffer.concat([
        frame.subarray(0, random(frame.length + 1)),
        other.subarray(random(other.length + 1)),
      ]);
    },
    // a piece twice
    (frame) => {
      const from = random(frame.length + 1);
      const to = from + random(frame.length - from + 1);
      return Buffer.concat([frame.subarray(0, to), frame.subarray(from)]);
    },
  ];

  it(`answers to ${frames} mutated frames`, function () {
    this.timeout(120_000);
    const seen = new Map<string, number>();
    for (let i = 0; i < frames; i++) {
      let frame: Buffer = Buffer.from(one(random(4) === 0 ? bad : golden));
      for (let n = random(4) + 1; n > 0; n--)
        frame = Buffer.from(one(mutations)(frame).subarray(0, limits.frameBytes));
      try {
        const { type, ...rest } = check(frame);
        const outcome = type === 'bad' ? (rest as BadFrame).code : type;
        seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
      } catch (fault) {
        throw new Error(`seed ${seed}, frame ${i}: ${frame.toString('hex')}`, { cause: fault });
      }
    }
    // Mutation reaches past the first check: all kinds of message still come out, and all kinds of refusal.
    if (frames >= 20_000)
      expect([...seen.keys()]).to.include.members([
        'hello',
        'findNode',
        'nodes',
        'BAD_FRAME',
        'BAD_CONTACT',
        'UNSUPPORTED',
        'TOO_MANY_CONTACTS',
      ]);
    expect('polluted' in {}).to.equal(false);
  });
});
