import { expect } from 'chai';
import { resolveNodeSets } from '../../../src/simulation/scenario/node-set.js';
import type { NodeSet } from '../../../src/simulation/scenario/scenario.js';
import { SeededRandom } from '../../../src/simulation/seeded-random.js';
import { expectThrowsCode } from '../../support/expect-code.js';

const nodes = Array.from({ length: 10 }, (_, index) => ({ index, name: `node-${index}` }));
const resolve = (...sets: NodeSet[]) =>
  resolveNodeSets(sets, nodes, new SeededRandom(1)).map((set) => set.map(({ index }) => index));

describe('resolveNodeSets', () => {
  it('takes nodes by number, name and range', () => {
    expect(resolve([3, 'node-7'], { from: 1, to: 3 })).to.deep.equal([
      [3, 7],
      [1, 2],
    ]);
  });

  it('draws as many as are wanted, none of them twice or named elsewhere, and leaves the rest', () => {
    const [drawn = [], rest = [], share = []] = resolve({ count: 3 }, 'rest', { share: 0.4 }, [0, 1]);
    expect([drawn.length, share.length, rest.length]).to.deep.equal([3, 4, 1]);
    expect(new Set([...drawn, ...share, ...rest, 0, 1]).size).to.equal(10);
    expect(drawn).not.to.deep.equal([0, 1, 2]);
  });

  it('refuses a name that nobody has', () => {
    expectThrowsCode(() => resolve(['node-10']), 'ERR_BAD_OPTION');
  });
});
