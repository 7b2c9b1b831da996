import { expect } from 'chai';
import { checkLatency, type Latency, latencyOf } from '../../src/simulation/latency.js';
import { SeededRandom } from '../../src/simulation/seeded-random.js';

const hosts = Array.from({ length: 400 }, (_, i) => `node-${i}`);

function between(latency: Latency, seed = 1): (from: string, to: string) => number {
  const random = new SeededRandom(9);
  const draw = latencyOf(latency, seed);
  return (from, to) => draw(() => random.fraction(), from, to);
}

const regions = {
  type: 'regions',
  ms: { eu: { eu: 8, us: 45 }, us: { us: 12 } },
  shares: { eu: 3, us: 1 },
} as const;

describe('latencyOf', () => {
  it('of a plane is the same for both directions, grows with the distance and has its bounds', () => {
    const ms = between({ type: 'plane', crossingMs: 80, leastMs: 2 });
    const all: number[] = [];
    for (const from of hosts.slice(0, 40))
      for (const to of hosts.slice(40)) {
        expect(ms(from, to)).to.equal(ms(to, from));
        all.push(ms(from, to));
      }
    expect(ms('a', 'a')).to.equal(2);
    expect(Math.min(...all)).to.be.within(2, 8);
    // The mean distance in a square is 0.3687 diagonals.
    expect(all.reduce((sum, one) => sum + one, 0) / all.length).to.be.closeTo(31.5, 4);
    expect(Math.max(...all)).to.be.within(60, 82);
  });

  it('of regions is that of the two regions, whichever direction was given', () => {
    const ms = between(regions);
    expect([ms('eu-1', 'eu-2'), ms('eu-1', 'us-1'), ms('us-1', 'eu-1'), ms('us-1', 'us-2')]).to.deep.equal([
      8, 45, 45, 12,
    ]);
  });

  it('shares out hosts among regions, by their names and the seed', () => {
    const inEurope = (seed: number) => hosts.filter((host) => between(regions, seed)(host, 'eu-0') === 8);
    // Five standard deviations of 400 drawn at 3 in 4.
    expect(inEurope(1).length).to.be.within(257, 343);
    expect(inEurope(1)).to.deep.equal(inEurope(1));
    expect(inEurope(1)).not.to.deep.equal(inEurope(2));
  });

  it('spreads around what a way takes', () => {
    const ms = between({ ...regions, sigma: 0.3 });
    const drawn = Array.from({ length: 2_000 }, () => ms('eu-1', 'us-1')).sort((a, b) => a - b);
    expect(drawn[1_000]).to.be.within(43, 47);
    expect(drawn[1_900]).to.be.within(66, 82);
  });
});

describe('checkLatency', () => {
  it('refuses what is none, by its path', () => {
    const wrong: [unknown, RegExp][] = [
      [-1, /^BAD_OPTION: latency must be a number/],
      ['5', /latency must be a number 0\.\.3600000, got string "5"/],
      [{ min: 5, max: 1 }, /latency\.max must be a number 5/],
      [{ type: 'planes', crossingMs: 1 }, /did you mean "plane"/],
      [{ type: 'regions', ms: {} }, /latency\.ms must be an object of regions/],
      [{ type: 'regions', ms: { eu: { eu: 1 }, us: { us: 1 } } }, /latency\.ms\.eu\.us must be a number/],
      [{ type: 'regions', ms: { eu: { eu: 1, su: 2 } } }, /unknown option "su"/],
      [{ ...regions, shares: { eu: 0 } }, /shares must not all be 0/],
    ];
    for (const [latency, message] of wrong) expect(() => checkLatency('latency', latency)).to.throw(message);
  });
});
