import { expect } from 'chai';
import { compose, type FieldRule } from '../../arbiters/compose.js';
import { lastWriteWins } from '../../arbiters/last-write-wins.js';
import { union } from '../../arbiters/union.js';
import { vectorClock } from '../../arbiters/vector-clock.js';
import { expectThrowsCode } from '../support/expect-code.js';
import { idOf } from '../support/ids.js';

const id = idOf('foo');

const maximum: FieldRule = {
  maxBytes: 24,
  merge: (a, b) => (typeof a === 'number' && typeof b === 'number' ? Math.max(a, b) : (a ?? b)),
};

describe('compose', () => {
  const { arbiter, arbiterDefaults } = compose({
    rest: lastWriteWins(),
    fields: {
      'data.workers': union({ maxBytes: 512 }),
      'data.tags': union({ maxBytes: 256 }),
      seen: maximum,
    },
  });

  it('merges each field by its rule and leaves the rest to the arbiter', () => {
    const a = { id, timestamp: 2, seen: 1, data: { workers: ['a'], tags: { t: 1 }, name: 'late' } };
    const b = { id, timestamp: 1, seen: 5, data: { workers: ['b'], name: 'early' } };
    const both = { id, timestamp: 2, seen: 5, data: { workers: ['a', 'b'], tags: { t: 1 }, name: 'late' } };
    expect(arbiter(a, b)).to.deep.equal(both);
    expect(arbiter(b, a)).to.deep.equal(both);
  });

  it('leaves out an object on the way to a field that holds nothing', () => {
    expect(arbiter(undefined, { id, data: {} })).to.deep.equal({ id });
  });

  it('does not change the contacts', () => {
    const a = Object.freeze({ id, data: Object.freeze({ workers: Object.freeze(['b', 'a']) }) });
    expect(arbiter(undefined, a)).to.deep.equal({ id, data: { workers: ['a', 'b'] } });
    expect(a).to.deep.equal({ id, data: { workers: ['b', 'a'] } });
  });

  it('shows the arbiter of the rest contacts without the fields', () => {
    const shown: unknown[] = [];
    const spy = compose({
      rest: {
        ...vectorClock(),
        arbiter: (_, candidate) => {
          shown.push(candidate);
          return candidate;
        },
      },
      fields: { 'data.a.b': union(), 'data.a.c': maximum },
    });
    spy.arbiter({ id, data: { a: { b: [], c: 1 } } }, { id, data: { a: { b: [1], d: 2 } } });
    expect(shown).to.deep.include.members([{ id }, { id, data: { a: { d: 2 } } }]);
  });

  describe('arbiterDefaults', () => {
    it('are those of the rest', () => {
      expect(arbiterDefaults({ id }, { now: 1, known: undefined })).to.deep.equal({ id, timestamp: 1_000 });
    });

    it('name the field that a rule refuses', () => {
      expect(() => arbiterDefaults({ id, data: { tags: 1 } }, { now: 1, known: undefined })).to.throw(
        'data.tags: expected object or array, got number',
      );
    });

    it('accept any value where a rule has no check', () => {
      expect(arbiterDefaults({ id, seen: 'x' }, { now: 1, known: undefined })).to.include({ seen: 'x' });
    });
  });

  for (const [fact, fields] of [
    ['the id for a field', { id: maximum }],
    ['a field within another', { 'data.a': maximum, 'data.a.b': maximum }],
    ['rules that together leave too little', { 'data.a': union(), 'data.b': union({ maxBytes: 600 }) }],
  ] as const) {
    it(`refuses ${fact}`, () => {
      expectThrowsCode(() => compose({ rest: vectorClock(), fields }), 'ERR_BAD_OPTION');
    });
  }

  const rest = vectorClock();
  const noOptions: readonly (readonly [string, unknown, string])[] = [
    ['nothing', undefined, 'got undefined'],
    ['null', null, 'got null'],
    ['an unknown option', { rest, field: {} }, '"field" (did you mean "fields"?)'],
    ['no rest', { fields: {} }, 'rest lacks arbiter()'],
    ['a factory for the rest', { rest: vectorClock, fields: {} }, 'rest lacks arbiter()'],
    ['half an arbiter', { rest: { arbiter: () => 1 }, fields: {} }, 'rest lacks arbiterDefaults()'],
    ['no fields', { rest }, 'fields must be an object, got undefined'],
    ['a list of fields', { rest, fields: [] }, 'fields must be an object, got array'],
    ['a rule that is null', { rest, fields: { a: null } }, 'the rule of "a" lacks merge()'],
    [
      'a factory for a rule',
      { rest, fields: { a: union } },
      'the rule of "a" lacks merge(): call it, union()',
    ],
    ['a rule without a bound', { rest, fields: { a: { merge: () => 1 } } }, 'the rule of "a" needs maxBytes'],
  ];
  for (const [what, options, message] of noOptions) {
    it(`refuses ${what} for options`, () => {
      expect(expectThrowsCode(() => compose(options as never), 'ERR_BAD_OPTION').message).to.contain(message);
    });
  }

  it('takes fields whose names merely begin alike', () => {
    expect(() =>
      compose({ rest: vectorClock(), fields: { 'data.a': maximum, 'data.ab': maximum } }),
    ).not.to.throw();
  });
});
