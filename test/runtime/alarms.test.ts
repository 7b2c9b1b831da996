import { expect } from 'chai';
import fc from 'fast-check';
import { Alarms } from '../../src/runtime/alarms.js';
import { VirtualRuntime } from '../../src/simulation/virtual-runtime.js';

const GRID_MS = 16;

function setUp() {
  const runtime = new VirtualRuntime();
  const alarms = new Alarms(runtime);
  const rung: string[] = [];
  return { runtime, alarms, rung, start: runtime.now() };
}

describe('Alarms', () => {
  it('ring once, at their deadline or up to 16 ms later', async () => {
    const { runtime, alarms, start } = setUp();
    const at: number[] = [];
    for (const ms of [0, 1, 15, 16, 17, 100]) alarms.after(ms, () => at.push(runtime.now() - start - ms));
    await runtime.advance(1_000);
    expect(at).to.have.length(6);
    for (const late of at) expect(late).to.be.within(0, GRID_MS - 1);
  });

  it('ring at once when their deadline has passed', async () => {
    const { runtime, alarms, rung, start } = setUp();
    alarms.at(start - 5_000, () => rung.push('late'));
    await runtime.advance(0);
    expect(rung).to.deep.equal(['late']);
  });

  it('share one timer, however many there are', () => {
    const { runtime, alarms } = setUp();
    for (let ms = 0; ms < 1_000; ms++) alarms.after((ms * 7) % 1_000, () => {});
    expect(runtime.pendingTimers).to.equal(1);
  });

  it('do not ring when they are cancelled, and leave no timer', async () => {
    const { runtime, alarms, rung } = setUp();
    const [first, second] = ['a', 'b'].map((name) => alarms.after(100, () => rung.push(name)));
    first?.cancel();
    first?.cancel();
    expect(runtime.pendingTimers).to.equal(1);
    second?.cancel();
    expect(runtime.pendingTimers).to.equal(0);
    await runtime.advance(200);
    expect(rung).to.deep.equal([]);
  });

  it('are all cancelled by one that rings with them', async () => {
    const { runtime, alarms, rung } = setUp();
    alarms.after(5, () => {
      rung.push('a');
      alarms.clear();
    });
    alarms.after(5, () => rung.push('b'));
    await runtime.advance(100);
    expect(rung).to.deep.equal(['a']);
  });

  context('whose timer comes late, since the process stood still', () => {
    /** `lateMs`: of each timer, in turn. What was to be read is, after the timers. */
    function setUpLate(...lateMs: number[]) {
      const runtime = new VirtualRuntime();
      const events: string[] = [];
      const alarms = new Alarms({
        now: () => runtime.now(),
        setTimer: (ms, run) =>
          runtime.setTimer(ms + (lateMs.shift() ?? 0), () => {
            runtime.setTimer(0, () => events.push('read'));
            run();
          }),
        randomBytes: (count) => runtime.randomBytes(count),
      });
      alarms.after(500, () => events.push('rung'));
      return { runtime, events };
    }

    it('ring once what has arrived meanwhile is read', async () => {
      const { runtime, events } = setUpLate(700);
      await runtime.advance(2_000);
      expect(events).to.deep.equal(['read', 'rung', 'read']);
    });

    it('ring though it stands still again', async () => {
      const { runtime, events } = setUpLate(700, 700);
      await runtime.advance(3_000);
      expect(events.filter((event) => event === 'rung')).to.have.length(1);
    });
  });

  it('can be cancelled by one that rings with them', async () => {
    const { runtime, alarms, rung } = setUp();
    const [, second] = [
      alarms.after(100, () => {
        rung.push('a');
        second?.cancel();
      }),
      alarms.after(100, () => rung.push('b')),
    ];
    await runtime.advance(200);
    expect(rung).to.deep.equal(['a']);
  });

  it('can be set anew by one that rings, for the same point', async () => {
    const { runtime, alarms, rung } = setUp();
    alarms.after(0, () => alarms.after(0, () => rung.push('again')));
    await runtime.advance(0);
    expect(rung.length).to.be.at.most(1);
    await runtime.advance(GRID_MS);
    expect(rung).to.deep.equal(['again']);
  });

  it('ring twice where the same function is set twice', async () => {
    const { runtime, alarms } = setUp();
    let rings = 0;
    const ring = () => {
      rings++;
    };
    alarms.after(10, ring);
    alarms.after(10, ring);
    await runtime.advance(100);
    expect(rings).to.equal(2);
  });

  it('are all cancelled by clear', async () => {
    const { runtime, alarms, rung } = setUp();
    for (const ms of [10, 100, 1_000]) alarms.after(ms, () => rung.push(String(ms)));
    alarms.clear();
    expect(runtime.pendingTimers).to.equal(0);
    await runtime.advance(2_000);
    expect(rung).to.deep.equal([]);
  });

  it('ring though one of their point has thrown, which is thrown afterwards', async () => {
    const runtime = new VirtualRuntime();
    const alarms = new Alarms(runtime);
    const fault = new Error('a bug');
    const rung: string[] = [];
    alarms.after(1, () => {
      throw fault;
    });
    alarms.after(1, () => rung.push('next'));
    const thrown = await runtime.advance(100).catch((cause) => cause);
    expect([thrown, rung]).to.deep.equal([fault, ['next']]);
  });

  it('ring exactly those that were not cancelled, each in its time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ ms: fc.nat(300), cancelAt: fc.option(fc.nat(300)) }), { maxLength: 30 }),
        async (plan) => {
          const { runtime, alarms, start } = setUp();
          const rang = new Map<number, number>();
          for (const [i, { ms, cancelAt }] of plan.entries()) {
            const alarm = alarms.after(ms, () => rang.set(i, runtime.now() - start));
            if (cancelAt !== null) runtime.setTimer(cancelAt, () => alarm.cancel());
          }
          await runtime.advance(1_000);
          for (const [i, { ms, cancelAt }] of plan.entries()) {
            const at = rang.get(i);
            if (at !== undefined) expect(at).to.be.within(ms, ms + GRID_MS);
            if (cancelAt === null || cancelAt > ms + GRID_MS) expect(at).not.to.equal(undefined);
            if (cancelAt !== null && cancelAt < ms) expect(at).to.equal(undefined);
          }
          expect(runtime.pendingTimers).to.equal(0);
        },
      ),
      { numRuns: 200 },
    );
  });
});
