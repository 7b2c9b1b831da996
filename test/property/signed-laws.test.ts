// What holds of signed contacts: all laws among the versions that one owner has made one after another, in whatever order they arrive.

import { expect } from 'chai';
import fc from 'fast-check';
import { lastWriteWins } from '../../arbiters/last-write-wins.js';
import { signed } from '../../arbiters/signed.js';
import { vectorClock } from '../../arbiters/vector-clock.js';
import type { Contact } from '../../src/contracts/contact.js';
import { Refusal } from '../../src/errors.js';
import { Identity } from '../../src/identity/identity.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { contact as anyContact } from '../support/arbitraries.js';
import { idOf } from '../support/ids.js';

const owner = new Identity(new Uint8Array(32).fill(1));
const id = idOf('thing');

/** Registered, or withdrawn where it is registered; and how far the clock goes meanwhile, also backwards. */
const step = fc.record({ isWithdrawal: fc.boolean(), ms: fc.integer({ min: -5, max: 5 }), data: fc.nat(3) });

function historyOf(
  inner: ReturnType<typeof vectorClock>,
  steps: readonly { isWithdrawal: boolean; ms: number; data: number }[],
) {
  const { arbiterDefaults } = signed({ inner });
  const history: Contact[] = [];
  let now = 1_000;
  for (const { isWithdrawal, ms, data } of steps) {
    now += ms;
    const known = history.at(-1);
    const isLive = known !== undefined && known.withdrawn !== true;
    const given = isWithdrawal && isLive ? known : ({ id, data } as Contact);
    const context = { now, known, identity: owner, isWithdrawal: isWithdrawal && isLive };
    history.push(arbiterDefaults(given, context));
  }
  return history;
}

for (const [name, inner] of Object.entries({ vectorClock, lastWriteWins })) {
  describe(`signed, with ${name}`, () => {
    const { arbiter: m } = signed({ inner: inner() });
    const history = fc.array(step, { minLength: 1, maxLength: 8 }).map((steps) => historyOf(inner(), steps));

    it('ends with the last version, whatever order they arrive in, and however often', () => {
      const heard = history.chain((versions) =>
        fc.tuple(
          fc.constant(versions),
          fc.shuffledSubarray([...versions, ...versions], { minLength: 2 * versions.length }),
        ),
      );
      fc.assert(
        fc.property(heard, ([versions, arriving]) => {
          const standing = arriving.reduce<Contact | undefined>((stored, one) => m(stored, one), undefined);
          expect(standing).to.deep.equal(versions.at(-1));
        }),
        { numRuns: 200 },
      );
    });

    it('is commutative and associative among them', () => {
      const three = history.chain((versions) =>
        fc.tuple(...[0, 1, 2].map(() => fc.constantFrom(...versions))),
      );
      fc.assert(
        fc.property(three, ([a, b, c]) => {
          const [x, y, z] = [a, b, c] as [Contact, Contact, Contact];
          expect(m(x, y)).to.deep.equal(m(y, x));
          expect(m(m(x, y), z)).to.deep.equal(m(x, m(y, z)));
        }),
        { numRuns: 200 },
      );
    });

    it('lets in each of them that comes after those that it has seen, and none that comes before', () => {
      fc.assert(
        fc.property(history, fc.array(fc.nat(), { minLength: 1, maxLength: 8 }), (versions, order) => {
          const { arbiterAdmission } = signed({ inner: inner() });
          let known: Contact | undefined;
          for (const at of order) {
            const candidate = versions[at % versions.length] as Contact;
            const said = arbiterAdmission(candidate, {
              now: 0,
              known,
              isWithdrawal: candidate.withdrawn === true,
              isAnnounced: true,
              isFromHost: false,
              from: owner.id,
            });
            const isOld = known !== undefined && versions.indexOf(candidate) < versions.indexOf(known);
            expect(said instanceof Refusal).to.equal(isOld);
            if (!isOld) known = known === undefined ? candidate : m(known, candidate);
          }
        }),
        { numRuns: 100 },
      );
    });
  });
}

describe('signed', () => {
  const { arbiter, arbiterAdmission } = signed();
  const context = { now: 0, isWithdrawal: false, isAnnounced: true, isFromHost: false, from: undefined };

  it('returns one of the two, and lets in neither, of whatever contacts that nobody has signed', () => {
    fc.assert(
      fc.property(anyContact, anyContact, (a, b) => {
        const [x, y] = [a, { ...b, id: (a as Contact).id }].map(
          (each) => EncodedContact.from(each).contact,
        ) as [Contact, Contact];
        expect(arbiter(x, y)).to.be.oneOf([x, y]);
        for (const known of [undefined, y])
          expect(arbiterAdmission(x, { ...context, known })).to.be.instanceOf(Refusal);
      }),
    );
  });
});
