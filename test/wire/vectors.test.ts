import { expect } from 'chai';
import { Refusal } from '../../src/errors.js';
import {
  bytesOfContactId,
  checkContactId,
  contactIdOfBytes,
  parseContactId,
} from '../../src/id/contact-id.js';
import { bucketIndex, compareDistance } from '../../src/id/distance.js';
import { keyOf, keyOfBytes } from '../../src/id/key.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { decode } from '../../src/wire/decode.js';
import { encode } from '../../src/wire/encode.js';
import { canonicalJson, parseJson } from '../../src/wire/json.js';
import type { BadFrame, Message } from '../../src/wire/messages.js';
import { expectRefusal } from '../support/expect-code.js';
import {
  bytesOfHex,
  hexOf,
  type MessageVector,
  messageOf,
  readVectors,
  vectorOf,
} from '../support/vectors.js';

interface Refused {
  readonly name: string;
  readonly code: Refusal['code'];
}

interface FrameVector {
  readonly name: string;
  readonly message: MessageVector;
  readonly hex: string;
}

const keyOfHex = (hex: string) => keyOfBytes(bytesOfHex(hex));

describe('vectors', () => {
  describe('ids', () => {
    const { valid, invalid } = readVectors<{
      valid: { text: string; hex: string }[];
      invalid: (Refused & { text: string })[];
    }>('ids');
    for (const { text, hex } of valid) {
      it(`spells ${hex.slice(0, 20)} as ${text.slice(0, 20)}, and back`, () => {
        expect(contactIdOfBytes(bytesOfHex(hex))).to.equal(text);
        expect(hexOf(bytesOfContactId(parseContactId(text)))).to.equal(hex);
      });
    }
    for (const { name, text, code } of invalid) {
      it(`refuses ${name}`, () => {
        expectRefusal(checkContactId(text), code);
      });
    }
  });

  describe('keys', () => {
    for (const { id, idHex, key } of readVectors<{ id: string; idHex: string; key: string }[]>('keys')) {
      it(`gives ${id.slice(0, 20)} its key`, () => {
        expect(hexOf(keyOf(bytesOfContactId(parseContactId(id))))).to.equal(key);
        expect(hexOf(keyOf(bytesOfHex(idHex)))).to.equal(key);
      });
    }
  });

  describe('distances', () => {
    const { target, order, buckets } = readVectors<{
      target: string;
      order: { a: string; b: string; closer: 'a' | 'b' | 'neither' }[];
      buckets: { other: string; bucket?: number }[];
    }>('distances');
    it('orders pairs of keys', () => {
      for (const { a, b, closer } of order) {
        const sign = Math.sign(compareDistance(keyOfHex(target), keyOfHex(a), keyOfHex(b)));
        expect(sign, `${a} ${b}`).to.equal({ a: -1, b: 1, neither: 0 }[closer]);
      }
    });
    it('finds buckets', () => {
      for (const { other, bucket } of buckets) {
        expect(bucketIndex(keyOfHex(target), keyOfHex(other)), other).to.equal(bucket);
      }
    });
  });

  describe('canonical JSON', () => {
    const { accepted, refused } = readVectors<{
      accepted: { text: string; canonical: string }[];
      refused: (Refused & { text?: string; hex?: string })[];
    }>('canonical-json');
    for (const { text, canonical } of accepted) {
      it(`writes ${JSON.stringify(text.slice(0, 40))}`, () => {
        const value = parseJson(Buffer.from(text));
        expect(value).not.to.be.instanceOf(Refusal);
        expect(canonicalJson(value)).to.equal(canonical);
      });
    }
    for (const { name, text, hex, code } of refused) {
      it(`refuses ${name}`, () => {
        expectRefusal(parseJson(hex === undefined ? Buffer.from(text as string) : bytesOfHex(hex)), code);
      });
    }
  });

  describe('contacts', () => {
    const { both, decoded, notDecoded, notEncoded } = readVectors<{
      both: { name: string; contact: object; hex: string }[];
      decoded: { name: string; contact: object; hex: string }[];
      notDecoded: (Refused & { hex: string })[];
      notEncoded: (Refused & { contact: unknown })[];
    }>('contacts');
    for (const { name, contact, hex } of both) {
      it(`encodes and decodes ${name}`, () => {
        expect(hexOf(EncodedContact.from(contact).bytes)).to.equal(hex);
        expect(EncodedContact.ofBytes(bytesOfHex(hex)).parse()).to.deep.equal(contact);
      });
    }
    for (const { name, contact, hex } of decoded) {
      it(`decodes ${name}`, () => {
        const encoded = EncodedContact.ofBytes(bytesOfHex(hex));
        expect(encoded.parse()).to.deep.equal(contact);
        expect(encoded.equals(EncodedContact.from(contact))).to.equal(true);
      });
    }
    for (const { name, hex, code } of notDecoded) {
      it(`does not decode ${name}`, () => {
        expectRefusal(EncodedContact.ofBytes(bytesOfHex(hex)).parse(), code);
      });
    }
    for (const { name, contact, code } of notEncoded) {
      it(`does not encode ${name}`, () => {
        expectRefusal(EncodedContact.encode(contact), code);
      });
    }
  });

  describe('frames', () => {
    const { both, withUnknownParts } = readVectors<{
      both: FrameVector[];
      withUnknownParts: (FrameVector & { unknownParts: number })[];
    }>('frames');
    for (const { name, message, hex } of both) {
      it(`encodes and decodes ${name}`, () => {
        expect(hexOf(encode(messageOf(message)))).to.equal(hex);
        expect(vectorOf(decode(bytesOfHex(hex)) as Message)).to.deep.equal(message);
      });
    }
    for (const { name, message, hex, unknownParts } of withUnknownParts) {
      it(`passes over and counts: ${name}`, () => {
        let passedOver = 0;
        const decoded = decode(bytesOfHex(hex), () => passedOver++);
        expect(vectorOf(decoded as Message)).to.deep.equal(message);
        expect(passedOver).to.equal(unknownParts);
      });
    }
  });

  describe('bad frames', () => {
    for (const { name, hex, ...fault } of readVectors<(Omit<BadFrame, 'type' | 'detail'> & FrameVector)[]>(
      'bad-frames',
    )) {
      it(`refuses ${name}`, () => {
        const { detail, ...bad } = decode(bytesOfHex(hex)) as BadFrame;
        expect(bad, detail).to.deep.equal({ type: 'bad', ...fault });
      });
    }
  });
});
