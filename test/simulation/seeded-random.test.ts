import { expect } from 'chai';
import { SeededRandom } from '../../src/simulation/seeded-random.js';

const first = (seed: number, count = 4) => {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, () => random.next());
};

describe('SeededRandom', () => {
  it('gives the same numbers for a seed, on every version of Node', () => {
    // By an implementation of sfc32 and splitmix32 in another language.
    expect(first(0)).to.deep.equal([2899526011, 769844623, 220372281, 4270301181]);
    expect(first(1)).to.deep.equal([2420951833, 2513034076, 3847892949, 4064752930]);
    expect(first(Number.MAX_SAFE_INTEGER)).to.deep.equal([2716816996, 2570386863, 289893815, 1536673178]);
  });

  it('gives other numbers for another seed, also when only its high bits differ', () => {
    const seeds = [0, 1, 2, 2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 33, 2 ** 52];
    expect(new Set(seeds.map((seed) => first(seed).join())).size).to.equal(seeds.length);
  });

  it('spreads evenly', () => {
    const random = new SeededRandom(5);
    const counts = new Array<number>(16).fill(0);
    for (let draw = 0; draw < 160_000; draw++) {
      const cell = Math.floor(random.fraction() * 16);
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
    // Five standard deviations of a binomial count around 10,000.
    for (const count of counts) expect(count).to.be.within(9_515, 10_485);
  });

  it('fills any number of bytes', () => {
    for (const length of [0, 1, 3, 4, 20, 33]) {
      expect(new SeededRandom(9).bytes(length)).to.have.lengthOf(length);
    }
    const few = new SeededRandom(9).bytes(3);
    expect(new SeededRandom(9).bytes(20).subarray(0, 3)).to.deep.equal(few);
    const counts = new Set(new SeededRandom(9).bytes(10_000));
    expect(counts.size).to.equal(256);
  });
});
