import { expect } from 'chai';
import {
  isSourceUrl,
  seedOfUrl,
  seedsOfEnvironment,
  sourceSchemes,
} from '../../src/bootstrap/source-of-url.js';
import type { BootstrapSource } from '../../src/contracts/bootstrap-source.js';
import { expectThrowsCode } from '../support/expect-code.js';

const urls: Readonly<Record<string, string>> = {
  file: 'file:///etc/disgover/seeds',
  dnssrv: 'dnssrv://_disgover._tcp.example.net',
  dns: 'dns://nodes.example.net:6742',
  multicast: 'multicast://239.255.67.42:6742',
  k8s: 'k8s://default/disgover',
  http: 'http://127.0.0.1:8642/v1/contacts',
  https: 'https://registry.example.net/v1/contacts',
  serf: 'serf://127.0.0.1:7373',
};

describe('seedOfUrl', () => {
  for (const [scheme, url] of Object.entries(urls)) {
    it(`makes a source of ${url}`, () => {
      const source = seedOfUrl(url) as BootstrapSource;
      expect(source.seeds).to.be.a('function');
      expect(source.name).to.be.a('string');
      expect([isSourceUrl(url), sourceSchemes.includes(scheme)]).to.deep.equal([true, true]);
    });
  }

  it('leaves addresses as they are', () => {
    for (const address of ['10.0.0.7:6742', 'tcp://10.0.0.7:6742', 'wss://a.example:443/x']) {
      expect(seedOfUrl(address)).to.equal(address);
      expect(isSourceUrl(address)).to.equal(false);
    }
  });

  it('refuses a source that is not written as one', () =>
    expectThrowsCode(() => seedOfUrl('dns://nodes'), 'ERR_BAD_SOURCE'));
});

describe('seedsOfEnvironment', () => {
  it('reads DISGOVER_SEEDS, with commas or blanks between', () => {
    const seeds = seedsOfEnvironment({
      DISGOVER_SEEDS: ' 10.0.0.7:6742,tcp://b:1\n dnssrv://_d._tcp.example ',
    });
    expect(
      seeds.map((seed) => (typeof seed === 'string' ? seed : (seed as BootstrapSource).name)),
    ).to.deep.equal(['10.0.0.7:6742', 'tcp://b:1', 'dnssrv _d._tcp.example']);
  });

  it('has none where it is not set, or empty', () => {
    expect(seedsOfEnvironment({})).to.deep.equal([]);
    expect(seedsOfEnvironment({ DISGOVER_SEEDS: ' ' })).to.deep.equal([]);
  });
});
