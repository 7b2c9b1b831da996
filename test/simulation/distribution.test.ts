import { expect } from 'chai';
import fc from 'fast-check';
import { checkDistribution, type Distribution, samplerOf } from '../../src/simulation/distribution.js';
import { SeededRandom } from '../../src/simulation/seeded-random.js';
import { expectThrowsCode } from '../support/expect-code.js';

function drawn(distribution: Distribution, count = 20_000, seed = 1): number[] {
  const random = new SeededRandom(seed);
  const sample = samplerOf(distribution);
  return Array.from({ length: count }, () => sample(() => random.fraction())).sort((a, b) => a - b);
}

const mean = (samples: readonly number[]) => samples.reduce((sum, one) => sum + one, 0) / samples.length;
const median = (samples: readonly number[]) => samples[samples.length >> 1] as number;

const ms = fc.double({ min: 0, max: 1e12, noNaN: true });
const any: fc.Arbitrary<Distribution> = fc.oneof(
  fc.record({ type: fc.constant('constant' as const), ms }),
  fc
    .tuple(ms, ms)
    .map(([a, b]) => ({ type: 'uniform' as const, minMs: Math.min(a, b), maxMs: Math.max(a, b) })),
  fc.record({ type: fc.constant('exponential' as const), meanMs: ms }),
  fc.record({
    type: fc.constant('lognormal' as const),
    medianMs: ms,
    sigma: fc.double({ min: 0, max: 10, noNaN: true }),
  }),
  fc.record({
    type: fc.constant('weibull' as const),
    shape: fc.double({ min: 0.1, max: 100, noNaN: true }),
    scaleMs: ms,
  }),
);

/** The least and the greatest that a source of chance can give. */
const edges = [0, 2 ** -53, 0.5, 1 - 2 ** -53];

describe('samplerOf', () => {
  it('draws milliseconds of the grid, and never NaN, whatever chance gives', () => {
    fc.assert(
      fc.property(any, fc.array(fc.constantFrom(...edges), { minLength: 2 }), (distribution, given) => {
        let at = 0;
        // Where a pair has no normal, as (½, ½), the next is taken: some other must come.
        const sample = samplerOf(distribution);
        const value = sample(() => given[at++] ?? 0.3 + (at % 7) / 20);
        expect(value).to.be.within(0, 1e12);
        expect(value * 1_024).to.equal(Math.round(value * 1_024));
      }),
    );
  });

  it('has the means that mathematics says, within five standard errors', () => {
    const cases: [Distribution, mean: number, deviation: number][] = [
      [{ type: 'uniform', minMs: 10, maxMs: 50 }, 30, 40 / Math.sqrt(12)],
      [{ type: 'exponential', meanMs: 80 }, 80, 80],
      [{ type: 'lognormal', medianMs: 25, sigma: 0.5 }, 28.3287, 15.0974],
      [{ type: 'weibull', shape: 0.5, scaleMs: 100 }, 200, 447.2136],
      [{ type: 'weibull', shape: 1, scaleMs: 80 }, 80, 80],
      [{ type: 'weibull', shape: 2, scaleMs: 100 }, 88.6227, 46.3251],
    ];
    for (const [distribution, wanted, deviation] of cases) {
      const samples = drawn(distribution);
      const standardError = deviation / Math.sqrt(samples.length);
      expect(mean(samples), JSON.stringify(distribution)).to.be.closeTo(wanted, 5 * standardError);
    }
  });

  it('has the medians that mathematics says, within two per cent', () => {
    const cases: [Distribution, median: number][] = [
      [{ type: 'constant', ms: 7 }, 7],
      [{ type: 'lognormal', medianMs: 25, sigma: 0.5 }, 25],
      [{ type: 'exponential', meanMs: 100 }, 69.3147],
      [{ type: 'weibull', shape: 0.5, scaleMs: 1_000 }, 480.453],
    ];
    for (const [distribution, wanted] of cases)
      expect(median(drawn(distribution)) / wanted, JSON.stringify(distribution)).to.be.within(0.96, 1.04);
  });

  it('draws the same of the same seed, and something else of another', () => {
    const weibull = { type: 'weibull', shape: 0.7, scaleMs: 50 } as const;
    expect(drawn(weibull, 20, 3)).to.deep.equal(drawn(weibull, 20, 3));
    expect(drawn(weibull, 20, 3)).not.to.deep.equal(drawn(weibull, 20, 4));
  });
});

describe('checkDistribution', () => {
  it('refuses what is none, and says what was meant', () => {
    const check = (value: unknown) => () => checkDistribution('latency', value);
    for (const value of [
      undefined,
      5,
      {},
      { type: 'constant' },
      { type: 'constant', ms: -1 },
      { type: 'constant', ms: Number.NaN },
      { type: 'uniform', minMs: 2, maxMs: 1 },
      { type: 'weibull', shape: 0, scaleMs: 1 },
      { type: 'exponential', meanMs: 1, mean: 1 },
    ])
      expectThrowsCode(check(value), 'ERR_BAD_OPTION');
    expect(check({ type: 'weibul', shape: 1, scaleMs: 1 })).to.throw(/did you mean "weibull"/);
    expect(check({ type: 'exponential', means: 1 })).to.throw(/did you mean "meanMs"/);
    expect(check({ type: 'lognormal', medianMs: '5', sigma: 1 })).to.throw(/latency\.medianMs .* string "5"/);
  });
});
