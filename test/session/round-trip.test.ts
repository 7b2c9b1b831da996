import { expect } from 'chai';
import { limits } from '../../src/limits.js';
import { RoundTrip } from '../../src/session/round-trip.js';

function learnt(...samples: readonly number[]): RoundTrip {
  const roundTrip = new RoundTrip();
  for (const ms of samples) roundTrip.learn(ms);
  return roundTrip;
}

describe('RoundTrip', () => {
  it('waits 2 s for a peer that was never asked, and calls it late after 250 ms', () => {
    const roundTrip = new RoundTrip();
    expect([roundTrip.deadlineMs, roundTrip.lateMs, roundTrip.ms]).to.deep.equal([2_000, 250, undefined]);
  });

  it('takes the first sample as it is, and half of it for the variation', () => {
    const roundTrip = learnt(400);
    expect([roundTrip.ms, roundTrip.deadlineMs, roundTrip.lateMs]).to.deep.equal([400, 1_200, 1_200]);
  });

  it('smooths by an eighth, and the variation by a quarter, as RFC 6298 does', () => {
    const roundTrip = learnt(400, 800);
    expect(roundTrip.ms).to.equal(450);
    expect(roundTrip.deadlineMs).to.equal(450 + 4 * (200 + (400 - 200) / 4));
  });

  it('waits a tenth of a second beyond the usual, however steady the peer is', () => {
    const roundTrip = learnt(...new Array<number>(100).fill(600));
    expect(roundTrip.deadlineMs).to.be.closeTo(700, 1);
  });

  it('waits twice as long after each request that was not answered, up to the ceiling, until one is', () => {
    const roundTrip = learnt(...new Array<number>(100).fill(20));
    const waits = Array.from({ length: 5 }, () => {
      const { deadlineMs } = roundTrip;
      roundTrip.missed();
      return deadlineMs;
    });
    expect(waits).to.deep.equal([500, 1_000, 2_000, 4_000, limits.requestCeilingMs]);
    roundTrip.learn(20);
    expect(roundTrip.deadlineMs).to.equal(limits.requestFloorMs);
  });

  it('comes to the usual time of a steady peer', () => {
    const roundTrip = learnt(...new Array<number>(100).fill(300));
    expect(roundTrip.ms).to.equal(300);
    expect(roundTrip.lateMs).to.be.closeTo(300, 1);
  });

  it('never waits less than the floor, nor more than the ceiling', () => {
    expect(learnt(1).deadlineMs).to.equal(limits.requestFloorMs);
    expect(learnt(60_000).deadlineMs).to.equal(limits.requestCeilingMs);
  });

  it('calls nobody late before 20 ms, and everybody after 2 s', () => {
    expect(learnt(...new Array<number>(50).fill(0)).lateMs).to.equal(20);
    expect(learnt(60_000).lateMs).to.equal(2_000);
  });
});
