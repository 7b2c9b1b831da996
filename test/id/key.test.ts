import { expect } from 'chai';
import { utf8 } from '../../src/id/bytes.js';
import { keyBytes, keyOf, keyOfBytes } from '../../src/id/key.js';
import { sha256 as sha256InBrowser } from '../../src/id/sha256.browser.js';
import { sha256 } from '../../src/id/sha256.js';

describe('keyOf', () => {
  it('gives 32 bytes that share no memory with a Buffer', () => {
    const key = keyOf(utf8('foo'));
    expect(key).to.have.length(keyBytes);
    expect(key.constructor).to.equal(Uint8Array);
    key.slice()[0] = 0;
    expect(key).to.deep.equal(keyOf(utf8('foo')));
  });

  it('is the same with either twin of the digest', () => {
    for (const length of [0, 1, 20, 63, 64, 65, 255]) {
      const bytes = new Uint8Array(length).fill(length);
      expect(sha256InBrowser(bytes)).to.deep.equal(sha256(bytes));
    }
  });
});

describe('keyOfBytes', () => {
  it('takes 32 bytes and nothing else', () => {
    expect(keyOfBytes(new Uint8Array(32))).to.have.length(32);
    expect(() => keyOfBytes(new Uint8Array(31))).to.throw(RangeError, 'a key has 32 bytes, not 31');
  });
});
