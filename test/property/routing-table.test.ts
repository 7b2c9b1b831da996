import { expect } from 'chai';
import fc from 'fast-check';
import { bucketIndex, compareDistance } from '../../src/id/distance.js';
import type { Key } from '../../src/id/key.js';
import { RoutingTable } from '../../src/routing/routing-table.js';
import type { EncodedContact } from '../../src/wire/contact-codec.js';
import { contactAtDistance } from '../support/contacts.js';
import { keyAtDistance, keyOfName } from '../support/ids.js';

const own = keyOfName('own');

/** Distances that crowd some buckets, share their highest bits, or are those of ourselves. */
const distance = fc.oneof(
  fc.nat(40).map(BigInt),
  fc.nat(40).map((low) => (1n << 255n) + BigInt(low)),
  fc.tuple(fc.nat(255), fc.nat(3)).map(([bit, low]) => (1n << BigInt(bit)) | BigInt(low)),
);

type Command =
  | { readonly type: 'add' | 'remove' | 'fail'; readonly distance: bigint }
  | {
      readonly type: 'closest';
      readonly distance: bigint;
      readonly count: number;
      readonly doubtful: boolean;
    };

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('add' as const), distance }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constantFrom('remove' as const, 'fail' as const), distance }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('closest' as const),
      distance,
      count: fc.integer({ min: 1, max: 25 }),
      doubtful: fc.boolean(),
    }),
  },
);

interface Entry {
  readonly key: Key;
  readonly contact: EncodedContact;
  failures: number;
}

describe('RoutingTable, against a sorted list', () => {
  it('holds the same nodes, k of a bucket at most, and names the same closest in the same order', () => {
    fc.assert(
      fc.property(
        fc.array(command, { minLength: 1, maxLength: 120 }),
        fc.integer({ min: 1, max: 6 }),
        (commands, k) => {
          const table = new RoutingTable({
            own,
            k,
            arbitrate: (_incumbent, candidate) => candidate,
            isDialable: () => true,
          });
          const model: Entry[] = [];
          for (const each of commands) {
            const key = keyAtDistance(own, each.distance);
            const there = model.find((entry) => entry.key.every((byte, i) => byte === key[i]));
            switch (each.type) {
              case 'add': {
                const contact = contactAtDistance(own, each.distance);
                const bucket = bucketIndex(own, key);
                const inBucket = model.filter((entry) => bucketIndex(own, entry.key) === bucket);
                const expected =
                  bucket === undefined
                    ? 'own'
                    : there !== undefined
                      ? 'touched'
                      : inBucket.length === k
                        ? 'full'
                        : 'added';
                expect(table.add(contact, 0).type).to.equal(expected);
                if (expected === 'added') model.push({ key, contact, failures: 0 });
                if (there !== undefined) there.failures = 0;
                break;
              }
              case 'remove':
                expect(table.remove(key)).to.equal(there !== undefined);
                if (there !== undefined) model.splice(model.indexOf(there), 1);
                break;
              case 'fail': {
                const entry = [...table.entries()].find(({ contact }) => contact.id === there?.contact.id);
                expect(entry !== undefined).to.equal(there !== undefined);
                if (entry !== undefined && there !== undefined) there.failures = ++entry.failures;
                break;
              }
              case 'closest': {
                const { doubtful, count } = each;
                const named = table.closest(key, count, { doubtful });
                const expected = model
                  .filter(({ failures }) => doubtful || failures === 0)
                  .sort((a, b) => compareDistance(key, a.key, b.key))
                  .slice(0, count);
                expect(named.map(({ contact }) => contact.id)).to.deep.equal(
                  expected.map(({ contact }) => contact.id),
                );
              }
            }
            expect(table.size).to.equal(model.length);
            const furthest = table.closest(own, k, { doubtful: true }).at(-1);
            expect(table.bucketOfNearest(k)).to.equal(furthest && bucketIndex(own, furthest.key));
          }
          expect([...table.entries()].map(({ contact }) => contact.id)).to.have.members(
            model.map(({ contact }) => contact.id),
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});
