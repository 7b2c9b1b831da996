import { expect } from 'chai';
import { DisgoverError } from '../src/errors.js';
import { Reports } from '../src/reports.js';

/** Whatever is counted and logged, as it comes. */
function recorded() {
  const told: unknown[] = [];
  const log = (...line: unknown[]) => told.push(line);
  const reports = new Reports(
    { debug: log, info: log, warn: log, error: log },
    { increment: (...count) => told.push(count) },
  );
  return { reports, told };
}

describe('Reports', () => {
  it('logs which seed failed, and why', () => {
    const { reports, told } = recorded();
    const seed = { type: 'tcp', host: '127.0.0.1', port: 1 };
    reports.seedFailed(seed, new DisgoverError('DIAL_FAILED', 'x'));
    const fields = { seed: [seed], code: 'ERR_DIAL_FAILED', detail: 'DIAL_FAILED: x' };
    expect(told).to.deep.equal([[fields, 'seed failed']]);
  });

  const faults: readonly [string, unknown, string, object | undefined][] = [
    ['a bug as one of our own', new TypeError('x'), 'fault of our own', undefined],
    [
      'what the admission hook throws as that of the hook',
      new DisgoverError('NOT_ADMITTED', 'admit threw: x'),
      'fault of the admission hook',
      { code: 'NOT_ADMITTED' },
    ],
  ];
  for (const [what, cause, message, labels] of faults) {
    it(`counts and logs ${what}`, () => {
      const { reports, told } = recorded();
      reports.fault(cause);
      expect(told).to.deep.equal([
        ['fault', labels],
        [{ cause }, message],
      ]);
    });
  }
});
