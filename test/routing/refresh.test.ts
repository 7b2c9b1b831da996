import { expect } from 'chai';
import { Refresh } from '../../src/routing/refresh.js';
import { keyAtDistance, keyOfName } from '../support/ids.js';

const own = keyOfName('own');
const inBucket = (index: number) => keyAtDistance(own, 1n << BigInt(index));

describe('Refresh', () => {
  it('names every bucket as far as the furthest neighbour, when none was filled', () => {
    expect(new Refresh(own).stale(253, 0, 900)).to.deep.equal([255, 254, 253]);
    expect(new Refresh(own).stale(256, 0, 900)).to.deep.equal([]);
  });

  it('names none that was filled within the time', () => {
    const refresh = new Refresh(own);
    refresh.filled(255, 100);
    expect(refresh.stale(254, 1_000, 900)).to.deep.equal([254]);
    expect(refresh.stale(254, 1_001, 900)).to.deep.equal([255, 254]);
  });

  it('names none that was filled once, and walked to within the time', () => {
    const refresh = new Refresh(own);
    refresh.filled(255, 100);
    refresh.walked(inBucket(255), 500);
    expect(refresh.stale(255, 1_400, 900)).to.deep.equal([]);
  });

  it('names one that was walked to, and never filled', () => {
    const refresh = new Refresh(own);
    refresh.walked(inBucket(255), 500);
    expect(refresh.stale(255, 500, 900)).to.deep.equal([255]);
  });

  it('names one that has lost an entry', () => {
    const refresh = new Refresh(own);
    refresh.filled(255, 100);
    refresh.lost(255);
    expect(refresh.stale(255, 100, 900)).to.deep.equal([255]);
  });

  it('names all again once they are forgotten', () => {
    const refresh = new Refresh(own);
    refresh.filled(255, 100);
    refresh.filled(254, 100);
    refresh.forgetFilled();
    expect(refresh.stale(254, 100, 900)).to.deep.equal([255, 254]);
  });

  it('knows whether our neighbours were looked for', () => {
    const refresh = new Refresh(own);
    expect(refresh.isHomeStale(0, 900)).to.equal(true);
    refresh.walked(own, 100);
    expect([1_000, 1_001].map((now) => refresh.isHomeStale(now, 900))).to.deep.equal([false, true]);
  });

  it('knows when a bucket was walked to', () => {
    const refresh = new Refresh(own);
    refresh.walked(own, 1);
    refresh.walked(inBucket(7), 5);
    expect([refresh.walkedAt(7), refresh.walkedAt(8)]).to.deep.equal([5, undefined]);
  });
});
