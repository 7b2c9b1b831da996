import { expect } from 'chai';
import { equalBytes, textOf, utf8 } from '../../src/id/bytes.js';

describe('textOf', () => {
  it('is the way back from utf8', () => {
    expect(textOf(utf8('Zürich 😀'))).to.equal('Zürich 😀');
  });

  it('keeps a byte order mark', () => {
    expect(textOf(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).to.equal('\ufeffa');
  });

  it('throws for what is not UTF-8', () => {
    expect(() => textOf(Uint8Array.of(0xc3, 0x28))).to.throw(TypeError);
  });
});

describe('equalBytes', () => {
  it('compares content, whatever the type of view', () => {
    expect(equalBytes(Buffer.from('foo'), utf8('foo'))).to.equal(true);
    expect(equalBytes(utf8('foo'), utf8('fop'))).to.equal(false);
    expect(equalBytes(utf8('foo'), utf8('fo'))).to.equal(false);
    expect(equalBytes(utf8(''), utf8(''))).to.equal(true);
  });
});
