import { expect } from 'chai';
import type { TransportInfo } from '../../../src/plugin.js';
import { addressOf, infoOf, urlOf } from '../../../transports/ws/url.js';
import { expectThrowsCode } from '../../support/expect-code.js';

const at = { type: 'ws', host: '127.0.0.1', port: 8_080 };

describe('addressOf', () => {
  const urls: Record<string, TransportInfo> = {
    'ws://127.0.0.1:8080/disgover': at,
    'wss://127.0.0.1:8080/disgover': { ...at, tls: true },
    'ws://127.0.0.1:8080/': { ...at, path: '/' },
    'ws://127.0.0.1:8080/a/b-c_d.e~f/': { ...at, path: '/a/b-c_d.e~f/' },
    'wss://[::1]:443/...': { ...at, host: '::1', port: 443, tls: true, path: '/...' },
    'ws://node.example:1/disgover': { ...at, host: 'node.example', port: 1, tls: false },
  };
  for (const [url, info] of Object.entries(urls)) {
    it(`dials ${url}, and tells no more than is needed`, () => {
      const address = addressOf(info);
      expect(urlOf(address)).to.equal(url);
      expect(new URL(url).pathname).to.equal(address.path);
      expect(addressOf(infoOf(address))).to.deep.equal(address);
    });
  }

  it('leaves out of an info what others assume', () => {
    expect(infoOf(addressOf(at))).to.deep.equal(at);
    expect(infoOf(addressOf({ ...at, path: '/disgover', tls: false }))).to.deep.equal(at);
  });

  const badPaths = [
    '',
    'a',
    'a/b',
    '/a?b',
    '/a#b',
    '/a b',
    '/%61',
    '/ä',
    '/a\r\nb',
    '/a@b',
    '/\\',
    '/./a',
    '/a/..',
    '/..',
  ];
  for (const path of [...badPaths, `/${'a'.repeat(128)}`, 5, null, ['/']]) {
    it(`refuses the path ${JSON.stringify(path).slice(0, 20)}`, () => {
      expectThrowsCode(() => addressOf({ ...at, path }), 'ERR_BAD_URL');
    });
  }

  it('takes a path of 128 characters', () => {
    expect(addressOf({ ...at, path: `/${'a'.repeat(127)}` }).path).to.have.length(128);
  });

  it('refuses tls that is neither true nor false', () => {
    for (const tls of ['true', 1, null, {}]) expectThrowsCode(() => addressOf({ ...at, tls }), 'ERR_BAD_URL');
  });

  it('refuses what is no host, and what is no port', () => {
    expectThrowsCode(() => addressOf({ ...at, host: 'user@host' }), 'ERR_BAD_HOST');
    expectThrowsCode(() => addressOf({ ...at, host: '127.1' }), 'ERR_BAD_HOST');
    expectThrowsCode(() => addressOf({ ...at, port: 0 }), 'ERR_BAD_PORT');
    expectThrowsCode(() => addressOf({ type: 'ws' }), 'ERR_BAD_HOST');
  });
});
