import { expect } from 'chai';
import { CommanderError } from 'commander';
import { exitCodeOf, exitCodeOfSeeds } from '../../src/cli/exit-codes.js';
import { failureOf, Interrupted, NegativeAnswer, TurnedAway } from '../../src/cli/failure.js';
import { DisgoverError, type FaultCode } from '../../src/errors.js';

describe('exitCodeOf', () => {
  const cases: [number, FaultCode[]][] = [
    [64, ['UNKNOWN_COMMAND', 'BAD_SEED', 'BAD_OPTION']],
    [65, ['BAD_ID', 'BAD_JSON', 'CONTACT_TOO_LARGE']],
    [69, ['NO_NODES', 'DIAL_FAILED', 'LINK_LOST']],
    [70, ['INTERNAL']],
    [71, ['ADDRESS_IN_USE']],
    [75, ['LOOKUP_TIMEOUT', 'TIMEOUT', 'BUSY']],
    [77, ['BAD_SECRET', 'GROUP_MISMATCH', 'KEY_REQUIRED', 'NOT_ADMITTED']],
    [76, ['TLS_FAILED', 'TLS_REQUIRED']],
    [76, ['BAD_MAGIC', 'VERSION_MISMATCH', 'UNSUPPORTED']],
  ];
  for (const [exitCode, faults] of cases) {
    it(`is ${exitCode} for ${faults.join(', ')}`, () => {
      for (const fault of faults) expect(exitCodeOf(fault), fault).to.equal(exitCode);
    });
  }
});

describe('exitCodeOfSeeds', () => {
  it('is that of the reason which all seeds had, where they are there and let nobody in', () => {
    expect(exitCodeOfSeeds(['BAD_SECRET', 'NOT_ADMITTED'])).to.equal(77);
    expect(exitCodeOfSeeds(['TLS_FAILED'])).to.equal(76);
  });

  it('is none where one of them had another, was not there, or there were none', () => {
    for (const faults of [['BAD_SECRET', 'DIAL_FAILED'], ['DIAL_FAILED'], ['TIMEOUT'], []] as const) {
      expect(exitCodeOfSeeds(faults), faults.join()).to.equal(undefined);
    }
  });
});

describe('failureOf', () => {
  it('says what a fault of disgover says', () => {
    const message = 'LOOKUP_TIMEOUT: 10000 ms, 12 asked, 9 answered';
    const fault = new DisgoverError('LOOKUP_TIMEOUT', '10000 ms, 12 asked, 9 answered');
    expect(failureOf(fault)).to.deep.equal({ exitCode: 75, report: { code: 'ERR_LOOKUP_TIMEOUT', message } });
  });

  it('names flags in place of options, and the code of what is beneath', () => {
    const cause = new DisgoverError('TLS_FAILED', 'give its CA as tls.ca');
    const fault = new DisgoverError('NO_NODES', `1 seed tried, last: ${cause.message}`, { cause });
    const report = {
      code: 'ERR_NO_NODES',
      message: 'NO_NODES: 1 seed tried, last: TLS_FAILED: give its CA as --tls-ca',
      cause: 'ERR_TLS_FAILED',
    };
    expect(failureOf(fault)).to.deep.equal({ exitCode: 69, report });
    expect(failureOf(new TurnedAway(fault, 76))).to.deep.equal({ exitCode: 76, report });
  });

  it('says nothing of an interruption', () => {
    expect(failureOf(new Interrupted('SIGINT'))).to.deep.equal({ exitCode: 130 });
    expect(failureOf(new Interrupted('SIGTERM'))).to.deep.equal({ exitCode: 143 });
    expect(failureOf(new Interrupted('SIGHUP'))).to.deep.equal({ exitCode: 129 });
  });

  it('exits with 1 when the answer is no', () => {
    const { exitCode, report } = failureOf(new NegativeAnswer('NOT_FOUND', 'nobody has it'));
    expect(exitCode).to.equal(1);
    expect(report).to.deep.equal({ code: 'ERR_NOT_FOUND', message: 'NOT_FOUND: nobody has it' });
  });

  it('asks to report a bug, with the version', () => {
    const { exitCode, report } = failureOf(new TypeError('x is\u001b not a function'));
    expect(exitCode).to.equal(70);
    expect(report?.code).to.equal('ERR_INTERNAL');
    expect(report?.message).to.match(
      /^INTERNAL: please report: disgover \d+\.\d+\.\d+, Node v\d+.*"TypeError: x is\\u001b/,
    );
  });

  it('tells the limit when descriptors ran out, however deep that is', () => {
    const system = Object.assign(new Error('connect EMFILE'), { code: 'EMFILE' });
    const dial = new DisgoverError('DIAL_FAILED', 'EMFILE', { cause: system });
    const { exitCode, report } = failureOf(new DisgoverError('NO_NODES', 'x', { cause: dial }));
    expect(exitCode).to.equal(71);
    expect(report?.message).to.match(/^TOO_MANY_OPEN_FILES: ulimit -n is (?:\d+|unlimited)$/);
  });

  it('shows the alternatives of a mistyped word', () => {
    const message = "error: unknown command 'x'\n(Did you mean one of a, b?)";
    const { report } = failureOf(new CommanderError(1, 'commander.unknownCommand', message));
    expect(report?.message).to.equal('UNKNOWN_COMMAND: "x" (did you mean "a", "b")');
  });
});
