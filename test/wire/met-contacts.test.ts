import { expect } from 'chai';
import fc from 'fast-check';
import { limits } from '../../src/limits.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { contactIn, MetContacts } from '../../src/wire/met-contacts.js';

/** A contact as it stands in a frame: behind `before` bytes. */
function framed({ bytes }: EncodedContact, before = 3): [frame: Uint8Array, start: number, end: number] {
  const frame = new Uint8Array(before + bytes.length + 5);
  frame.set(bytes, before);
  return [frame, before, before + bytes.length];
}

const contactOf = (name: string, data: unknown = null) =>
  EncodedContact.from({ id: Buffer.from(name).toString('base64'), data });

describe('contactIn', () => {
  it('is the same object for the same bytes, wherever they stand', () => {
    const contact = contactOf('met twice');
    const met = contactIn(...framed(contact));
    expect(contactIn(...framed(contact, 40))).to.equal(met);
    expect(met.equals(contact)).to.equal(true);
  });

  it('does not change with the frame that it came in', () => {
    const contact = contactOf('kept');
    const [frame, start, end] = framed(contact);
    const met = contactIn(frame, start, end);
    frame.fill(0);
    expect([...met.bytes]).to.deep.equal([...contact.bytes]);
    expect(met.contact).to.deep.equal(contact.contact);
  });

  it('tells contacts of one id apart', () => {
    const [old, young] = [contactOf('versions', 1), contactOf('versions', 2)];
    const met = [old, young, old, young].map((contact) => contactIn(...framed(contact)));
    expect(met.map(({ contact }) => contact.data)).to.deep.equal([1, 2, 1, 2]);
    expect(met[2]).to.equal(met[0]);
  });

  it('does not keep long ones', () => {
    const contact = contactOf('long', 'x'.repeat(limits.contactMetBytes));
    const met = contactIn(...framed(contact));
    expect(contactIn(...framed(contact))).to.not.equal(met);
    expect(met.equals(contact)).to.equal(true);
  });

  it('is what stands there, whatever came before', () => {
    const arbitrary = fc.array(fc.record({ id: fc.nat(50), data: fc.nat(3) }), { maxLength: 200 });
    fc.assert(
      fc.property(arbitrary, (plan) => {
        for (const { id, data } of plan) {
          const contact = contactOf(`any ${id}`, data);
          expect([...contactIn(...framed(contact)).bytes]).to.deep.equal([...contact.bytes]);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('MetContacts', () => {
  it('are forgotten with the last node', () => {
    const met = new MetContacts();
    const contact = framed(contactOf('forgotten'));
    const [first, second] = [met.open(), met.open()];
    const known = met.contactIn(...contact);
    first();
    expect(met.contactIn(...contact)).to.equal(known);
    second();
    expect(met.contactIn(...contact)).to.not.equal(known);
  });
});
