import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  choice,
  choices,
  file,
  flag,
  helpOf,
  integer,
  integers,
  number,
  parametersOf,
  refuseGiven,
  word,
} from '../../bench/lib/parameters.js';
import { UsageError } from '../../bench/lib/usage-error.js';

const flags = {
  nodes: integer(2, 10_000, 'nodes', 128),
  share: number(0, 0.99, 'of them', 0.25),
  sizes: integers(1, 9, 'sizes', [1]),
  target: choice(['entity', 'node'], 'what', 'entity'),
  peers: choices(['one', 'two', 'three'], 'who', ['one']),
  identity: flag('proved'),
  late: number(1, 2, 'when'),
};

describe('parametersOf', () => {
  context('when nothing is given', () => {
    it('has the defaults', () => {
      const { nodes, share, sizes, target, peers, identity, late } = parametersOf([], flags);
      expect([nodes, share, sizes, target, peers]).to.deep.equal([128, 0.25, [1], 'entity', ['one']]);
      expect([identity, late]).to.deep.equal([false, undefined]);
    });
  });

  context('when all are given', () => {
    it('has each as what it was declared to be', () => {
      const numbers = ['--nodes', '32', '--share=0.5', '--sizes', '2,3', '--late', '1.5'];
      const names = ['--target', 'node', '--peers', 'three,one', '--identity'];
      expect(parametersOf([...numbers, ...names], flags)).to.deep.equal({
        ...{ nodes: 32, share: 0.5, sizes: [2, 3], late: 1.5 },
        ...{ target: 'node', peers: ['three', 'one'], identity: true },
      });
      expect(parametersOf(['--peers', 'all'], flags).peers).to.deep.equal(['one', 'two', 'three']);
    });
  });

  for (const [args, refusal] of [
    [['--nodes', '1.5'], '--nodes: an integer 2..10,000'],
    [['--nodes', '1'], '--nodes: an integer 2..10,000'],
    [['--nodes', '10001'], '--nodes: an integer 2..10,000'],
    [['--nodes', ''], '--nodes: an integer 2..10,000'],
    [['--nodes', '-1'], "Option '--nodes' argument is ambiguous"],
    [['--share', 'half'], '--share: a number 0..0.99'],
    [['--share', 'NaN'], '--share: a number 0..0.99'],
    [['--sizes', '1,'], '--sizes: integers 1..9 with commas between them'],
    [['--target', 'both'], '--target: one of entity, node'],
    [['--peers', 'one,four'], '--peers: all, or some of one, two, three with commas between them'],
    [['--noeds', '3'], "Unknown option '--noeds'"],
    [['word'], "Unexpected argument 'word'"],
  ] as const) {
    context(`when ${args.join(' ')} is given`, () => {
      it('throws, names the flag, and says what it takes', () => {
        expect(() => parametersOf(args, flags))
          .to.throw(UsageError)
          .with.property('message', refusal);
      });
    });
  }

  it('takes words where they are declared', () => {
    const words = { filter: word('of names') };
    expect(parametersOf(['closest', 'k'], words)).to.deep.equal({ filter: 'closest k' });
    expect(parametersOf([], words)).to.deep.equal({ filter: '' });
    expect(() => parametersOf(['--filter', 'k'], words)).to.throw(UsageError, '--filter');
  });

  context('when a file is given', () => {
    const dir = mkdtempSync(join(tmpdir(), 'disgover-bench-'));
    after(() => rmSync(dir, { recursive: true }));
    const given = (name: string) => parametersOf(['--json', name], { json: file('results') }).json;

    it('leaves none behind where there was none', () => {
      const name = join(dir, 'new.json');
      expect(given(name)).to.equal(name);
      expect(existsSync(name)).to.equal(false);
    });

    it('leaves one that was there as it is', () => {
      const name = join(dir, 'old.json');
      writeFileSync(name, 'old');
      given(name);
      expect(readFileSync(name, 'utf8')).to.equal('old');
    });

    it('throws when it cannot be written', () => {
      expect(() => given(join(dir, 'missing', 'new.json'))).to.throw(UsageError, '--json: ');
      expect(() => given(dir)).to.throw(UsageError, '--json: ');
    });
  });
});

describe('refuseGiven', () => {
  it('throws for the first that was given', () => {
    const given = parametersOf(['--late', '2', '--identity'], flags);
    expect(() => refuseGiven(given, ['identity', 'late'], 'not here')).to.throw(
      UsageError,
      '--identity: not here',
    );
  });

  it('is silent where none was', () => {
    refuseGiven(parametersOf([], flags), ['identity', 'late'], 'not here');
  });
});

describe('helpOf', () => {
  it('has a line for each, with what it takes and its default', () => {
    const { nodes, identity } = flags;
    expect(helpOf({ nodes, identity }).split('\n')).to.deep.equal([
      '  --nodes     nodes: an integer 2..10,000 (128)',
      '  --identity  proved',
    ]);
  });
});
