import { expect } from 'chai';
import { checkHost, isPrivate } from '../../../transports/tcp/address.js';

describe('checkHost', () => {
  const longest = `${'a'.repeat(63)}.`.repeat(3) + 'a'.repeat(61);
  for (const host of [
    '192.0.2.1',
    '::1',
    '2001:db8::1',
    'localhost',
    'node_1.example',
    'a1',
    '1a.b',
    longest,
  ]) {
    it(`takes ${host.slice(0, 40)}`, () => expect(checkHost(host)).to.equal(host));
  }
});

describe('isPrivate', () => {
  const inside = ['127.0.0.1', '127.9.9.9', '10.1.2.3', '172.16.0.1', '172.31.255.1', '192.168.3.4'];
  const more = ['100.64.0.1', '100.127.255.1', '::1', 'fc00::1', 'fdff:1::2'];
  for (const address of [...inside, ...more]) {
    it(`holds for ${address}`, () => expect(isPrivate(address)).to.equal(true));
  }

  const outside = [
    '8.8.8.8',
    '172.15.0.1',
    '172.32.0.1',
    '192.169.0.1',
    '100.63.0.1',
    '100.128.0.1',
    '1.127.0.1',
  ];
  for (const address of [...outside, '169.254.1.1', '2001:db8::1', 'fe80::1', '::', '']) {
    it(`does not hold for "${address}"`, () => expect(isPrivate(address)).to.equal(false));
  }
});
