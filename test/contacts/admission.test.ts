import { expect } from 'chai';
import { Admission } from '../../src/contacts/admission.js';
import type { ArbiterFault } from '../../src/contacts/arbitrate.js';
import type { AdmissionContext, ArbiterAdmission } from '../../src/contracts/arbiter.js';
import { Refusal } from '../../src/errors.js';
import { encodedOf } from '../support/contacts.js';
import { expectRefusal } from '../support/expect-code.js';

const candidate = encodedOf('thing', { data: { a: 1 } });
const known = encodedOf('thing');
const circumstances = {
  known,
  isWithdrawal: false,
  isAnnounced: true,
  isFromHost: true,
  from: encodedOf('host').id,
};

function ask(admit: unknown) {
  const faults: ArbiterFault[] = [];
  const admission = new Admission(
    admit as ArbiterAdmission,
    () => 7,
    (fault) => faults.push(fault),
  );
  return { faults, verdict: admission.ask(candidate, circumstances) };
}

describe('Admission', () => {
  it('asks with the contact, what is known of it, the time, and who sent it', () => {
    const seen: [unknown, AdmissionContext][] = [];
    ask((contact: unknown, context: AdmissionContext) => {
      seen.push([contact, context]);
      return { isVouched: true };
    });
    expect(seen).to.deep.equal([[candidate.contact, { ...circumstances, known: known.contact, now: 7 }]]);
  });

  it('passes on what it says', () => {
    expect(ask(() => ({ isVouched: false })).verdict).to.deep.equal({
      isVouched: false,
      isEquivocal: false,
      isEcho: false,
    });
    expect(ask(() => ({ isVouched: true, isEquivocal: true, isEcho: true })).verdict).to.deep.equal({
      isVouched: true,
      isEquivocal: true,
      isEcho: true,
    });
    const { verdict, faults } = ask(() => new Refusal('STALE_SEQ', '1 < 2'));
    expectRefusal(verdict, 'STALE_SEQ', '1 < 2');
    expect(faults).to.deep.equal([]);
  });

  it('keeps out what it throws at, and tells', () => {
    const cause = new Error('odd');
    const { verdict, faults } = ask(() => {
      throw cause;
    });
    expectRefusal(verdict, 'ARBITER_THREW', 'odd');
    const [fault] = faults;
    expect(fault).to.include({ code: 'ARBITER_THREW', cause });
    expect(fault?.candidate).to.equal(candidate.contact);
    expect(fault?.incumbent).to.equal(known.contact);
  });

  for (const [what, result] of Object.entries({
    nothing: undefined,
    null: null,
    true: true,
    'a verdict without isVouched': {},
    'an isVouched that is text': { isVouched: 'yes' },
    'an isEquivocal that is a number': { isVouched: true, isEquivocal: 1 },
    'an isEcho that is null': { isVouched: true, isEcho: null },
    'a promise': Promise.resolve({ isVouched: true }),
  })) {
    it(`keeps out what it has ${what} to say of, and tells`, () => {
      const { verdict, faults } = ask(() => result);
      expectRefusal(verdict, 'ARBITER_BAD_RESULT');
      expect(faults.map(({ code }) => code)).to.deep.equal(['ARBITER_BAD_RESULT']);
    });
  }

  it('keeps out what it has a promise to say of that rejects, which ends nothing', async () => {
    const { verdict } = ask(async () => {
      throw new Error('later');
    });
    expectRefusal(verdict, 'ARBITER_BAD_RESULT');
    await new Promise(setImmediate);
  });

  it('survives a verdict that throws when it is read', () => {
    const trap = () => {
      throw new Error('trap');
    };
    expectRefusal(ask(() => new Proxy({}, { get: trap })).verdict, 'ARBITER_THREW');
  });

  it('shows contacts that cannot be changed', () => {
    const { verdict } = ask((contact: { data: { a: number } }) => {
      contact.data.a = 2;
      return { isVouched: true };
    });
    expectRefusal(verdict, 'ARBITER_THREW');
    expect(candidate.contact.data).to.deep.equal({ a: 1 });
  });
});
