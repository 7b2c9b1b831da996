import { expect } from 'chai';
import { type Compared, compare, type Standing } from '../../../bench/gate/compare.js';

const standing = (figures: Partial<Record<Compared, number>> = {}, found = 1): Standing => {
  const figure = (mean: number) => ({ mean, interval: 0.05 });
  const means = {
    hops: 1.3,
    requestsToFind: 4,
    requestsToEnd: 22,
    bytesToFind: 6_000,
    bytesToEnd: 36_000,
    recall: 0.95,
  };
  const all = Object.entries({ ...means, ...figures }).map(([name, mean]) => [name, figure(mean)]);
  return { found, figures: Object.fromEntries(all) };
};

const worse = (now: Standing) =>
  compare(standing(), now)
    .filter(({ isWorse }) => isWorse)
    .map(({ figure }) => figure);

describe('compare', () => {
  it('passes what is equal, better, or worse by less than 2 % and the width of the interval', () => {
    expect(worse(standing())).to.deep.equal([]);
    expect(worse(standing({ hops: 1.1, recall: 1 }))).to.deep.equal([]);
    expect(worse(standing({ hops: 1.42, recall: 0.84 }))).to.deep.equal([]);
  });

  it('names what is worse, whichever way that is', () => {
    expect(worse(standing({ hops: 1.45 }))).to.deep.equal(['hops']);
    expect(worse(standing({ recall: 0.82 }))).to.deep.equal(['recall']);
  });

  it('allows no lookup more to fail', () => {
    expect(worse(standing({}, 0.999))).to.deep.equal(['found']);
  });

  it('takes a figure that is missing for worse', () => {
    expect(worse(standing({ hops: Number.NaN }))).to.deep.equal(['hops']);
  });
});
