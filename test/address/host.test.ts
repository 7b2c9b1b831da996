import { expect } from 'chai';
import {
  checkHost,
  checkPort,
  endpoint,
  isLiteral,
  isPort,
  isPrivate,
  isWildcard,
  unmapped,
} from '../../src/address/host.js';
import { expectThrowsCode } from '../support/expect-code.js';

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

  it('makes IPv4 of an IPv4 address mapped into IPv6', () =>
    expect(checkHost('::ffff:10.0.0.1')).to.equal('10.0.0.1'));

  const spellings = [
    '0177.0.0.1',
    '2130706433',
    '0x7f.1',
    '127.1',
    '1.2.3.4.5',
    '256.1.1.1',
    '1.2.3',
    '01.2.3.4',
  ];
  const ipv6 = [
    '::ffff:a00:1',
    '0:0:0:0:0:0:0:1',
    '2001:DB8::1',
    'fe80::1%eth0',
    '::1%lo',
    '[::1]',
    '::01',
    '1::2::3',
  ];
  for (const host of [...spellings, ...ipv6, '::ffff:0177.0.0.1', 'a.b.0x1', '1.']) {
    it(`refuses ${host}: no canonical literal`, () =>
      expectThrowsCode(() => checkHost(host), 'ERR_BAD_HOST'));
  }

  for (const host of [
    '',
    'a b',
    'a\r\nb',
    'a\0b',
    'a@b',
    'a#b',
    'a/b',
    '-a',
    'a-',
    'a..b',
    '.',
    'a.',
    'ä.example',
  ]) {
    it(`refuses ${JSON.stringify(host)}: no name`, () =>
      expectThrowsCode(() => checkHost(host), 'ERR_BAD_HOST'));
  }

  it('refuses a name of 254 characters, and a label of 64', () => {
    for (const host of [`${longest}a`, 'a'.repeat(64)])
      expect(expectThrowsCode(() => checkHost(host), 'ERR_BAD_HOST').message).to.contain('name too long');
  });

  for (const host of [undefined, null, 1, ['::1'], { toString: () => '::1' }]) {
    it(`refuses what is no text: ${typeof host}`, () =>
      expectThrowsCode(() => checkHost(host), 'ERR_BAD_HOST'));
  }
});

describe('checkPort', () => {
  it('takes 1 to 65535', () => {
    for (const port of [1, 80, 65_535]) expect(checkPort(port)).to.equal(port);
  });

  for (const port of [0, -1, 65_536, 80.5, Number.NaN, '80', '0x50', null, undefined, [80]]) {
    it(`refuses ${JSON.stringify(port)}`, () => {
      expect(isPort(port)).to.equal(false);
      expectThrowsCode(() => checkPort(port), 'ERR_BAD_PORT');
    });
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
  const carrying = ['64:ff9b::a00:1', '2002:a00:1::'];
  for (const address of [
    ...outside,
    ...carrying,
    '169.254.1.1',
    '2001:db8::1',
    'fe80::1',
    '::',
    '',
    'localhost',
  ]) {
    it(`does not hold for "${address}"`, () => expect(isPrivate(address)).to.equal(false));
  }
});

describe('a host', () => {
  it('is an IP literal or a name', () => {
    expect(['10.0.0.1', '::1', 'a.example', 'localhost'].map(isLiteral)).to.deep.equal([
      true,
      true,
      false,
      false,
    ]);
  });

  it('is unmapped where it is IPv4 in IPv6, and else as it is', () => {
    expect(['::ffff:10.0.0.1', '::1', 'a.example', ''].map(unmapped)).to.deep.equal([
      '10.0.0.1',
      '::1',
      'a.example',
      '',
    ]);
  });

  it('is a wildcard in either family', () => {
    expect(['0.0.0.0', '::', '0.0.0.1', 'a'].map(isWildcard)).to.deep.equal([true, true, false, false]);
  });

  it('is written with its port, in brackets where it has colons', () => {
    expect(endpoint('127.0.0.1', 6742)).to.equal('127.0.0.1:6742');
    expect(endpoint('::1', 6742)).to.equal('[::1]:6742');
  });
});
