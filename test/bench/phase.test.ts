import { expect } from 'chai';
import { timed } from '../../bench/lib/phase.js';

const enough = { ms: 60_000, patienceMs: 60_000 };

describe('timed', () => {
  it('does each task once, so many at a time, and has the answers in the order of the tasks', async () => {
    let [now, most] = [0, 0];
    const act = async (task: number) => {
      most = Math.max(most, ++now);
      await new Promise(setImmediate);
      now--;
      return 2 * task;
    };
    const { answers } = await timed({ tasks: [1, 2, 3, 4, 5], act, inFlight: 2, ...enough });
    expect(answers).to.deep.equal([2, 4, 6, 8, 10]);
    expect(most).to.equal(2);
  });

  context('when a task fails', () => {
    it('has no answer for it, and goes on', async () => {
      const act = async (task: number) => {
        if (task === 1) throw new Error('failed');
        return task;
      };
      const { answers } = await timed({ tasks: [1, 2], act, inFlight: 1, ...enough });
      expect(answers).to.deep.equal([undefined, 2]);
    });
  });

  context('when a task takes longer than its patience', () => {
    it('has no answer for it', async () => {
      const act = () => new Promise<never>(() => undefined);
      const { answers, p50 } = await timed({ tasks: [1], act, inFlight: 1, ms: 60_000, patienceMs: 1 });
      expect(answers).to.deep.equal([undefined]);
      expect(p50).to.be.at.least(0.5);
    });
  });
});
