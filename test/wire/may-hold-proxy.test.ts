import { expect } from 'chai';
import { mayHoldProxy as mayHoldProxyInBrowsers } from '../../src/wire/may-hold-proxy.browser.js';
import { mayHoldProxy } from '../../src/wire/may-hold-proxy.js';

describe('mayHoldProxy', () => {
  it('finds one at any depth', () => {
    const proxy = new Proxy({}, {});
    for (const object of [proxy, { a: proxy }, { a: [1, { b: proxy }] }])
      expect(mayHoldProxy(object)).to.equal(true);
  });

  it('finds none in plain data', () => {
    expect(mayHoldProxy({ a: [1, 'b', null, { c: true }] })).to.equal(false);
  });

  it('cannot tell in browsers', () => expect(mayHoldProxyInBrowsers({})).to.equal(true));
});
