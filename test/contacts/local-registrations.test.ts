import { expect } from 'chai';
import { LocalRegistrations } from '../../src/contacts/local-registrations.js';
import { limits } from '../../src/limits.js';
import { encodedOf } from '../support/contacts.js';

const own = encodedOf('a', { data: 'own' });
const theirs = encodedOf('a', { data: 'theirs' });

function setUp() {
  const clock = { now: 0 };
  return { clock, registrations: new LocalRegistrations(() => clock.now) };
}

describe('LocalRegistrations', () => {
  it('gives what was registered', () => {
    const { registrations } = setUp();
    registrations.set(own, own, limits.registrationMs);
    expect(registrations.current(own.id)).to.equal(own);
    expect(registrations.own(own.id)).to.equal(own);
    expect([registrations.has(own.id), registrations.size]).to.deep.equal([true, 1]);
  });

  it('gives what stands after others were met, for as long as they said', () => {
    const { registrations, clock } = setUp();
    registrations.set(own, own, limits.registrationMs);
    registrations.learn(own.id, theirs, 5_000);
    expect(registrations.current(own.id)).to.equal(theirs);
    expect(registrations.own(own.id)).to.equal(own);
    expect(registrations.ttlMs(own.id)).to.equal(5_000);
    clock.now = 4_999;
    expect(registrations.current(own.id)).to.equal(theirs);
    clock.now = 5_000;
    expect(registrations.current(own.id)).to.equal(own);
    expect(registrations.ttlMs(own.id)).to.equal(Number.POSITIVE_INFINITY);
  });

  it('gives it for longer when it is heard of again, and never for less', () => {
    const { registrations, clock } = setUp();
    registrations.set(own, own, 0);
    registrations.learn(own.id, theirs, 5_000);
    clock.now = 2_000;
    registrations.renew(own.id, 4_000);
    registrations.renew(own.id, 1_000);
    expect(registrations.ttlMs(own.id)).to.equal(4_000);
    expect(registrations.current(own.id)).to.equal(theirs);
  });

  it('has nothing to renew where its own stands', () => {
    const { registrations, clock } = setUp();
    registrations.set(own, own, 0);
    registrations.renew(own.id, 1_000);
    registrations.renew(encodedOf('b').id, 1_000);
    clock.now = 10_000;
    expect([registrations.current(own.id), registrations.size]).to.deep.equal([own, 1]);
  });

  it('does not forget what was registered, however long it is', () => {
    const { registrations, clock } = setUp();
    registrations.set(own, own, limits.registrationMs);
    clock.now = 100 * limits.registrationMs;
    expect(registrations.current(own.id)).to.equal(own);
  });

  it('learns nothing of what is not registered', () => {
    const { registrations } = setUp();
    registrations.learn(own.id, theirs, 5_000);
    expect([registrations.size, registrations.current(own.id)]).to.deep.equal([0, undefined]);
  });

  it('gives up what is deleted', () => {
    const { registrations } = setUp();
    registrations.set(own, own, limits.registrationMs);
    expect([registrations.delete(own.id), registrations.delete(own.id)]).to.deep.equal([true, false]);
    expect(registrations.has(own.id)).to.equal(false);
  });
});
