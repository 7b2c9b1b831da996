import { expect } from 'chai';
import { Recent } from '../../../arbiters/lib/recent.js';

describe('Recent', () => {
  it('forgets what was not used for longest when there is more than it may hold', () => {
    const recent = new Recent<number>(3);
    for (const [i, key] of ['a', 'b', 'c'].entries()) recent.set(key, i);
    expect(recent.get('a')).to.equal(0);
    recent.set('b', 9);
    recent.set('d', 3);
    expect(['a', 'b', 'c', 'd'].map((key) => recent.get(key))).to.deep.equal([0, 9, undefined, 3]);
    expect(recent.size).to.equal(3);
  });

  it('never holds more, however much comes', () => {
    const recent = new Recent<true>(10);
    for (let i = 0; i < 1_000; i++) recent.set(`${i}`, true);
    expect(recent.size).to.equal(10);
  });
});
