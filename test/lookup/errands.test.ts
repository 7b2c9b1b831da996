import { expect } from 'chai';
import { DisgoverError, Refusal } from '../../src/errors.js';
import { limits } from '../../src/limits.js';
import { Errands } from '../../src/lookup/errands.js';
import type { Abortable } from '../../src/runtime/abort.js';
import type { Session } from '../../src/session/session.js';
import { idOf } from '../support/ids.js';

const id = idOf('thing');
const asker = () => ({}) as Session;

/** Finds that last until a test ends them. */
class World {
  readonly ends: ((found: string | Error | undefined) => void)[] = [];
  readonly signals: Abortable[] = [];
  readonly errands = new Errands<string>((_id, signal) => {
    this.signals.push(signal);
    return new Promise((resolve, reject) => {
      this.ends.push((found) => (found instanceof Error ? reject(found) : resolve(found)));
    });
  });
}

const isRefused = (outcome: unknown): boolean =>
  outcome instanceof Refusal && outcome.code === 'RATE_LIMITED';

describe('Errands', () => {
  it('bring what was found, or nothing', async () => {
    const { errands, ends } = new World();
    const outcomes = ['there', undefined].map((found) => {
      const running = errands.run(id, asker());
      ends.at(-1)?.(found);
      return running;
    });
    expect(await Promise.all(outcomes)).to.deep.equal(['there', undefined]);
    expect(errands.size).to.equal(0);
  });

  it('are so many of one session at a time', async () => {
    const { errands, ends } = new World();
    const session = asker();
    const running = Array.from({ length: limits.errandsPerSession }, () => errands.run(id, session));
    expect(isRefused(errands.run(id, session))).to.equal(true);
    ends[0]?.('there');
    expect(await running[0]).to.equal('there');
    expect(isRefused(errands.run(id, session))).to.equal(false);
    expect(errands.size).to.equal(limits.errandsPerSession);
  });

  it('are so many in all', () => {
    const { errands } = new World();
    for (let i = 0; i < limits.errands; i++) expect(isRefused(errands.run(id, asker()))).to.equal(false);
    expect(isRefused(errands.run(id, asker()))).to.equal(true);
  });

  it('end with the session of who asked', async () => {
    const { errands, ends, signals } = new World();
    const [gone, there] = [asker(), asker()];
    const running = errands.run(id, gone);
    errands.run(id, there);
    errands.forget(gone);
    expect(signals.map(({ aborted }) => aborted)).to.deep.equal([true, false]);
    ends[0]?.(signals[0]?.reason as Error);
    expect([await running, errands.size]).to.deep.equal([undefined, 1]);
  });

  it('bring nothing where nobody is reached in time, and say so where there is no place to look', async () => {
    for (const [code, refused] of [
      ['LOOKUP_TIMEOUT', false],
      ['NO_NODES', false],
      ['BUSY', true],
    ] as const) {
      const { errands, ends } = new World();
      const running = errands.run(id, asker());
      ends[0]?.(new DisgoverError(code, 'x'));
      const outcome = await running;
      expect([outcome === undefined, isRefused(outcome)], code).to.deep.equal([!refused, refused]);
    }
  });

  it('do not hide a fault of ours', async () => {
    const { errands, ends } = new World();
    const failing = errands.run(id, asker()) as Promise<unknown>;
    ends[0]?.(new TypeError('a bug'));
    const fault = await failing.catch((reason) => reason);
    expect(fault).to.be.instanceOf(TypeError);
    expect(errands.size).to.equal(0);
  });
});
