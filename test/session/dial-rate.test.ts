import { expect } from 'chai';
import { limits } from '../../src/limits.js';
import { DialRate } from '../../src/session/dial-rate.js';
import { VirtualRuntime } from '../../src/simulation/virtual-runtime.js';

function rate(most = 2, windowMs = 1_000): DialRate {
  const runtime = new VirtualRuntime();
  return new DialRate({ most, windowMs, randomBytes: (count) => runtime.randomBytes(count) });
}

describe('DialRate', () => {
  it('is spent after so many within any window, and not before', () => {
    const places = rate();
    places.count('a', 0);
    expect(places.isSpent('a', 500)).to.equal(false);
    places.count('a', 900);
    expect(places.isSpent('a', 999)).to.equal(true);
    expect(places.isSpent('a', 1_000)).to.equal(false);
    places.count('a', 1_000);
    expect(places.isSpent('a', 1_899)).to.equal(true);
    expect(places.isSpent('a', 1_900)).to.equal(false);
  });

  it('counts each place for itself', () => {
    const places = rate(1);
    places.count('a', 0);
    expect([places.isSpent('a', 0), places.isSpent('b', 0)]).to.deep.equal([true, false]);
  });

  it('does not forget a place for the sake of others, however many there are', () => {
    const places = rate(1, 60_000);
    places.count('victim', 0);
    for (let i = 0; i < 3 * limits.dialPrefixes; i++) places.count(`other-${i}`, 1);
    expect(places.isSpent('victim', 59_999)).to.equal(true);
    expect(places.size).to.be.at.most(limits.dialPrefixes);
  });

  it('spreads places by a salt of its own, so that nobody can tell which share a slot', () => {
    const shared = (seed: number) => {
      const runtime = new VirtualRuntime({ seed });
      const places = new DialRate({
        most: 1,
        windowMs: 1,
        randomBytes: (count) => runtime.randomBytes(count),
      });
      places.count('victim', 0);
      const others = Array.from({ length: 4 * limits.dialPrefixes }, (_, i) => `other-${i}`);
      return others.filter((other) => places.isSpent(other, 0)).join();
    };
    expect(shared(1)).not.to.equal('');
    expect(shared(1)).not.to.equal(shared(2));
  });
});
