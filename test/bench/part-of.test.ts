import { expect } from 'chai';
import { partOf } from '../../bench/lib/part-of.js';

describe('partOf', () => {
  it('shares all out, as evenly as can be', () => {
    const parts = Array.from({ length: 4 }, (_, i) => partOf(10, 4, i));
    expect(parts).to.deep.equal([2, 2, 3, 3]);
  });
});
