import { expect } from 'chai';
import { isLoopback } from '../../src/cli/loopback.js';

describe('isLoopback', () => {
  it('holds of what leads to this machine from everywhere', () => {
    for (const host of ['127.0.0.1', '127.9.9.9', '::1', 'localhost']) {
      expect(isLoopback({ host }), host).to.equal(true);
    }
    for (const host of ['10.0.0.7', '0.0.0.0', '::', 'node.example', '192.0.2.1']) {
      expect(isLoopback({ host }), host).to.equal(false);
    }
    expect(isLoopback({})).to.equal(false);
  });
});
