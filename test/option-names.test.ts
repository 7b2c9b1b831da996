import { expect } from 'chai';
import { checkOptionNames, unknownName } from '../src/option-names.js';
import { expectThrowsCode } from './support/expect-code.js';

const known = ['transport', 'seeds', 'timeoutMs', 'k'];

describe('unknownName', () => {
  it('lists those that are known', () => {
    expect(unknownName('option', 'bucketSize', ['k', 'seeds'])).to.equal(
      'unknown option "bucketSize"; known: k, seeds',
    );
  });

  for (const [name, meant] of [
    ['seed', 'seeds'],
    ['transports', 'transport'],
    ['Transport', 'transport'],
    ['tranport', 'transport'],
    ['timeout', 'timeoutMs'],
    ['timeoutms', 'timeoutMs'],
    ['K', 'k'],
  ] as const) {
    it(`takes ${name} for ${meant}`, () => {
      expect(unknownName('option', name, known)).to.contain(`"${name}" (did you mean "${meant}"?); known: `);
    });
  }

  for (const name of ['port', 'xyz', '', 'seedlings', 'transport'.repeat(4)]) {
    it(`takes ${JSON.stringify(name)} for none of them`, () => {
      expect(unknownName('option', name, known)).not.to.contain('did you mean');
    });
  }

  it('suggests the nearest of several, the first where they are as near', () => {
    expect(unknownName('event', 'nodeAdede', ['nodeAd', 'nodeAdded'])).to.contain('"nodeAdded"?');
    expect(unknownName('event', 'abcd', ['abcx', 'abcy'])).to.contain('"abcx"?');
  });
});

describe('checkOptionNames', () => {
  it('takes an object with known names, or none', () => {
    checkOptionNames('x', { k: 1, seeds: undefined }, known);
    checkOptionNames('x', Object.create(null), known);
  });

  for (const value of [undefined, null, 5, 'k', [], () => 1, new Date(0)]) {
    it(`refuses ${String(value)}`, () => {
      expectThrowsCode(() => checkOptionNames('x', value, known), 'ERR_BAD_OPTION');
    });
  }

  it('refuses another name, and says where', () => {
    const { message } = expectThrowsCode(() => checkOptionNames('x', { seed: 1 }, known), 'ERR_BAD_OPTION');
    expect(message).to.contain('x: unknown option "seed" (did you mean "seeds"?)');
  });
});
