import { expect } from 'chai';
import { aligned, cut, jsonText, printable } from '../../src/cli/output.js';

describe('printable', () => {
  const cases: [what: string, text: string, shown: string][] = [
    ['leaves ordinary text', 'Zürich 😀 "a"', 'Zürich 😀 "a"'],
    ['spells out colours and line ends', '\u001b[31m\r\n', '\\u001b[31m\\u000d\\u000a'],
    ['spells out the controls of 8 bits', '\u007f\u009b', '\\u007f\\u009b'],
    ['spells out line separators', '\u2028\u2029', '\\u2028\\u2029'],
    ['spells out what turns the direction of text', '\u202e\u2066', '\\u202e\\u2066'],
    ['spells out half of a surrogate pair', '\ud800', '\\ud800'],
  ];
  for (const [what, text, shown] of cases) {
    it(what, () => {
      expect(printable(text)).to.equal(shown);
    });
  }
});

describe('jsonText', () => {
  it('is ASCII controls free and parses to the same value', () => {
    const value = { 'a\u009b': ['\u001b\u202e', '\ud800', 'ü'] };
    expect(printable(jsonText(value))).to.equal(jsonText(value));
    expect(JSON.parse(jsonText(value))).to.deep.equal(value);
  });
});

describe('cut', () => {
  it('keeps what fits, and marks what was longer', () => {
    expect(cut('abc', 3)).to.equal('abc');
    expect(cut('abcd', 3)).to.equal('ab…');
    expect(cut('😀😀😀', 3)).to.equal('😀😀😀');
    expect(cut('😀😀😀😀', 3)).to.equal('😀😀…');
  });
});

describe('aligned', () => {
  it('makes each column as wide as its widest cell', () => {
    const rows = [
      ['hop', 'name', 'end'],
      ['10', 'a', 'x'],
      ['1', 'abcdef', ''],
    ];
    expect(aligned(rows, [0])).to.deep.equal(['hop  name    end', ' 10  a       x', '  1  abcdef']);
  });
});
