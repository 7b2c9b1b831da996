import { expect } from 'chai';
import { DueList } from '../../src/announce/due-list.js';

describe('DueList', () => {
  it('gives what is due, once', () => {
    const list = new DueList<string>(0);
    list.set('a', 10_000);
    list.set('b', 20_000);
    expect([list.size, list.soonest]).to.deep.equal([2, 10_000]);
    expect(list.take(15_000)).to.deep.equal(['a']);
    expect(list.take(15_000)).to.deep.equal([]);
    expect(list.take(20_000)).to.deep.equal(['b']);
    expect([list.size, list.soonest]).to.deep.equal([0, Number.POSITIVE_INFINITY]);
  });

  it('has an item once, at its last time', () => {
    const list = new DueList<string>(0);
    list.set('a', 10_000);
    list.set('b', 20_000);
    list.set('a', 30_000);
    expect(list.take(20_000)).to.deep.equal(['b']);
    expect(list.soonest).to.equal(30_000);
  });

  it('forgets what is deleted', () => {
    const list = new DueList<string>(0);
    list.set('a', 10_000);
    list.delete('a');
    list.delete('b');
    expect(list.take(99_000)).to.deep.equal([]);
  });

  it('counts what is due without taking it', () => {
    const list = new DueList<string>(0);
    for (const [i, item] of ['a', 'b', 'c'].entries()) list.set(item, 10_000 * (i + 1));
    expect([list.count(20_000), list.size]).to.deep.equal([2, 3]);
  });
});
