import { expect } from 'chai';
import fc from 'fast-check';
import { Refusal } from '../../src/errors.js';
import { bytesOfContactId, checkContactId, contactIdOfBytes } from '../../src/id/contact-id.js';
import { limits } from '../../src/limits.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { contact, encodedContact, idBytes } from '../support/arbitraries.js';

describe('ContactId', () => {
  it('is one text for one string of bytes', () => {
    fc.assert(
      fc.property(idBytes, (bytes) => {
        const id = contactIdOfBytes(bytes);
        expect(id).to.equal(Buffer.from(bytes).toString('base64'));
        expect(checkContactId(id)).to.equal(id);
        expect(bytesOfContactId(id)).to.deep.equal(bytes);
      }),
      { numRuns: 2_000 },
    );
  });

  it('has no alias: any text is refused, or is what its bytes are spelt as', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'ABgw049+/=-_ \n'), maxLength: 12 });
    const edited = fc
      .tuple(idBytes, fc.nat(400), fc.constantFrom('', '=', '==', '-', '_', ' ', '\n', 'B', 'h', '\u0000'))
      .map(([bytes, at, piece]) => {
        const id = contactIdOfBytes(bytes);
        const place = at % (id.length + 1);
        return id.slice(0, place) + piece + id.slice(place + (at % 2));
      });
    fc.assert(
      fc.property(fc.oneof(letters, edited, fc.string()), (text) => {
        const id = checkContactId(text);
        if (id instanceof Refusal) {
          const bytes = Buffer.from(text, 'base64');
          const isCanonical =
            bytes.length > 0 && bytes.length <= limits.idBytes && bytes.toString('base64') === text;
          expect(isCanonical, text).to.equal(false);
        } else {
          expect(id).to.equal(text);
          expect(contactIdOfBytes(bytesOfContactId(id))).to.equal(text);
        }
      }),
      { numRuns: 10_000 },
    );
  });
});

describe('EncodedContact', () => {
  it('gives back what was encoded, field by field', () => {
    fc.assert(
      fc.property(contact, (value) => {
        const { bytes } = EncodedContact.from(value);
        expect(bytes.length).to.be.at.most(limits.contactBytes);
        expect(EncodedContact.ofBytes(bytes).contact).to.deep.equal(value);
      }),
      { numRuns: 2_000 },
    );
  });

  it('encodes what it decoded to the same bytes', () => {
    fc.assert(
      fc.property(encodedContact, ({ bytes }) => {
        expect(EncodedContact.from(EncodedContact.ofBytes(bytes).contact).bytes).to.deep.equal(bytes);
      }),
      { numRuns: 2_000 },
    );
  });

  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(contact, (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(EncodedContact.from(reversed).bytes).to.deep.equal(EncodedContact.from(value).bytes);
      }),
    );
  });

  it('tells different contacts apart', () => {
    fc.assert(
      fc.property(encodedContact, encodedContact, (a, b) => {
        const isSame = Buffer.compare(a.bytes, b.bytes) === 0;
        expect(a.equals(b)).to.equal(isSame);
      }),
    );
  });

  it('parses any bytes to a contact, which encodes again unless it grows, or to a refusal', () => {
    const json = fc.oneof(
      fc.json().map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 64 }),
    );
    fc.assert(
      fc.property(idBytes, json, (id, fields) => {
        const encoded = EncodedContact.ofBytes(Buffer.concat([Uint8Array.of(id.length), id, fields]));
        const parsed = encoded.parse();
        if (parsed instanceof Refusal) return;
        expect(parsed).to.be.frozen;
        expect(EncodedContact.from(parsed).equals(encoded)).to.equal(true);
      }),
      { numRuns: 5_000 },
    );
  });

  it('answers to any value with bytes or a refusal', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
      withNullPrototype: true,
      withObjectString: true,
      withUnicodeString: true,
    });
    const almost = fc.record(
      { id: fc.oneof(fc.constant('Zm9v'), anything), data: anything, transport: anything },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(anything, almost), (value) => {
        const encoded = EncodedContact.encode(value);
        if (encoded instanceof EncodedContact)
          expect(encoded.contact.id).to.equal((value as { id: string }).id);
        else expect(encoded).to.be.instanceOf(Refusal);
      }),
      { numRuns: 3_000 },
    );
  });
});
