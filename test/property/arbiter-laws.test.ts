// The laws that let replicas agree whatever the order in which contacts reach them, for every arbiter of the package.

import { expect } from 'chai';
import fc from 'fast-check';
import { compose, type FieldRule } from '../../arbiters/compose.js';
import { gSet } from '../../arbiters/g-set.js';
import { lastWriteWins } from '../../arbiters/last-write-wins.js';
import { union } from '../../arbiters/union.js';
import { compareVectorClocks, vectorClock } from '../../arbiters/vector-clock.js';
import type { Arbiter, ArbiterFunction } from '../../src/contracts/arbiter.js';
import type { Contact } from '../../src/contracts/contact.js';
import { Refusal } from '../../src/errors.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { canonicalJson } from '../../src/wire/json.js';
import { idOf } from '../support/ids.js';

const id = idOf('foo');
const runs = 250;

/** The larger of two numbers: what a user may write as a rule of their own. */
const maximum: FieldRule = {
  maxBytes: 24,
  merge: (incumbent, candidate) =>
    [incumbent, candidate]
      .filter((value) => typeof value === 'number')
      .reduce<number | undefined>((a, b) => (a === undefined ? b : Math.max(a, b)), undefined),
};

const shipped: Record<string, Arbiter> = {
  vectorClock: vectorClock(),
  lastWriteWins: lastWriteWins(),
  gSet: gSet({ path: 'nodes' }),
  'gSet, deep': gSet({ path: 'toString.b' }),
  'gSet, few entries': gSet({ path: 'nodes', maxEntries: 2 }),
  'gSet, few bytes': gSet({ path: 'nodes', maxBytes: 64 }),
  compose: compose({
    rest: lastWriteWins(),
    fields: {
      'data.nodes': union({ maxEntries: 3, maxBytes: 200 }),
      'data.toString.b': union({ maxBytes: 100 }),
      'data.toString.n': maximum,
      seen: maximum,
    },
  }),
};

// Few values, so that contacts often meet in part: what is interesting happens between near ones.

const clock = fc.constantFrom<unknown>(0, -0, 1, 2, 3, Number.MAX_SAFE_INTEGER);
const alien = fc.constantFrom<unknown>(
  '5',
  'z',
  1.5,
  -1,
  true,
  null,
  {},
  [],
  [1],
  { a: 'x' },
  { a: 1, b: -7 },
);
const clockMap = fc.dictionary(fc.constantFrom('', 'a', 'b', 'toString'), clock, { minKeys: 1, maxKeys: 3 });
const text = fc.constantFrom(
  '',
  'a',
  'aa',
  'b',
  '\u00e9',
  'e\u0301',
  '\uffff',
  '\u{1f600}',
  '{"a":1}',
  'x'.repeat(30),
);
const key = fc.oneof(fc.constantFrom('toString', 'hasOwnProperty', '10', '9'), text);
const scalar = fc.oneof(fc.constantFrom(null, true, 0, -0, 9, 10, 2.5, 'y'.repeat(700)), text);
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3 }),
  ),
})).value;
const set = fc.oneof(
  fc.dictionary(key, json, { maxKeys: 6 }),
  fc.array(json, { maxLength: 6 }),
  fc.constantFrom<unknown>('no set', null, 7),
);
/** Sets and other things that no two of fit in a contact. */
const bulk = fc.integer({ min: 900, max: 2_900 }).map((length) => 'z'.repeat(length));
const bulkSet = fc
  .tuple(fc.nat({ max: 200 }), fc.nat({ max: 120 }))
  .map(([from, count]) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`worker-${from + i}`, i])),
  );

const rare = <Value>(arbitrary: fc.Arbitrary<Value>) => ({ arbitrary, weight: 1 });
const frequent = <Value>(arbitrary: fc.Arbitrary<Value>) => ({ arbitrary, weight: 6 });
const data = fc.oneof(
  frequent(
    fc.record(
      {
        nodes: fc.oneof(frequent(set), rare(bulkSet)),
        toString: fc.oneof(fc.record({ b: set, n: json, c: json }, { requiredKeys: [] }), json),
        other: fc.oneof(frequent(json), rare(bulk)),
      },
      { requiredKeys: [] },
    ),
  ),
  rare(json),
);
const contact: fc.Arbitrary<Contact> = fc
  .record(
    {
      id: fc.constant(id),
      vectorClock: fc.oneof(frequent(clock), frequent(clockMap), rare(alien), rare(bulk)),
      timestamp: fc.oneof(frequent(clock), rare(alien)),
      data,
      transport: fc.constantFrom(
        { type: 'tcp', host: '127.0.0.1', port: 1 },
        { type: 'tcp', host: '::1', port: 2 },
      ),
      seen: json,
    },
    { requiredKeys: ['id'] },
  )
  .filter((value) => !(EncodedContact.encode(value) instanceof Refusal))
  .map(deepFrozen);

function deepFrozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(deepFrozen);
    Object.freeze(value);
  }
  return value;
}

const shown = (value: Contact) => canonicalJson(value) as string;
function expectSame(a: Contact, b: Contact): void {
  expect(shown(a)).to.equal(shown(b));
}

const associative = (m: ArbiterFunction) =>
  fc.property(contact, contact, contact, (a, b, c) => expectSame(m(m(a, b), c), m(a, m(b, c))));
// The third contact is not needed; it makes the two laws of one type.
const commutative = (m: ArbiterFunction) =>
  fc.property(contact, contact, contact, (a, b, _c) => expectSame(m(a, b), m(b, a)));

/** A failure tells the seed and the path that replay it: `fc.assert(property, { seed, path })`. */
const holds = <Inputs>(property: fc.IProperty<Inputs>) => fc.assert(property, { numRuns: runs });

for (const [name, { arbiter: m }] of Object.entries(shipped)) {
  const n = (a: Contact) => m(undefined, a);

  describe(`laws of ${name}`, function () {
    this.timeout(30_000);

    it('is closed: the result is a contact of the same id that survives encoding', () => {
      holds(
        fc.property(contact, contact, (a, b) => {
          for (const result of [m(a, b), n(a)]) {
            expect(result.id).to.equal(id);
            expectSame(EncodedContact.from(result).contact, result);
          }
        }),
      );
    });

    it('is pure: inputs stay as they are, and the same inputs give the same result', () => {
      holds(
        fc.property(contact, contact, (a, b) => {
          const before = [shown(a), shown(b)];
          expectSame(m(a, b), m(structuredClone(a), structuredClone(b)));
          expect([shown(a), shown(b)]).to.deep.equal(before);
        }),
      );
    });

    it('is normal: what comes alone is as it would be after a merge', () => {
      holds(
        fc.property(contact, contact, (a, b) => {
          expectSame(n(n(a)), n(a));
          expectSame(m(n(a), b), m(a, b));
          expectSame(m(a, n(b)), m(a, b));
        }),
      );
    });

    it('is idempotent', () => {
      holds(
        fc.property(contact, (a) => {
          expectSame(m(a, a), n(a));
          expectSame(m(a, structuredClone(a)), n(a));
        }),
      );
    });

    it('is commutative', () => holds(commutative(m)));

    it('is associative', () => holds(associative(m)));

    it('absorbs what was merged before, and never goes back behind it', () => {
      holds(
        fc.property(contact, contact, (a, b) => {
          const merged = m(a, b);
          expectSame(m(merged, a), merged);
          expectSame(m(merged, b), merged);
          expectSame(m(a, merged), merged);
        }),
      );
    });

    it('returns the incumbent itself when it stays as it is', () => {
      holds(
        fc.property(contact, contact, (a, b) => {
          const incumbent = deepFrozen(m(a, b));
          expect(m(incumbent, structuredClone(a))).to.equal(incumbent);
          expect(m(incumbent, structuredClone(incumbent))).to.equal(incumbent);
        }),
      );
    });

    it('converges: replicas that hear all contacts in any order and twice end equal, and within size', () => {
      const heard = fc
        .array(contact, { minLength: 2, maxLength: 8 })
        .chain((contacts) =>
          fc.tuple(
            fc.shuffledSubarray(contacts, { minLength: contacts.length }),
            fc.shuffledSubarray([...contacts, ...contacts], { minLength: 2 * contacts.length }),
          ),
        );
      holds(
        fc.property(heard, ([once, twice]) => {
          const replica = once.reduce<Contact | undefined>(
            (stored, arriving) => m(stored, arriving),
            undefined,
          );
          const other = twice.reduce<Contact | undefined>(
            (stored, arriving) => m(stored, arriving),
            undefined,
          );
          expectSame(replica as Contact, other as Contact);
          expect(EncodedContact.encode(replica)).not.to.be.instanceOf(Refusal);
        }),
      );
    });
  });
}

describe('laws of union', () => {
  // So small that nearly every merge has to drop something.
  const { maxBytes, merge } = union({ maxEntries: 5, maxBytes: 48 });
  const values = fc.constantFrom('z', 'aaaa', 9, 10, 'too long');
  const keys = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
  const small = fc.oneof(
    frequent(fc.dictionary(keys, values)),
    rare(fc.array(values)),
    rare(fc.constant(undefined)),
  );
  const written = (value: unknown) => (value === undefined ? '' : (canonicalJson(value) as string));
  const expectEqual = (a: unknown, b: unknown) => expect(written(a)).to.equal(written(b));

  it('is idempotent, commutative, associative and normal, and keeps to its bytes', () => {
    fc.assert(
      fc.property(small, small, small, (a, b, c) => {
        expectEqual(merge(a, b), merge(b, a));
        expectEqual(merge(merge(a, b), c), merge(a, merge(b, c)));
        expectEqual(merge(merge(a, a), b), merge(a, b));
        expectEqual(merge(merge(a, b), b), merge(a, b));
        expectEqual(merge(a, undefined), merge(a, a));
        expect(written(merge(a, b)).length).to.be.at.most(maxBytes);
      }),
      { numRuns: 10 * runs },
    );
  });
});

describe('the order of vectorClock', () => {
  it('agrees with compareVectorClocks wherever one version dominates the other', () => {
    const clocks = fc.oneof(clock, clockMap);
    const { arbiter } = vectorClock();
    holds(
      fc.property(clocks, clocks, data, data, (left, right, ...said) => {
        const [a, b] = [left, right].map((version, i) => ({ id, vectorClock: version, data: said[i] }));
        const order = compareVectorClocks(left, right);
        if (order === 'before') expect(arbiter(a, b as Contact)).to.equal(b);
        if (order === 'after') expect(arbiter(a, b as Contact)).to.equal(a);
        const mirrored = { before: 'after', after: 'before', equal: 'equal', concurrent: 'concurrent' };
        expect(compareVectorClocks(right, left)).to.equal(mirrored[order]);
      }),
    );
  });
});

describe('the laws', () => {
  const versions = vectorClock().arbiter;
  const planted: Record<string, [ArbiterFunction, typeof commutative]> = {
    'a tie that the candidate wins': [
      (a, b) => (a === undefined || Number(b.vectorClock ?? 0) >= Number(a.vectorClock ?? 0) ? b : a),
      commutative,
    ],
    'dominance, else content': [
      (a, b) => {
        const order = a === undefined ? 'before' : compareVectorClocks(a.vectorClock, b.vectorClock);
        if (order === 'before' || a === undefined) return b;
        if (order === 'after') return a;
        return versions({ ...a, vectorClock: 0 }, { ...b, vectorClock: 0 }).data === a.data ? a : b;
      },
      associative,
    ],
    'a set that refuses entries when it is full': [
      (a, b) => {
        const entries = Object.entries({ ...(a?.data as object), ...(b.data as object) });
        return { id, data: Object.fromEntries(entries.slice(0, 2)) };
      },
      commutative,
    ],
  };

  for (const [name, [arbiter, law]] of Object.entries(planted)) {
    it(`find ${name}`, () => {
      expect(fc.check(law(arbiter), { seed: 1, numRuns: 20_000 }).failed).to.equal(true);
    });
  }

  it('are tried on contacts of which some are too large for two', () => {
    const sizes = fc
      .sample(contact, { seed: 1, numRuns: 2_000 })
      .map((value) => EncodedContact.from(value).bytes.length);
    expect(sizes.filter((size) => size > 1_500).length).to.be.above(20);
  });
});
