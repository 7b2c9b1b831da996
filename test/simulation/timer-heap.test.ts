import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import fc from 'fast-check';
import { TimerHeap } from '../../src/simulation/timer-heap.js';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

describe('TimerHeap', () => {
  it('runs what a sorted list would run, whatever is cancelled between', () => {
    const push = fc.nat(20).map((at) => ({ type: 'push' as const, at }));
    const cancel = fc.nat(1_000).map((index) => ({ type: 'cancel' as const, index }));
    const take = fc.constant({ type: 'take' as const });
    const step = fc.oneof({ weight: 4, arbitrary: push }, { weight: 3, arbitrary: cancel }, take);

    fc.assert(
      fc.property(fc.array(step, { maxLength: 600, size: 'max' }), (steps) => {
        const heap = new TimerHeap();
        const timers: { cancel(): void }[] = [];
        const ran: number[] = [];
        // A stable sort by time leaves what is due at the same time in the order of creation.
        let model: { at: number; name: number }[] = [];
        for (const action of steps) {
          if (action.type === 'push') {
            const name = timers.length;
            timers.push(heap.push(action.at, () => ran.push(name)));
            model = [...model, { at: action.at, name }].sort((a, b) => a.at - b.at);
          } else if (action.type === 'cancel') {
            const name = action.index % (timers.length || 1);
            timers[name]?.cancel();
            model = model.filter((timer) => timer.name !== name);
          } else if (heap.nextAt() !== undefined) {
            heap.take()();
            expect(ran.at(-1)).to.equal(model.shift()?.name);
          }
          expect(heap.size).to.equal(model.length);
          expect(heap.nextAt()).to.equal(model[0]?.at);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('lets go of what cancelled timers hold, though none of them has come up', () => {
    const heap = new TimerHeap();
    heap.push(0, () => {});
    const held = Array.from({ length: 1_000 }, (_, at) => {
      const load = { at };
      const timer = heap.push(1 + at, () => load);
      timer.cancel();
      return [new WeakRef(load), new WeakRef(timer)];
    });
    // Targets of a WeakRef live until the end of the turn that made it.
    return new Promise((resolve) => setImmediate(resolve)).then(() => {
      collectGarbage();
      const [loads = 0, timers = 0] = [0, 1].map(
        (kind) => held.filter((refs) => refs[kind]?.deref() !== undefined).length,
      );
      expect(loads).to.equal(0);
      expect(timers).to.be.below(64);
      expect(heap.size).to.equal(1);
    });
  });
});
