import { expect } from 'chai';
import { union } from '../../arbiters/union.js';
import { expectThrowsCode } from '../support/expect-code.js';

const { merge } = union();

/** A set of `count` entries, each of some 20 bytes. */
const workers = (count: number, from = 0) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`worker-${from + i}`, 1_000 + i]));

describe('union', () => {
  context('of two objects', () => {
    it('has the keys of both', () => {
      expect(merge({ a: 1 }, { b: 2, toString: 3 })).to.deep.equal({ a: 1, b: 2, toString: 3 });
    });

    it('keeps of a key the longer value, then the larger', () => {
      expect(merge({ k: 9, l: 'b', m: null }, { k: 10, l: 'a', m: { x: 1 } })).to.deep.equal({
        k: 10,
        l: 'b',
        m: { x: 1 },
      });
    });

    it('leaves both as they were', () => {
      const [a, b] = [Object.freeze({ a: 1 }), Object.freeze({ b: 2 })];
      expect(merge(a, b)).not.to.equal(a);
      expect([a, b]).to.deep.equal([{ a: 1 }, { b: 2 }]);
    });
  });

  context('of two arrays', () => {
    it('has each item once, sorted by canonical text', () => {
      expect(merge(['b', 'a', 'b'], ['c', 'a'])).to.deep.equal(['a', 'b', 'c']);
    });

    it('tells items apart by value, not by the order of their keys', () => {
      expect(merge([{ x: 1, y: 2 }, '1'], [{ y: 2, x: 1 }, 1])).to.deep.equal(['1', 1, { x: 1, y: 2 }]);
    });
  });

  context('of what is not alike', () => {
    it('takes the one that is a set', () => {
      expect(merge(undefined, ['a'])).to.deep.equal(['a']);
      expect(merge({ a: 1 }, 'no set')).to.deep.equal({ a: 1 });
      expect(merge(undefined, null)).to.equal(undefined);
    });

    it('takes the object rather than the array, unless the object alone is empty', () => {
      expect(merge(['a'], { b: 1 })).to.deep.equal({ b: 1 });
      expect(merge(['a'], {})).to.deep.equal(['a']);
      expect(merge([], {})).to.deep.equal({});
    });
  });

  context('when it is full', () => {
    it('keeps the same entries whatever was merged first', () => {
      const { merge: few } = union({ maxEntries: 3 });
      const [a, b, c] = [workers(5), workers(5, 3), workers(5, 6)];
      const kept = few(few(a, b), c);
      expect(Object.keys(kept as object)).to.have.length(3);
      expect(few(few(c, b), a)).to.deep.equal(kept);
      expect(few(kept, a)).to.deep.equal(kept);
    });

    it('has at most 256 entries by default', () => {
      const keys = (from: number) => Array.from({ length: 200 }, (_, i) => from + i);
      expect(merge(keys(100), keys(300))).to.have.length(256);
    });

    it('has at most maxBytes of JSON, and more than half of them', () => {
      let set: unknown = {};
      for (let from = 0; from < 10_000; from += 50) set = merge(set, workers(50, from));
      expect(JSON.stringify(set).length).to.be.within(1_024, 2_048);
    });

    it('takes no entry longer than a quarter of maxBytes', () => {
      expect(merge({ long: 'x'.repeat(512) }, { long: 'x', other: 1 })).to.deep.equal({
        long: 'x',
        other: 1,
      });
    });
  });

  it('keeps these entries in every version of disgover: the hash of a key is part of what nodes agree on', () => {
    expect(
      Object.keys(union({ maxEntries: 4 }).merge(workers(100), undefined) as object).sort(),
    ).to.deep.equal(['worker-43', 'worker-51', 'worker-53', 'worker-6']);
  });

  describe('check', () => {
    const { check } = union({ maxEntries: 2, maxBytes: 100 });

    it('accepts a set that fits', () => {
      expect(check?.({ a: 1, b: 2 })).to.equal(undefined);
      expect(check?.(['a', 'b', 'a'])).to.equal(undefined);
    });

    it('refuses what is no set', () => {
      expect(check?.('a')).to.include({
        code: 'BAD_CONTACT',
        detail: 'expected object or array, got string',
      });
    });

    it('refuses a set with too many entries, or one that is too long', () => {
      expect(check?.(['a', 'b', 'c'])).to.include({
        code: 'CONTACT_TOO_LARGE',
        detail: '2 of 3 entries fit in 2 and 100 B',
      });
      expect(check?.(['x'.repeat(30)])).to.include({ code: 'CONTACT_TOO_LARGE' });
    });
  });

  it('refuses what are no options', () => {
    for (const options of [null, 5, 'x', [], { most: 1 }])
      expectThrowsCode(() => union(options as never), 'ERR_BAD_OPTION');
  });

  it('refuses options out of range', () => {
    for (const options of [
      { maxEntries: 0 },
      { maxEntries: 257 },
      { maxEntries: 1.5 },
      { maxBytes: 15 },
      { maxBytes: 3_073 },
    ]) {
      expectThrowsCode(() => union(options), 'ERR_BAD_OPTION');
    }
    expect(() => union({ maxBytes: '9' as never })).to.throw(
      'maxBytes must be an integer 16..3072, got string',
    );
  });
});
