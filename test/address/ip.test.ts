import { expect } from 'chai';
import { canonicalIp } from '../../src/address/ip.js';

describe('canonicalIp', () => {
  const cases: [text: string, canonical: string | undefined][] = [
    ['10.0.0.1', '10.0.0.1'],
    ['2001:DB8:0:1:0:0:0:5', '2001:db8:0:1::5'],
    ['2001:db8::1:0:0:0:5', '2001:db8:0:1::5'],
    ['::ffff:a00:7', '10.0.0.7'],
    ['::ffff:10.0.0.7', '10.0.0.7'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['010.0.0.1', undefined],
    ['10.0.0', undefined],
    ['fe80::1%eth0', undefined],
    ['1::2::3', undefined],
    ['example.net', undefined],
    ['', undefined],
    [`::${'0'.repeat(50)}`, undefined],
  ];
  for (const [text, canonical] of cases) {
    it(`is ${canonical} of ${JSON.stringify(text)}`, () => {
      expect(canonicalIp(text)).to.equal(canonical);
    });
  }
});
