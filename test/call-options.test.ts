import { expect } from 'chai';
import { checkCall, checkFind, checkLookup } from '../src/call-options.js';
import type { ErrorCode } from '../src/errors.js';
import { expectThrowsCode } from './support/expect-code.js';

const { signal } = new AbortController();
const checks = { checkCall, checkLookup, checkFind } as unknown as Record<
  string,
  (call: string, options: unknown) => unknown
>;

describe('checkCall', () => {
  it('gives back what is good', () => {
    for (const options of [{}, { signal }, { signal: undefined } as object])
      expect(checkCall('ping', options)).to.equal(options);
  });

  it('names the call in which a name is wrong', () => {
    const { message } = expectThrowsCode(
      () => checkCall('register', { timeoutMs: 5 } as never),
      'ERR_BAD_OPTION',
    );
    expect(message).to.equal('BAD_OPTION: register: unknown option "timeoutMs"; known: signal');
  });
});

describe('checkLookup', () => {
  it('gives back what is good', () => {
    const options = { signal, timeoutMs: 1, paths: 20 };
    expect(checkLookup('trace', options)).to.equal(options);
  });

  it('knows nothing of what a find alone can do', () => {
    for (const name of ['fresh', 'agree'])
      expectThrowsCode(() => checkLookup('trace', { [name]: 1 } as never), 'ERR_BAD_OPTION');
  });
});

describe('checkFind', () => {
  it('gives back what is good', () => {
    const options = { signal, timeoutMs: 2 ** 31 - 1, paths: 1, fresh: false, agree: 20 };
    expect(checkFind('find', options)).to.equal(options);
  });

  it('suggests the option that was meant', () => {
    const { message } = expectThrowsCode(() => checkFind('find', { timeout: 3 } as never), 'ERR_BAD_OPTION');
    expect(message).to.contain('find: unknown option "timeout" (did you mean "timeoutMs"?)');
  });

  const bad: readonly (readonly [object, ErrorCode?])[] = [
    [{ fresh: 'yes' }],
    [{ fresh: null }],
    [{ agree: 0 }],
    [{ agree: 21 }],
    [{ paths: '2' }],
    [{ paths: 1.5 }],
    [{ timeoutMs: 0 }, 'ERR_BAD_DURATION'],
    [{ timeoutMs: '10' }, 'ERR_BAD_DURATION'],
    [{ timeoutMs: 2 ** 31 }, 'ERR_BAD_DURATION'],
  ];
  for (const [options, code = 'ERR_BAD_OPTION'] of bad) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      expectThrowsCode(() => checkFind('find', options), code);
    });
  }
});

for (const [name, check] of Object.entries(checks)) {
  describe(name, () => {
    for (const options of [null, 5, 'x', [], () => 1, signal]) {
      it(`refuses ${Object.prototype.toString.call(options)} for options`, () => {
        expectThrowsCode(() => check('find', options), 'ERR_BAD_OPTION');
      });
    }

    for (const wrong of [null, 5, {}, new AbortController()]) {
      it(`refuses ${Object.prototype.toString.call(wrong)} for a signal`, () => {
        expectThrowsCode(() => check('find', { signal: wrong }), 'ERR_BAD_OPTION');
      });
    }
  });
}
