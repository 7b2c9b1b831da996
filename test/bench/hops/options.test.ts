import { expect } from 'chai';
import { flags, hopsOf } from '../../../bench/hops/options.js';
import { parametersOf } from '../../../bench/lib/parameters.js';
import { UsageError } from '../../../bench/lib/usage-error.js';

const parsed = (line: string) => hopsOf(parametersOf(line.split(' '), flags));

describe('hopsOf', () => {
  it('has a run for each size, the large ones in the model', () => {
    const runs = parsed('--nodes 100,100000');
    expect(runs.map(({ nodes, isModel }) => [nodes, isModel])).to.deep.equal([
      [100, false],
      [100_000, true],
    ]);
  });

  it('has as many contacts known as fit in the budget', () => {
    expect(parsed('--model --budget 1000 --contact-bytes 100')[0]?.known).to.equal(10);
  });

  it('has no more networks than lookups', () => {
    expect(parsed('--model --lookups 5')[0]?.networks).to.equal(5);
  });

  it('has alpha 3, or k where that is less', () => {
    expect(parsed('--k 2')[0]?.alpha).to.equal(2);
  });

  for (const [line, refusal] of [
    ['--hint-bytes 0 --model', '--hint-bytes: in the engine only'],
    ['--busy 1 --model', '--busy: in the engine only'],
    ['--busy 5 --nodes 5', '--busy: an integer 1..4'],
    ['--busy 1 --dead 0.1', '--busy: only where all nodes are alive and honest'],
    ['--tell-known', '--tell-known: in the model only'],
    ['--tell-known --model', '--tell-known: with --known or --budget only'],
    ['--plain --nodes 100,100000', '--plain: in the model only'],
    ['--known 1 --budget 1000 --model', '--known: not together with --budget'],
    ['--contact-bytes 64 --model', '--contact-bytes: with --budget only'],
    ['--alpha 3 --k 2', '--alpha: an integer 1..2'],
    ['--paths 3 --k 2', '--paths: an integer 1..2'],
    ['--networks 3 --lookups 2', '--networks: an integer 1..2'],
    ['--lookups 0', '--lookups: an integer 1..100,000'],
    ['--nodes 1', '--nodes: integers 2..10,000,000'],
  ] as const) {
    it(`refuses ${line}`, () => {
      expect(() => parsed(line)).to.throw(UsageError, refusal);
    });
  }
});
