import { expect } from 'chai';
import { parseIp, printIp } from '../../src/address/ip.js';
import { innermost, rangeOf, type Scope } from '../../src/address/ranges.js';

const bytesOf = (text: string) => parseIp(text) ?? expect.fail(`${text} is not canonical`);
const scopeOf = (text: string) => rangeOf(bytesOf(text)).scope;

const scopes: Record<Scope, readonly string[]> = {
  loopback: ['127.0.0.1', '127.255.255.255', '::1'],
  private: [
    '10.0.0.1',
    '10.255.255.255',
    '172.16.0.0',
    '172.31.255.255',
    '192.168.0.1',
    '100.64.0.1',
    'fd00::1',
  ],
  'link-local': ['169.254.169.254', '169.254.0.0', 'fe80::1', 'febf::1', 'fec0::1'],
  metadata: ['100.100.100.200', '168.63.129.16', '192.0.0.192', 'fd00:ec2::254', 'fd20:ce::254'],
  multicast: ['224.0.0.1', '239.255.255.250', 'ff02::1'],
  broadcast: ['255.255.255.255'],
  unspecified: ['0.0.0.0', '0.1.2.3', '::'],
  reserved: [
    '192.0.2.1',
    '203.0.113.9',
    '240.0.0.1',
    '198.19.0.1',
    '2001:db8::1',
    '2001::1',
    '4000::1',
    '::2',
  ],
  public: ['1.1.1.1', '8.8.8.8', '126.255.255.255', '172.32.0.1', '223.255.255.255', '2606:4700::1111'],
};

describe('the range of an address', () => {
  for (const [scope, addresses] of Object.entries(scopes)) {
    for (const address of addresses)
      it(`${address} is ${scope}`, () => expect(scopeOf(address)).to.equal(scope));
  }

  it('is one for loopback in both families, and one for each private network', () => {
    const range = (text: string) => rangeOf(bytesOf(text));
    expect(range('127.0.0.1')).to.equal(range('::1'));
    expect(range('10.0.0.1')).to.equal(range('10.9.9.9'));
    expect(range('10.0.0.1')).not.to.equal(range('192.168.0.1'));
  });
});

describe('the innermost address', () => {
  const carried = {
    '::ffff:10.0.0.1': '10.0.0.1',
    '64:ff9b::a9fe:a9fe': '169.254.169.254',
    '::ffff:0:7f00:1': '127.0.0.1',
    '2002:7f00:1::1': '127.0.0.1',
    '::127.0.0.1': '127.0.0.1',
    '::8.8.8.8': '8.8.8.8',
  };
  for (const [outer, inner] of Object.entries(carried)) {
    it(`of ${outer} is ${inner}`, () => expect(printIp(innermost(bytesOf(outer)))).to.equal(inner));
  }

  for (const address of ['10.0.0.1', '::1', '::', '2606:4700::1111', '64:ff9b:1::a00:1', 'fe80::7f00:1']) {
    it(`of ${address} is itself`, () => expect(printIp(innermost(bytesOf(address)))).to.equal(address));
  }
});
