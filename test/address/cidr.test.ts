import { expect } from 'chai';
import { holds, masked, parseCidr } from '../../src/address/cidr.js';
import { parseIp, printIp } from '../../src/address/ip.js';

const bytesOf = (text: string) => parseIp(text) ?? expect.fail(`${text} is not canonical`);
const isIn = (address: string, block: string) =>
  holds(parseCidr(block) ?? expect.fail(`${block} is no block`), bytesOf(address));

describe('a block of addresses', () => {
  it('holds what begins as it does', () => {
    expect(isIn('10.0.0.0', '10.0.0.0/8')).to.equal(true);
    expect(isIn('10.255.255.255', '10.0.0.0/8')).to.equal(true);
    expect(isIn('11.0.0.0', '10.0.0.0/8')).to.equal(false);
    expect(isIn('172.31.0.1', '172.16.0.0/12')).to.equal(true);
    expect(isIn('172.32.0.1', '172.16.0.0/12')).to.equal(false);
    expect(isIn('febf::1', 'fe80::/10')).to.equal(true);
    expect(isIn('fec0::1', 'fe80::/10')).to.equal(false);
  });

  it('of length 0 is a whole family, and never the other one', () => {
    expect(isIn('8.8.8.8', '0.0.0.0/0')).to.equal(true);
    expect(isIn('::1', '0.0.0.0/0')).to.equal(false);
    expect(isIn('8.8.8.8', '::/0')).to.equal(false);
  });

  it('without a length is one address', () => {
    expect(isIn('10.0.0.1', '10.0.0.1')).to.equal(true);
    expect(isIn('10.0.0.2', '10.0.0.1')).to.equal(false);
    expect(isIn('::1', '::1/128')).to.equal(true);
  });

  const refused = [
    '',
    '/8',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10/8',
    'a/8',
  ];
  for (const text of [
    ...refused,
    '10.0.0.1/8',
    '::1/64',
    '::/129',
    '::ffff:10.0.0.0/104',
    '10.0.0.0/8 ',
    '::/1.0',
  ]) {
    it(`is not "${text}"`, () => expect(parseCidr(text)).to.equal(undefined));
  }

  it('leaves of an address what is before its length', () => {
    expect(printIp(masked(bytesOf('192.0.2.77'), 24))).to.equal('192.0.2.0');
    expect(printIp(masked(bytesOf('2001:db8:1:2ff::1'), 56))).to.equal('2001:db8:1:200::');
    expect(printIp(masked(bytesOf('10.1.2.3'), 0))).to.equal('0.0.0.0');
    expect(printIp(masked(bytesOf('10.1.2.3'), 32))).to.equal('10.1.2.3');
  });
});
