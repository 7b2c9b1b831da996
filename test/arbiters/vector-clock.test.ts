import { expect } from 'chai';
import { advance, compareVectorClocks, vectorClock } from '../../arbiters/vector-clock.js';
import type { Contact } from '../../src/contracts/contact.js';
import { expectThrowsCode } from '../support/expect-code.js';
import { idOf } from '../support/ids.js';

const id = idOf('foo');
const last = Number.MAX_SAFE_INTEGER;
const registration = { now: 0, known: undefined };
const { arbiter, arbiterDefaults } = vectorClock();

/** The winner, which must be the same whoever was there first. */
function winner(a: Contact, b: Contact): Contact {
  const [one, other] = [arbiter(a, b), arbiter(b, a)];
  expect(one).to.equal(other);
  return one;
}

describe('vectorClock', () => {
  context('with counters', () => {
    it('keeps the contact with the greater one, transport included', () => {
      const older = { id, vectorClock: 1, data: 'z', transport: { type: 'tcp', port: 1 } };
      const newer = { id, vectorClock: 2, data: 'a', transport: { type: 'tcp', port: 2 } };
      expect(winner(older, newer)).to.equal(newer);
    });

    it('counts an absent one as 0', () => {
      expect(winner({ id, data: 'b' }, { id, data: 'a', vectorClock: 0 })).to.include({ data: 'b' });
      expect(winner({ id, data: 'b' }, { id, data: 'a', vectorClock: 1 })).to.include({ data: 'a' });
    });

    it('tells 2^53 - 1 from its predecessor', () => {
      expect(winner({ id, vectorClock: last }, { id, vectorClock: last - 1 }).vectorClock).to.equal(last);
    });
  });

  context('with equal clocks', () => {
    it('keeps the larger canonical data, whatever else the contacts have', () => {
      const larger = { id, vectorClock: 1, data: { a: 2 }, transport: { type: 'a' } };
      expect(winner(larger, { id, vectorClock: 1, data: { a: 1 }, transport: { type: 'z' } })).to.equal(
        larger,
      );
    });

    it('keeps the larger contact when the data are equal', () => {
      const larger = { id, vectorClock: 1, data: 1, transport: { type: 'z' } };
      expect(winner({ id, vectorClock: 1, data: 1, transport: { type: 'a' } }, larger)).to.equal(larger);
    });

    it('orders text by its UTF-8 bytes, in which U+FFFF is below U+1F600', () => {
      const larger = { id, data: '\u{1f600}' };
      expect(winner({ id, data: '\uffff' }, larger)).to.equal(larger);
      expect(winner({ id, data: '\ud7ff' }, larger)).to.equal(larger);
    });

    it('returns the incumbent when the contacts are equal, in whatever order their keys are', () => {
      const incumbent = { id, vectorClock: 1, data: { a: 1, b: 2 } };
      expect(arbiter(incumbent, { data: { b: 2, a: 1 }, vectorClock: 1, id })).to.equal(incumbent);
    });
  });

  context('with a counter for each node', () => {
    it('keeps the version that dominates', () => {
      const newer = { id, vectorClock: { a: 1, b: 2 }, data: 'a' };
      expect(winner({ id, vectorClock: { b: 2 }, data: 'z' }, newer)).to.equal(newer);
    });

    it('keeps of concurrent versions the one with more updates in all', () => {
      const busier = { id, vectorClock: { a: 3 }, data: 'a' };
      expect(winner({ id, vectorClock: { b: 1, c: 1 }, data: 'z' }, busier)).to.equal(busier);
    });

    it('keeps of concurrent versions with as many updates the larger content', () => {
      const larger = { id, vectorClock: { a: 1 }, data: 'z' };
      expect(winner({ id, vectorClock: { b: 1 }, data: 'a' }, larger)).to.equal(larger);
    });

    it('agrees on three versions of which two dominate in a circle with the content', () => {
      const b = { id, vectorClock: { x: 1 }, data: 'z' };
      const a = { id, vectorClock: { x: 2 }, data: 'a' };
      const c = { id, vectorClock: { y: 1 }, data: 'm' };
      for (const [first, second, third] of [
        [a, b, c],
        [b, c, a],
        [c, a, b],
      ] as const) {
        expect(arbiter(arbiter(first, second), third)).to.equal(a);
        expect(arbiter(first, arbiter(second, third))).to.equal(a);
      }
    });

    it('adds the counters exactly, beyond 2^53 too', () => {
      const more = { id, vectorClock: { a: last, b: last, c: 2 }, data: 'a' };
      expect(winner({ id, vectorClock: { d: last, e: last, f: 1 }, data: 'z' }, more)).to.equal(more);
    });

    it('takes a plain counter for the component of a nameless node', () => {
      const newer = { id, vectorClock: { '': 5, a: 1 }, data: 'a' };
      expect(winner({ id, vectorClock: 5, data: 'z' }, newer)).to.equal(newer);
    });
  });

  it('drops what is no clock', () => {
    for (const vectorClock of ['5', 1.5, -1, true, null, {}, [], { a: 1, b: '2' }, { a: last + 1 }]) {
      expect(arbiter(undefined, { id, vectorClock })).to.deep.equal({ id });
    }
  });

  describe('arbiterDefaults', () => {
    it('follows what is known of the id, where no clock is given', () => {
      const after = (known: object) =>
        arbiterDefaults({ id }, { now: 0, known: { id, ...known } }).vectorClock;
      expect(after({})).to.equal(1);
      expect(after({ vectorClock: 6 })).to.equal(7);
      expect(after({ vectorClock: 'alien' })).to.equal(1);
      expect(after({ vectorClock: { a: 2 } })).to.deep.equal({ a: 2, '': 1 });
      expect(() => after({ vectorClock: last }))
        .to.throw()
        .with.property('code', 'ERR_CLOCK_EXHAUSTED');
    });

    it('leaves a clock that is given', () => {
      const known = { id, vectorClock: 9 };
      expect(arbiterDefaults({ id, vectorClock: 3 }, { now: 0, known }).vectorClock).to.equal(3);
    });

    it('fills in 0', () => {
      expect(arbiterDefaults({ id }, registration)).to.deep.equal({ id, vectorClock: 0 });
    });

    it('keeps a clock that is given', () => {
      expect(arbiterDefaults({ id, vectorClock: last }, registration)).to.deep.equal({
        id,
        vectorClock: last,
      });
      expect(arbiterDefaults({ id, vectorClock: { a: 1 } }, registration)).to.deep.equal({
        id,
        vectorClock: { a: 1 },
      });
    });

    it('makes -0 a 0', () => {
      const { vectorClock: counter } = arbiterDefaults({ id, vectorClock: -0 }, registration);
      const { vectorClock: map } = arbiterDefaults({ id, vectorClock: { a: -0 } }, registration);
      expect(Object.is(counter, 0)).to.equal(true);
      expect(Object.is((map as { a: number }).a, 0)).to.equal(true);
    });

    for (const [clock, got] of [
      ['5', 'string "5"'],
      [1.5, 'number 1.5'],
      [-1, 'number -1'],
      [Number.NaN, 'number NaN'],
      [2 ** 53, 'number 9007199254740992'],
      [true, 'boolean true'],
      [{}, 'object'],
      [[1], 'array'],
      [null, 'null'],
    ] as const) {
      it(`refuses ${got}`, () => {
        expect(() => arbiterDefaults({ id, vectorClock: clock }, registration))
          .to.throw(`integer 0..9007199254740991, got ${got}`)
          .with.property('code', 'ERR_BAD_CLOCK');
      });
    }

    it('names the node whose counter is refused', () => {
      expect(() => arbiterDefaults({ id, vectorClock: { a: 1, b: '2' } }, registration)).to.throw(
        'vectorClock["b"]: ',
      );
    });
  });
});

describe('compareVectorClocks', () => {
  for (const [a, b, order] of [
    [1, 2, 'before'],
    [2, 2, 'equal'],
    [{ a: 2 }, { a: 1 }, 'after'],
    [{ a: 1 }, { a: 1, b: 1 }, 'before'],
    [{ a: 1 }, { b: 1 }, 'concurrent'],
    [{ a: 2, b: 1 }, { a: 1, b: 2 }, 'concurrent'],
    [{ a: 0 }, {}, 'equal'],
    [5, { '': 5 }, 'equal'],
    [5, { a: 5 }, 'concurrent'],
    [{ toString: 1 }, {}, 'after'],
    [undefined, 0, 'equal'],
    ['z', 1, 'before'],
    [{ a: 1, b: 'z' }, { a: 1 }, 'before'],
  ] as const) {
    it(`says that ${JSON.stringify(a)} is ${order} to ${JSON.stringify(b)}`, () => {
      expect(compareVectorClocks(a, b)).to.equal(order);
    });
  }
});

describe('advance', () => {
  it('gives a counter that wins, and leaves the contact as it was', () => {
    const contact = Object.freeze({ id, vectorClock: 1, data: 'z' });
    const next = advance({ ...contact, data: 'a' });
    expect(next).to.deep.equal({ id, vectorClock: 2, data: 'a' });
    expect(winner(contact, next)).to.equal(next);
  });

  it('begins at 1', () => {
    expect(advance({ id }).vectorClock).to.equal(1);
    expect(advance({ id, vectorClock: 0 }, 'a').vectorClock).to.deep.equal({ a: 1 });
  });

  it('counts for the node that is named, after what a counter had counted', () => {
    expect(advance({ id, vectorClock: { a: 1, b: 1 } }, 'b').vectorClock).to.deep.equal({ a: 1, b: 2 });
    expect(advance({ id, vectorClock: 7 }, 'b').vectorClock).to.deep.equal({ '': 7, b: 1 });
    expect(advance({ id, vectorClock: { b: 1 } }).vectorClock).to.deep.equal({ '': 1, b: 1 });
  });

  it('refuses the update after 2^53 - 1', () => {
    expect(advance({ id, vectorClock: last - 1 }).vectorClock).to.equal(last);
    expectThrowsCode(() => advance({ id, vectorClock: last }), 'ERR_CLOCK_EXHAUSTED');
    expectThrowsCode(() => advance({ id, vectorClock: { a: last } }, 'a'), 'ERR_CLOCK_EXHAUSTED');
  });
});
