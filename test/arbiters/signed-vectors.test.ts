import { expect } from 'chai';
import { readSigned, sign } from '../../arbiters/lib/signature.js';
import { signed } from '../../arbiters/signed.js';
import type { Contact } from '../../src/contracts/contact.js';
import { type FaultCode, Refusal } from '../../src/errors.js';
import { Identity, isSigned } from '../../src/identity/identity.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { expectRefusal } from '../support/expect-code.js';
import { bytesOfHex, hexOf, readVectors } from '../support/vectors.js';

interface Vectors {
  readonly keys: readonly { name: string; seed: string; publicKey: string; id: string }[];
  readonly signed: readonly {
    name: string;
    by: string;
    contact: Contact & { seq: number };
    signedBytes: string;
    signed: Contact;
  }[];
  readonly refused: readonly { name: string; contact: Contact; isWithdrawal: boolean; code: FaultCode }[];
  readonly met: readonly {
    name: string;
    before: Contact[];
    contact: Contact;
    outcome: FaultCode | 'taken';
  }[];
}

const vectors = readVectors<Vectors>('signed-contacts');
const identities = new Map(vectors.keys.map(({ name, seed }) => [name, new Identity(bytesOfHex(seed))]));

/** As it is after it has travelled. */
const travelled = (contact: Contact) =>
  EncodedContact.ofBytes(EncodedContact.from({ ...contact }).bytes).contact;

const ask = (
  arbiter: ReturnType<typeof signed>,
  contact: Contact,
  known: Contact | undefined,
  isWithdrawal: boolean,
) =>
  arbiter.arbiterAdmission(travelled(contact), {
    now: 0,
    known,
    isWithdrawal,
    isAnnounced: true,
    isFromHost: false,
    from: undefined,
  });

describe('the vectors of signed contacts', () => {
  for (const { name, publicKey, id } of vectors.keys) {
    it(`give the key of the ${name} its id`, () => {
      const identity = identities.get(name) as Identity;
      expect([hexOf(identity.publicKey), identity.id]).to.deep.equal([publicKey, id]);
    });
  }

  for (const { name, by, contact, signedBytes, signed: expected } of vectors.signed) {
    const identity = identities.get(by) as Identity;
    const isWithdrawal = contact.withdrawn === true;

    it(`sign ${name}`, () => {
      expect(sign(contact, contact.seq, identity, { isWithdrawal })).to.deep.equal(expected);
      const signature = Buffer.from(expected.signature as string, 'base64');
      expect(isSigned(identity.publicKey, bytesOfHex(signedBytes), signature)).to.equal(true);
    });

    it(`let in ${name}`, () => {
      expect(readSigned(travelled(expected))).to.include({ seq: contact.seq, isWithdrawal });
      expect(ask(signed(), expected, undefined, isWithdrawal)).to.include({ isVouched: true });
    });
  }

  for (const { name, contact, isWithdrawal, code } of vectors.refused) {
    it(`keep out ${name}`, () => {
      expectRefusal(ask(signed(), contact, undefined, isWithdrawal), code);
    });
  }

  for (const { name, before, contact, outcome } of vectors.met) {
    it(`tell what becomes of ${name}`, () => {
      const arbiter = signed();
      let known: Contact | undefined;
      for (const one of before) {
        expect(ask(arbiter, one, known, one.withdrawn === true)).to.include({ isVouched: true });
        known = one;
      }
      const said = ask(arbiter, contact, known, false);
      expect(said instanceof Refusal ? said.code : 'taken').to.equal(outcome);
      if (outcome === 'taken') expect(arbiter.arbiter(known, contact)).to.equal(contact);
    });
  }
});
