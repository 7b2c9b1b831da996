import { expect } from 'chai';
import { DisgoverError } from '../src/errors.js';
import { Reports } from '../src/reports.js';

describe('Reports', () => {
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
      const told: unknown[] = [];
      const log = (...line: unknown[]) => told.push(line);
      const reports = new Reports(
        { debug: log, info: log, warn: log, error: log },
        { increment: (...count) => told.push(count) },
      );
      reports.fault(cause);
      expect(told).to.deep.equal([
        ['fault', labels],
        [{ cause }, message],
      ]);
    });
  }
});
