import { expect } from 'chai';
import { oldestOfMost } from '../../src/address/oldest-of-most.js';

const chosen = (...hosts: string[]) => oldestOfMost(hosts.entries(), ([, host]) => host)?.[0];

describe('oldestOfMost', () => {
  it('is the first of the address that most come from', () => {
    expect(chosen('10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.2')).to.equal(1);
  });

  it('is the first of all where no address has more than another', () => {
    expect(chosen('10.0.0.1', '10.0.0.2', '10.0.0.2', '10.0.0.1')).to.equal(0);
  });

  it('takes a /56 of IPv6 for one place', () => {
    expect(chosen('2001:db8::1', '2001:db8:0:1ff::1', '2001:db8:0:100::2')).to.equal(1);
  });

  it('takes an IPv4 address for the same, however it is written', () => {
    expect(chosen('10.0.0.1', '10.0.0.2', '::ffff:10.0.0.2')).to.equal(1);
  });

  it('takes what is no address as it is', () => {
    expect(chosen('a', 'b', '', 'b')).to.equal(1);
    expect(chosen('not:an:address', 'x', 'not:an:address')).to.equal(0);
  });

  it('is nobody where nobody waits', () => {
    expect(chosen()).to.equal(undefined);
  });
});
