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
    registrations.set(own, own);
    expect(registrations.current(own.id)).to.equal(own);
    expect(registrations.own(own.id)).to.equal(own);
    expect([registrations.has(own.id), registrations.size]).to.deep.equal([true, 1]);
    expect([...registrations.owned()]).to.deep.equal([own]);
  });

  it('gives what stands after others were met, for as long as a held contact lives', () => {
    const { registrations, clock } = setUp();
    registrations.set(own, own);
    registrations.learn(own.id, theirs);
    expect(registrations.current(own.id)).to.equal(theirs);
    expect(registrations.own(own.id)).to.equal(own);
    clock.now = limits.registrationMs - 1;
    expect(registrations.current(own.id)).to.equal(theirs);
    clock.now = limits.registrationMs;
    expect(registrations.current(own.id)).to.equal(own);
  });

  it('does not forget what was registered, however long it is', () => {
    const { registrations, clock } = setUp();
    registrations.set(own, own);
    clock.now = 100 * limits.registrationMs;
    expect(registrations.current(own.id)).to.equal(own);
  });

  it('learns nothing of what is not registered', () => {
    const { registrations } = setUp();
    registrations.learn(own.id, theirs);
    expect([registrations.size, registrations.current(own.id)]).to.deep.equal([0, undefined]);
  });

  it('gives up what is deleted', () => {
    const { registrations } = setUp();
    registrations.set(own, own);
    expect([registrations.delete(own.id), registrations.delete(own.id)]).to.deep.equal([true, false]);
    expect(registrations.has(own.id)).to.equal(false);
  });
});
