import { expect } from 'chai';
import { chooser, shuffle } from '../../bench/lib/random.js';

const items = Array.from({ length: 50 }, (_, i) => i);

describe('shuffle', () => {
  it('keeps every item', () => {
    expect(shuffle([...items], chooser(1)).sort((a, b) => a - b)).to.deep.equal(items);
  });

  it('has the same order under the same seed, and another under another', () => {
    const first = shuffle([...items], chooser(1));
    expect(shuffle([...items], chooser(1))).to.deep.equal(first);
    expect(shuffle([...items], chooser(2))).to.not.deep.equal(first);
  });
});

describe('chooser', () => {
  it('stays below the count, and reaches all of it', () => {
    const choose = chooser(7);
    const chosen = new Set(Array.from({ length: 200 }, () => choose(5)));
    expect([...chosen].sort()).to.deep.equal([0, 1, 2, 3, 4]);
  });
});
