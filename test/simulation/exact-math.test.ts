import { expect } from 'chai';
import fc from 'fast-check';
import { exp, ln } from '../../src/simulation/exact-math.js';

const frozen = {
  ln: [1.0986122886681096, -0.3566749439387324, -20.72326583694641, 9.421061321291832],
  exp: [1, 7.389056098930651, 0.2725317930340126, 1.6487212707001282, 622964442.198445],
};

/** Of the larger of the two, in units of the last place of 1. */
const error = (a: number, b: number) => Math.abs(a - b) / Math.max(Math.abs(b), 2 ** -1022) / Number.EPSILON;

describe('ln', () => {
  it('is the natural logarithm, to a few units in the last place', () => {
    const positive = fc.double({ min: 2 ** -1022, max: Number.MAX_VALUE, noNaN: true });
    const near1 = fc.double({ min: 0.5, max: 2, noNaN: true });
    fc.assert(
      fc.property(fc.oneof(positive, near1), (value) => {
        const wanted = Math.log(value);
        // Near 1 what is left of a difference counts, not its share.
        expect(Math.abs(ln(value) - wanted)).to.be.at.most(
          4 * Number.EPSILON * Math.max(1, Math.abs(wanted)),
        );
      }),
    );
  });

  it('is −∞ of 0, and NaN of what has none', () => {
    expect(ln(0)).to.equal(Number.NEGATIVE_INFINITY);
    for (const value of [-1, Number.NaN, Number.POSITIVE_INFINITY]) expect(ln(value)).to.be.NaN;
  });

  it('has these very bits, on every version of Node', () => {
    expect([3, 0.7, 1e-9, 12_345.678].map(ln)).to.deep.equal(frozen.ln);
  });
});

describe('exp', () => {
  it('is the exponential, to a few units in the last place', () => {
    fc.assert(
      fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (value) => {
        // The reduction loses what the value is long.
        expect(error(exp(value), Math.exp(value))).to.be.at.most(8 + Math.abs(value));
      }),
    );
  });

  it('is 0 and ∞ far out', () => {
    expect([-701, -1e9, Number.NEGATIVE_INFINITY].map(exp)).to.deep.equal([0, 0, 0]);
    expect(exp(1e9)).to.equal(Number.POSITIVE_INFINITY);
  });

  it('has these very bits, on every version of Node', () => {
    expect([0, 2, -1.3, 0.5, 20.25].map(exp)).to.deep.equal(frozen.exp);
  });
});
