import { expect } from 'chai';
import {
  bytesOfContactId,
  checkContactId,
  contactIdOfBytes,
  idOf,
  parseContactId,
} from '../../src/id/contact-id.js';
import { expectRefusal, expectThrowsCode } from '../support/expect-code.js';

const base64 = (bytes: number) => Buffer.alloc(bytes).toString('base64');

describe('checkContactId', () => {
  const wanted = 'expected canonical base64 of 1..255 bytes, got';
  const refused: [what: string, input: unknown, detail: string][] = [
    ['nothing', undefined, `${wanted} undefined`],
    ['null', null, `${wanted} null`],
    ['a number', 5, `${wanted} number`],
    ['bytes', Uint8Array.of(1), `${wanted} Uint8Array`],
    ['an array', ['Zm9v'], `${wanted} array`],
    ['an object', {}, `${wanted} object`],
    ['an empty string', '', `${wanted} an empty string`],
    ['256 bytes', base64(256), '256 > 255'],
    ['257 bytes', base64(257), '257 > 255'],
    ['258 bytes', base64(258), '258 > 255'],
    ['the url-safe alphabet', '-_8=', 'not canonical base64 (did you mean "+/8=")'],
    ['no padding', 'Zg', 'not canonical base64 (did you mean "Zg=="; as text it is "Wmc=")'],
    ['too much padding', 'Zm9v====', 'not canonical base64 (did you mean "Zm9v")'],
    ['a newline', 'Zm9v\n', 'not canonical base64 (did you mean "Zm9v"), got "Zm9v\\n"'],
    ['a space', 'Zm 9v', 'not canonical base64 (did you mean "Zm9v")'],
    ['a name', 'not-an-id', 'not canonical base64 (as text it is "bm90LWFuLWlk")'],
    ['a long name', `${'-'.repeat(49)}!`, 'names are ids as the base64 of their UTF-8'],
    ['trailing bits', 'Zh==', 'trailing bits are not zero'],
    ['trailing bits of one byte less', 'Zm9=', 'trailing bits are not zero'],
    ['trailing bits without padding', 'Zh', 'not canonical base64 (as text it is "Wmg=")'],
  ];
  for (const [what, input, detail] of refused) {
    it(`refuses ${what}`, () => {
      expectRefusal(checkContactId(input), 'BAD_ID', detail);
    });
  }

  it('shows what it was given with control characters escaped and cut to 64', () => {
    const { detail } = expectRefusal(checkContactId(`\u001b[31m${'x'.repeat(200)}`), 'BAD_ID');
    expect(detail).to.contain('got "\\u001b[31mxxx').and.to.match(/x…"$/);
    expect(detail.length).to.be.below(200);
  });

  const accepted: [what: string, text: string][] = [
    ['+, / and = in their places', '+/8='],
    ['twenty zero bytes', base64(20)],
    ['the bytes of __proto__', 'X19wcm90b19f'],
    ['one byte', 'AA=='],
    ['255 bytes', base64(255)],
  ];
  for (const [what, text] of accepted) {
    it(`accepts ${what}`, () => {
      expect(checkContactId(text)).to.equal(text);
      expect(parseContactId(text)).to.equal(text);
    });
  }
});

describe('parseContactId', () => {
  it('throws what checkContactId refuses', () => {
    const fault = expectThrowsCode(() => parseContactId('Zh=='), 'ERR_BAD_ID');
    expect(fault.message).to.equal('BAD_ID: trailing bits are not zero');
  });
});

describe('contactIdOfBytes', () => {
  it('refuses no bytes and more than 255', () => {
    expectThrowsCode(() => contactIdOfBytes(new Uint8Array(0)), 'ERR_BAD_ID');
    expectThrowsCode(() => contactIdOfBytes(new Uint8Array(256)), 'ERR_BAD_ID');
    for (const bytes of [undefined, null, 'Zm9v', [1]])
      expectThrowsCode(() => contactIdOfBytes(bytes as never), 'ERR_BAD_ID');
  });

  it('spells the bytes of a view, not of what it views', () => {
    expect(contactIdOfBytes(Buffer.from('xfoox').subarray(1, 4))).to.equal('Zm9v');
  });
});

describe('idOf', () => {
  it('spells the UTF-8 of the name', () => {
    expect(idOf('foo')).to.equal('Zm9v');
    expect(Buffer.from(bytesOfContactId(idOf('Zürich'))).toString()).to.equal('Zürich');
  });

  it('refuses an empty name, and one of more than 255 bytes', () => {
    expectThrowsCode(() => idOf(''), 'ERR_BAD_ID');
    expectThrowsCode(() => idOf('é'.repeat(128)), 'ERR_BAD_ID');
  });

  it('refuses what is no text', () => {
    for (const name of [undefined, null, 5, {}]) expectThrowsCode(() => idOf(name as never), 'ERR_BAD_ID');
  });
});
