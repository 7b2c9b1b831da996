import { expect } from 'chai';
import { closest } from '../../bench/lib/closest.js';

const keyOf = (id: string) => Buffer.from(id, 'hex');

describe('closest', () => {
  it('orders by XOR, the first byte before the second', () => {
    expect(closest('0f00', ['ff00', '0f01', '0e00', '0f80'], 3, keyOf)).to.deep.equal([
      '0f01',
      '0f80',
      '0e00',
    ]);
  });

  context('when there are fewer than k', () => {
    it('has them all', () => {
      expect(closest('00', ['02', '01'], 20, keyOf)).to.deep.equal(['01', '02']);
    });
  });
});
