import { expect } from 'chai';
import { histogram } from '../../../bench/lib/histogram.js';
import { intervalOf, summarize } from '../../../bench/lib/stats.js';

describe('summarize', () => {
  it('takes for a quantile the least sample that so many are not above', () => {
    const samples = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(summarize(samples)).to.deep.equal({ mean: 50.5, p50: 50, p95: 95, p99: 99, max: 100 });
  });
});

describe('intervalOf', () => {
  it('is t times the standard error of the samples when there are few batches', () => {
    // 1, 2, 3, 4, 5: standard deviation 1.5811, t of 4 degrees of freedom 2.776.
    expect(
      intervalOf([
        [1, 2],
        [3, 4, 5],
      ]),
    ).to.be.closeTo((2.776 * 1.5811) / Math.sqrt(5), 0.02);
  });

  it('is that of the means of the batches when there are five', () => {
    const batches = [1, 2, 3, 4, 5].map((mean) => [mean - 10, mean + 10]);
    expect(intervalOf(batches)).to.be.closeTo((2.776 * 1.5811) / Math.sqrt(5), 0.02);
  });

  it('is not known for a single sample', () => {
    expect(intervalOf([[1]])).to.be.NaN;
  });
});

describe('histogram', () => {
  it('has a line for each whole number, also for one that never came', () => {
    expect(histogram([1, 1, 3, 1])).to.deep.equal([
      `   1   75.0 %  ${'█'.repeat(50)}`,
      '   2    0.0 %',
      `   3   25.0 %  ${'█'.repeat(16)}▋`,
    ]);
  });

  it('has none for no samples', () => {
    expect(histogram([])).to.deep.equal([]);
  });
});
