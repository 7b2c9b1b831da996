import { expect } from 'chai';
import sinon from 'sinon';
import { SystemRuntime } from '../../src/runtime/system-runtime.js';

describe('SystemRuntime', () => {
  let clock: sinon.SinonFakeTimers;

  beforeEach(() => {
    clock = sinon.useFakeTimers({
      now: 1_000_000,
      toFake: ['setTimeout', 'clearTimeout', 'performance'],
    });
  });

  afterEach(() => clock.restore());

  it('says the milliseconds since the epoch, and goes on with a clock that never goes back', () => {
    const runtime = new SystemRuntime();
    const before = runtime.now();
    clock.tick(250);
    expect(runtime.now() - before).to.equal(250);
  });

  it('runs what is due, once', () => {
    let runs = 0;
    new SystemRuntime().setTimer(100, () => runs++);
    clock.tick(99);
    expect(runs).to.equal(0);
    clock.tick(10_000);
    expect(runs).to.equal(1);
  });

  it('does not run what was cancelled, and cancels what has run without harm', () => {
    let runs = 0;
    const runtime = new SystemRuntime();
    const [cancelled, other] = [runtime.setTimer(100, () => runs++), runtime.setTimer(100, () => runs++)];
    cancelled.cancel();
    cancelled.cancel();
    clock.tick(200);
    other.cancel();
    expect(runs).to.equal(1);
  });

  for (const ms of [-5, 0]) {
    it(`runs soon what is due in ${ms} ms`, () => {
      let runs = 0;
      new SystemRuntime().setTimer(ms, () => runs++);
      clock.tick(1);
      expect(runs).to.equal(1);
    });
  }

  it("waits as long as the platform can where that is longer, and not at all as Node's timers would", () => {
    let runs = 0;
    new SystemRuntime().setTimer(2 ** 31, () => runs++);
    clock.tick(2 ** 31 - 2);
    expect(runs).to.equal(0);
    clock.tick(1);
    expect(runs).to.equal(1);
  });

  it('keeps no process alive', () => {
    const timers: NodeJS.Timeout[] = [];
    const { setTimeout: fake } = globalThis;
    sinon.replace(globalThis, 'setTimeout', ((...args: Parameters<typeof fake>) => {
      const timer = fake(...args);
      timers.push(timer);
      return timer;
    }) as typeof fake);
    new SystemRuntime().setTimer(100, () => {});
    sinon.restore();
    expect(timers.map((timer) => timer.hasRef())).to.deep.equal([false]);
  });

  it('gives as many bytes as are wanted, other ones each time', () => {
    const runtime = new SystemRuntime();
    const [a, b] = [runtime.randomBytes(20), runtime.randomBytes(20)];
    expect([a.length, b.length, runtime.randomBytes(0).length]).to.deep.equal([20, 20, 0]);
    expect(a).not.to.deep.equal(b);
  });
});
