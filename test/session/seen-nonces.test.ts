import { expect } from 'chai';
import { limits } from '../../src/limits.js';
import { SeenNonces } from '../../src/session/seen-nonces.js';
import { freshNonce } from '../support/sessions.js';

describe('SeenNonces', () => {
  it('takes a nonce once', () => {
    const seen = new SeenNonces();
    const [one, other] = [freshNonce(), freshNonce()];
    expect([seen.add(one), seen.add(other), seen.add(one), seen.add(one.slice())]).to.deep.equal([
      true,
      true,
      false,
      false,
    ]);
    expect(seen.size).to.equal(2);
  });

  it('tells nonces apart that differ in their last bit', () => {
    const seen = new SeenNonces();
    const nonce = new Uint8Array(16).fill(0xff);
    expect(seen.add(nonce)).to.equal(true);
    expect(seen.add(nonce.with(15, 0xfe))).to.equal(true);
  });

  it('forgets the oldest when it has as many as it may', () => {
    const seen = new SeenNonces();
    const nonces = Array.from({ length: limits.noncesRemembered + 1 }, freshNonce);
    for (const nonce of nonces) seen.add(nonce);
    expect(seen.size).to.equal(limits.noncesRemembered);
    expect(seen.add(nonces[1] as Uint8Array)).to.equal(false);
    expect(seen.add(nonces[0] as Uint8Array)).to.equal(true);
  });
});
