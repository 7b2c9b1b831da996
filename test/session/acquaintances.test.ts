import { expect } from 'chai';
import { limits } from '../../src/limits.js';
import { Acquaintances } from '../../src/session/acquaintances.js';
import { idOf } from '../support/ids.js';
import { bytesOfHex, hexOf } from '../support/vectors.js';

const seedOf = (byte: number) => new Uint8Array(32).fill(byte);
const make = (byte: number) => new Acquaintances(() => seedOf(byte));
const [a, b] = [idOf('a'), idOf('b')];

describe('Acquaintances', () => {
  it('comes to one secret at both ends, and at no other', () => {
    const [one, other, third] = [make(1), make(2), make(3)];
    const secret = one.secretWith(b, other.exchangeKey);
    expect(secret).to.have.length(32);
    expect(other.secretWith(a, one.exchangeKey)).to.deep.equal(secret);
    expect(third.secretWith(a, one.exchangeKey)).not.to.deep.equal(secret);
    expect(one.secretWith(b, third.exchangeKey)).not.to.deep.equal(secret);
  });

  it('has the same secret again for who is remembered', () => {
    const [one, other] = [make(1), make(2)];
    const before = one.secretWith(b, other.exchangeKey);
    one.remember(b, other.exchangeKey);
    expect(one.secretWith(b, other.exchangeKey)).to.deep.equal(before);
    expect(one.secretWith(b, other.exchangeKey)).to.deep.equal(before);
  });

  it('has one key for as long as it lives, whose seed it asks for once and only when it is wanted', () => {
    let asked = 0;
    const one = new Acquaintances(() => {
      asked++;
      return seedOf(asked);
    });
    expect(asked).to.equal(0);
    expect(one.exchangeKey).to.deep.equal(one.exchangeKey);
    expect(asked).to.equal(1);
  });

  it('remembers the key that was signed last', () => {
    const one = make(1);
    expect(one.exchangeKeyOf(b)).to.equal(undefined);
    one.remember(b, make(2).exchangeKey);
    one.remember(b, make(3).exchangeKey);
    expect(one.exchangeKeyOf(b)).to.deep.equal(make(3).exchangeKey);
    expect(one.size).to.equal(1);
  });

  it('does not reckon with a key that is not the one remembered', () => {
    const [one, other, third] = [make(1), make(2), make(3)];
    one.remember(b, other.exchangeKey);
    expect(one.secretWith(b, third.exchangeKey)).to.deep.equal(third.secretWith(a, one.exchangeKey));
  });

  it('has no secret with a key of small order', () => {
    const one = make(1);
    // RFC 7748 §6.1: what leads to zero for everybody.
    for (const hex of ['00'.repeat(32), `01${'00'.repeat(31)}`, `ec${'ff'.repeat(30)}7f`]) {
      expect(one.secretWith(b, bytesOfHex(hex)), hex).to.equal(undefined);
      one.remember(b, bytesOfHex(hex));
      expect(one.secretWith(b, bytesOfHex(hex)), hex).to.equal(undefined);
    }
  });

  it('forgets who was not met for longest when it has as many as it may', () => {
    const one = make(1);
    const key = make(2).exchangeKey;
    one.remember(a, key);
    for (let i = 0; i < limits.acquaintances; i++) one.remember(idOf(`peer ${i}`), key);
    expect([one.size, one.exchangeKeyOf(a)]).to.deep.equal([limits.acquaintances, undefined]);
    expect(hexOf(one.exchangeKeyOf(idOf('peer 1')) as Uint8Array)).to.equal(hexOf(key));
  });
});
