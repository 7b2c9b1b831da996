import { expect } from 'chai';
import fc from 'fast-check';
import { framesOf } from '../../src/announce/frames.js';
import { limits } from '../../src/limits.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { encode } from '../../src/wire/encode.js';
import { contactOfLength, encodedOf } from '../support/contacts.js';

const small = encodedOf('small');

describe('framesOf', () => {
  it('keeps every contact, in order, in frames that are within all limits', () => {
    const lengths = fc.array(fc.integer({ min: 30, max: limits.contactBytes }), { maxLength: 80 });
    fc.assert(
      fc.property(lengths, (all) => {
        const contacts = all.map((length) => EncodedContact.from(contactOfLength(length)));
        const frames = [...framesOf(contacts)];
        expect(frames.flat()).to.deep.equal(contacts);
        for (const announced of frames) {
          expect(announced.length).to.be.within(1, limits.contactsInAnnounce);
          const target = { id: small.idBytes };
          const frame = encode({ type: 'findNode', requestId: 1, target, announced, withdrawn: [] });
          expect(frame.length).to.be.at.most(limits.frameBytes);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('needs one frame for 512 small ones, and a second for one more', () => {
    const many = Array.from({ length: 513 }, () => small);
    expect(Array.from(framesOf(many.slice(1)), ({ length }) => length)).to.deep.equal([512]);
    expect(Array.from(framesOf(many), ({ length }) => length)).to.deep.equal([512, 1]);
  });

  it('makes no frame of nothing', () => expect([...framesOf([])]).to.deep.equal([]));
});
