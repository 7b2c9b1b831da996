import { expect } from 'chai';
import { DueList } from '../../src/announce/due-list.js';

describe('DueList', () => {
  it('gives what is due, once', () => {
    const list = new DueList<string>();
    list.set('a', 10);
    list.set('b', 20);
    expect([list.size, list.soonest]).to.deep.equal([2, 10]);
    expect(list.take(15)).to.deep.equal(['a']);
    expect(list.take(15)).to.deep.equal([]);
    expect(list.take(20)).to.deep.equal(['b']);
    expect([list.size, list.soonest]).to.deep.equal([0, Number.POSITIVE_INFINITY]);
  });

  it('has an item once, at its last time', () => {
    const list = new DueList<string>();
    list.set('a', 10);
    list.set('b', 20);
    list.set('a', 30);
    expect(list.take(20)).to.deep.equal(['b']);
    expect(list.soonest).to.equal(30);
  });

  it('forgets what is deleted', () => {
    const list = new DueList<string>();
    list.set('a', 10);
    list.delete('a');
    list.delete('b');
    expect(list.take(99)).to.deep.equal([]);
  });
});
