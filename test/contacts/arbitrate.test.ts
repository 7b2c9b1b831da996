import { expect } from 'chai';
import { type ArbiterFault, Arbitration } from '../../src/contacts/arbitrate.js';
import type { ArbiterFunction } from '../../src/contracts/arbiter.js';
import type { Contact } from '../../src/contracts/contact.js';
import { limits } from '../../src/limits.js';
import type { EncodedContact } from '../../src/wire/contact-codec.js';
import { contactOf, contactOfLength, encodedOf } from '../support/contacts.js';

interface Guarded {
  readonly arbitration: Arbitration;
  readonly faults: ArbiterFault[];
  readonly clock: { now: number };
  /** How often the arbiter was asked. */
  readonly asked: { count: number };
}

function guard(arbiter: (incumbent: Contact | undefined, candidate: Contact) => unknown): Guarded {
  const faults: ArbiterFault[] = [];
  const clock = { now: 0 };
  const asked = { count: 0 };
  const counted = ((incumbent, candidate) => {
    asked.count++;
    return arbiter(incumbent, candidate);
  }) as ArbiterFunction;
  const arbitration = new Arbitration(
    counted,
    () => clock.now,
    (fault) => faults.push(fault),
  );
  return { arbitration, faults, clock, asked };
}

const incumbent = encodedOf('a', { data: 1 });
const candidate = encodedOf('a', { data: 2 });

/** Calls the run and swallows what it throws. */
function ignoring(run: () => void): void {
  try {
    run();
  } catch {}
}

describe('Arbitration', () => {
  describe('decide', () => {
    it('returns the incumbent itself, or the candidate itself, when the arbiter does', () => {
      expect(guard((stored) => stored).arbitration.decide(incumbent, candidate)).to.equal(incumbent);
      expect(guard((_stored, arrived) => arrived).arbitration.decide(incumbent, candidate)).to.equal(
        candidate,
      );
    });

    it('returns a new contact when the arbiter merges', () => {
      const { arbitration, faults } = guard(() => contactOf('a', { data: 'both' }));
      expect(arbitration.decide(incumbent, candidate).contact).to.deep.equal(
        contactOf('a', { data: 'both' }),
      );
      expect(faults).to.deep.equal([]);
    });

    it('knows the incumbent or the candidate again in a copy of it', () => {
      const copy = guard((stored) => ({ ...stored }));
      expect(copy.arbitration.decide(incumbent, candidate)).to.equal(incumbent);
      const other = guard((_stored, arrived) => ({ ...arrived }));
      expect(other.arbitration.decide(incumbent, candidate)).to.equal(candidate);
    });

    it('returns the incumbent when the winning candidate says the same', () => {
      const { arbitration } = guard((_stored, arrived) => arrived);
      expect(arbitration.decide(incumbent, encodedOf('a', { data: 1 }))).to.equal(incumbent);
    });

    it('asks about a contact that is alone, with no incumbent', () => {
      const seen: unknown[] = [];
      const { arbitration } = guard((stored, arrived) => {
        seen.push(stored);
        return { ...arrived, clock: 0 };
      });
      expect(arbitration.decide(undefined, candidate).contact).to.include({ clock: 0 });
      expect(seen).to.deep.equal([undefined]);
    });
  });

  describe('when the arbiter is at fault', () => {
    const cycle: Record<string, unknown> = contactOf('a', {}) as Record<string, unknown>;
    const results: readonly [string, () => unknown, string][] = [
      ['throws', () => ignoringNot(), 'ARBITER_THREW'],
      ['returns undefined', () => undefined, 'ARBITER_BAD_RESULT'],
      ['returns null', () => null, 'ARBITER_BAD_RESULT'],
      ['returns a number', () => 5, 'ARBITER_BAD_RESULT'],
      ['returns an array', () => [], 'ARBITER_BAD_RESULT'],
      ['returns a promise', () => Promise.resolve(contactOf('a')), 'ARBITER_BAD_RESULT'],
      ['returns a promise that rejects', () => Promise.reject(new Error('late')), 'ARBITER_BAD_RESULT'],
      ['returns another id', () => contactOf('b'), 'ARBITER_BAD_RESULT'],
      ['returns no id', () => ({ data: 1 }), 'ARBITER_BAD_RESULT'],
      ['returns a cycle', () => Object.assign(cycle, { data: cycle }), 'ARBITER_BAD_RESULT'],
      [
        'returns more than a contact may be',
        () => contactOfLength(limits.contactBytes + 1, 'a'),
        'ARBITER_BAD_RESULT',
      ],
      ['returns what JSON has no form for', () => contactOf('a', { data: () => {} }), 'ARBITER_BAD_RESULT'],
    ];

    function ignoringNot(): never {
      throw new Error('broken');
    }

    for (const [what, result, code] of results) {
      it(`keeps the incumbent and reports it: ${what}`, () => {
        const { arbitration, faults } = guard(result);
        expect(arbitration.decide(incumbent, candidate)).to.equal(incumbent);
        expect(faults).to.have.length(1);
        expect(faults[0]).to.include({ code, incumbent: incumbent.contact, candidate: candidate.contact });
      });
    }

    it('takes the candidate as it is where there is no incumbent', () => {
      expect(guard(() => undefined).arbitration.decide(undefined, candidate)).to.equal(candidate);
    });

    it('says what was thrown', () => {
      const cause = new Error('broken');
      const { arbitration, faults } = guard(() => {
        throw cause;
      });
      arbitration.decide(undefined, candidate);
      expect(faults[0]?.cause).to.equal(cause);
      expect(faults[0]?.incumbent).to.equal(undefined);
    });

    it('lets it change neither contact, at any depth', () => {
      const [before, after] = [encodedOf('a', { data: { x: [1] } }), encodedOf('a', { data: { x: [2] } })];
      const { arbitration } = guard((stored, arrived) => {
        for (const contact of [stored, arrived] as { data: { x: number[] }; transport?: unknown }[]) {
          ignoring(() => contact.data.x.push(9));
          ignoring(() => {
            contact.transport = 'mine';
          });
        }
        return stored;
      });
      arbitration.decide(before, after);
      expect(before.contact).to.deep.equal(contactOf('a', { data: { x: [1] } }));
      expect(after.contact).to.deep.equal(contactOf('a', { data: { x: [2] } }));
    });

    it('takes a change that it tries to make for a throw', () => {
      const { arbitration, faults } = guard((stored, arrived) => Object.assign(stored as object, arrived));
      expect(arbitration.decide(incumbent, candidate)).to.equal(incumbent);
      expect(faults[0]?.code).to.equal('ARBITER_THREW');
    });

    it('does not ask it for a minute after a hundred faults in a row', () => {
      const { arbitration, asked, clock, faults } = guard(() => undefined);
      for (let i = 0; i < 150; i++) expect(arbitration.decide(incumbent, candidate)).to.equal(incumbent);
      expect([asked.count, faults.length]).to.deep.equal([100, 100]);
      clock.now = 60_000;
      arbitration.decide(incumbent, candidate);
      expect(asked.count).to.equal(101);
    });

    it('asks on when it was right in between', () => {
      let calls = 0;
      const { arbitration, asked } = guard((stored) => (++calls % 100 === 0 ? stored : undefined));
      for (let i = 0; i < 250; i++) arbitration.decide(incumbent, candidate);
      expect(asked.count).to.equal(250);
    });
  });

  describe('keeps', () => {
    it('is true when the arbiter returns the stored contact', () => {
      expect(guard((stored) => stored).arbitration.keeps(incumbent, candidate)).to.equal(true);
    });

    it('is false when it returns the other, or a merge of both', () => {
      expect(guard((_stored, arrived) => arrived).arbitration.keeps(incumbent, candidate)).to.equal(false);
      expect(guard(() => contactOf('a', { data: 3 })).arbitration.keeps(incumbent, candidate)).to.equal(
        false,
      );
    });

    it('is false for the same contact, without asking', () => {
      const { arbitration, asked } = guard((stored) => stored);
      expect(arbitration.keeps(incumbent, encodedOf('a', { data: 1 }))).to.equal(false);
      expect(asked.count).to.equal(0);
    });

    it('is true when the arbiter is at fault', () => {
      const stored: EncodedContact = incumbent;
      expect(guard(() => undefined).arbitration.keeps(stored, candidate)).to.equal(true);
    });
  });
});
