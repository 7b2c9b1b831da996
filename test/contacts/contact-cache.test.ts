import { expect } from 'chai';
import { ContactCache } from '../../src/contacts/contact-cache.js';
import { limits } from '../../src/limits.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { contactOfLength, encodedOf } from '../support/contacts.js';
import { idOf } from '../support/ids.js';

function setUp() {
  const clock = { now: 1_000_000 };
  return { clock, cache: new ContactCache(() => clock.now) };
}

const contact = encodedOf('a');

describe('ContactCache', () => {
  it('gives what was found for as long as its holder keeps it', () => {
    const { cache, clock } = setUp();
    cache.set(contact, 5_000);
    clock.now += 4_999;
    expect(cache.get(contact.id)).to.equal(contact);
    expect(cache.ttlMs(contact.id)).to.equal(1);
    clock.now += 2;
    expect(cache.get(contact.id)).to.equal(undefined);
  });

  it('keeps nothing for longer than ten minutes', () => {
    const { cache, clock } = setUp();
    cache.set(contact, limits.registrationMs);
    expect(cache.ttlMs(contact.id)).to.equal(limits.cacheMs);
    clock.now += limits.cacheMs + 1;
    expect(cache.get(contact.id)).to.equal(undefined);
  });

  it('does not keep what has no time left', () => {
    const { cache } = setUp();
    cache.set(contact, 0);
    cache.set(contact, -5);
    expect([cache.size, cache.ttlMs(contact.id)]).to.deep.equal([0, 0]);
  });

  it('forgets what is deleted', () => {
    const { cache } = setUp();
    cache.set(contact, 5_000);
    cache.missed(idOf('b'));
    cache.delete(contact.id);
    cache.delete(idOf('b'));
    expect(cache.get(contact.id)).to.equal(undefined);
    expect(cache.isMissing(idOf('b'))).to.equal(false);
  });

  context('when an id was not found', () => {
    it('remembers that for five seconds', () => {
      const { cache, clock } = setUp();
      cache.missed(contact.id);
      clock.now += limits.missMs;
      expect(cache.isMissing(contact.id)).to.equal(true);
      clock.now += 1;
      expect(cache.isMissing(contact.id)).to.equal(false);
    });

    it('forgets it as soon as the id is found', () => {
      const { cache } = setUp();
      cache.missed(contact.id);
      cache.set(contact, 1_000);
      expect(cache.isMissing(contact.id)).to.equal(false);
    });

    it('remembers a thousand of them, the ones asked for last', () => {
      const { cache } = setUp();
      for (let i = 0; i <= limits.misses; i++) cache.missed(idOf(`n${i}`));
      expect(cache.misses).to.equal(limits.misses);
      expect([cache.isMissing(idOf('n0')), cache.isMissing(idOf('n1'))]).to.deep.equal([false, true]);
    });
  });

  context('when it is full', () => {
    it('gives up what was asked for longest ago', () => {
      const { cache } = setUp();
      for (let i = 0; i < limits.cacheEntries; i++) cache.set(encodedOf(`n${i}`), 1_000);
      cache.get(idOf('n0'));
      cache.set(contact, 1_000);
      expect(cache.size).to.equal(limits.cacheEntries);
      expect(cache.get(idOf('n0'))).not.to.equal(undefined);
      expect(cache.get(idOf('n1'))).to.equal(undefined);
    });

    it('counts bytes', () => {
      const { cache } = setUp();
      const large = EncodedContact.from(contactOfLength(limits.contactBytes));
      cache.set(large, 1_000);
      expect(cache.bytes).to.equal(limits.contactBytes);
      // As many as fit by number would not fit by bytes if all of them were as large as a contact may be.
      expect(limits.cacheEntries * limits.contactBytes).to.be.below(limits.cacheBytes);
    });
  });
});
