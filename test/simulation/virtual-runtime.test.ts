import { expect } from 'chai';
import { VirtualRuntime } from '../../src/simulation/virtual-runtime.js';
import { expectThrowsCode } from '../support/expect-code.js';

const EPOCH_MS = 1_767_225_600_000;

async function rejection(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.fail('resolved'),
    (error: Error) => error,
  );
}

describe('VirtualRuntime', () => {
  let runtime: VirtualRuntime;

  beforeEach(() => {
    runtime = new VirtualRuntime();
  });

  describe('its clock', () => {
    it('starts at a fixed moment and stands still', async () => {
      expect(runtime.now()).to.equal(EPOCH_MS);
      await new Promise((resolve) => setImmediate(resolve));
      expect(runtime.now()).to.equal(EPOCH_MS);
      expect(new VirtualRuntime({ epochMs: 5 }).now()).to.equal(5);
    });

    it('stands at the moment of a timer while that runs', async () => {
      const seen: number[] = [];
      for (const ms of [30, 10, 20.5]) runtime.setTimer(ms, () => seen.push(runtime.now() - EPOCH_MS));
      await runtime.advance(100);
      expect(seen).to.deep.equal([10, 20.5, 30]);
      expect(runtime.now()).to.equal(EPOCH_MS + 100);
    });

    it('never goes back: a timer for the past runs now', async () => {
      await runtime.advance(50);
      const seen: number[] = [];
      for (const ms of [-20, 0, Number.NaN]) runtime.setTimer(ms, () => seen.push(runtime.now() - EPOCH_MS));
      runtime.setTimerAt(3, () => seen.push(runtime.now() - EPOCH_MS));
      await runtime.advance(0);
      expect(seen).to.deep.equal([50, 50, 50, 50]);
    });
  });

  describe('a timer', () => {
    it('runs in the order of creation when several are due at the same time', async () => {
      const order: number[] = [];
      for (let name = 0; name < 200; name++) runtime.setTimer(name % 2, () => order.push(name));
      await runtime.advance(1);
      const names = Array.from({ length: 100 }, (_, at) => 2 * at);
      expect(order).to.deep.equal([...names, ...names.map((name) => name + 1)]);
    });

    it('does not run once cancelled, even by another that is due at the same time', async () => {
      const ran: string[] = [];
      const timers = ['first', 'second', 'third'].map((name) =>
        runtime.setTimer(5, () => {
          ran.push(name);
          timers[1]?.cancel();
        }),
      );
      await runtime.advance(10);
      expect(ran).to.deep.equal(['first', 'third']);
    });

    it('may be cancelled twice, and after it has run', async () => {
      let runs = 0;
      const timer = runtime.setTimer(1, () => runs++);
      const other = runtime.setTimer(2, () => runs++);
      await runtime.advance(1);
      timer.cancel();
      other.cancel();
      other.cancel();
      expect(runtime.pendingTimers).to.equal(0);
      await runtime.advance(10);
      expect(runs).to.equal(1);
    });

    it('is counted while it is pending, and then among the events', async () => {
      runtime.setTimer(1, () => {});
      runtime.setTimer(2, () => {}).cancel();
      runtime.setTimer(3, () => {});
      expect(runtime.pendingTimers).to.equal(2);
      await runtime.advance(2);
      expect(runtime.pendingTimers).to.equal(1);
      expect(runtime.events).to.equal(1);
    });
  });

  describe('advance', () => {
    it('runs what is due in the span, also what comes up meanwhile, and nothing later', async () => {
      const ran: string[] = [];
      runtime.setTimer(10, () => {
        ran.push('a');
        runtime.setTimer(5, () => ran.push('b'));
        runtime.setTimer(6, () => ran.push('too late'));
      });
      await runtime.advance(15);
      expect(ran).to.deep.equal(['a', 'b']);
    });

    it('follows all promises of an event before the next, though it is due at the same time', async () => {
      const order: string[] = [];
      const chain = async (name: string) => {
        for (let step = 0; step < 50; step++) await null;
        order.push(`end of ${name}`);
      };
      runtime.setTimer(1, () => void chain('a'));
      runtime.setTimer(1, () => order.push('b'));
      await runtime.advance(1);
      expect(order).to.deep.equal(['end of a', 'b']);
    });

    it('follows promises that were settled before it', async () => {
      const ran: number[] = [];
      void Promise.resolve().then(() => runtime.setTimer(1, () => ran.push(1)));
      await runtime.advance(1);
      expect(ran).to.deep.equal([1]);
    });

    it('rejects with what a timer throws, and can go on', async () => {
      const fault = new Error('thrown by a timer');
      let runs = 0;
      runtime.setTimer(1, () => {
        throw fault;
      });
      runtime.setTimer(2, () => runs++);
      expect(await rejection(runtime.advance(5))).to.equal(fault);
      expect(runs).to.equal(0);
      await runtime.advance(5);
      expect(runs).to.equal(1);
    });

    it('refuses to be driven twice at once', async () => {
      const driving = runtime.advance(5);
      expect((await rejection(runtime.advance(1))).message).to.match(/already driven/);
      await driving;
    });
  });

  describe('run', () => {
    it('resolves to what the function or promise resolves to', async () => {
      expect(await runtime.run(async () => 1)).to.equal(1);
      expect(await runtime.run(() => 2)).to.equal(2);
      expect(await runtime.run(runtime.sleep(5).then(() => 3))).to.equal(3);
      expect(runtime.now()).to.equal(EPOCH_MS + 5);
    });

    it('rejects with what the promise rejects with', async () => {
      const fault = new Error('of the task');
      const failing = runtime.run(async () => {
        await runtime.sleep(1);
        throw fault;
      });
      expect(await rejection(failing)).to.equal(fault);
    });

    it('stops the clock when the promise settles', async () => {
      runtime.setTimer(1_000, () => {});
      await runtime.run(() => runtime.sleep(7));
      expect(runtime.now()).to.equal(EPOCH_MS + 7);
      expect(runtime.pendingTimers).to.equal(1);
    });

    it('rejects when nothing is left that could settle the promise', async () => {
      const stuck = runtime.run(async () => {
        await runtime.sleep(12);
        await new Promise(() => {});
      });
      expect((await rejection(stuck)).message).to.match(/^stuck after 12 ms .* no timer is left$/);
    });

    it('rejects when the promise is pending after maxMs', async () => {
      const tick = () => runtime.setTimer(100, tick);
      tick();
      const endless = runtime.run(new Promise(() => {}), { maxMs: 1_000 });
      expect((await rejection(endless)).message).to.match(/pending after 1000 ms/);
      expect(runtime.now()).to.equal(EPOCH_MS + 1_000);
    });

    it('tells who drives time within it to sleep instead', async () => {
      const nested = runtime.run(() => runtime.sleep(1).then(() => runtime.advance(1)));
      expect((await rejection(nested)).message).to.match(/wait with `sleep`/);
    });
  });

  describe('its randomness', () => {
    const draw = (seed?: number) => {
      const drawn = new VirtualRuntime(seed === undefined ? {} : { seed });
      return [drawn.randomBytes(20).join(), drawn.random(), drawn.integer(1_000_000)];
    };

    it('comes from the seed, which is 1 where none is given', () => {
      expect(draw(7)).to.deep.equal(draw(7));
      expect(draw(7)).not.to.deep.equal(draw(8));
      expect(draw()).to.deep.equal(draw(1));
    });

    it('stays within the bounds of what was asked for', () => {
      for (let count = 0; count < 1_000; count++) {
        expect(runtime.random()).to.be.within(0, 1 - 2 ** -53);
        expect(runtime.integer(3)).to.be.oneOf([0, 1, 2]);
      }
    });

    it('refuses a seed that is not an integer from 0', () => {
      for (const seed of [-1, 1.5, Number.NaN, 2 ** 53]) {
        expectThrowsCode(() => new VirtualRuntime({ seed }), 'ERR_BAD_OPTION');
      }
    });
  });
});
