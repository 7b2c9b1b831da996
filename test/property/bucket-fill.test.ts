import { expect } from 'chai';
import fc from 'fast-check';
import { closestOf } from '../../src/id/closest-list.js';
import { bucketIndex } from '../../src/id/distance.js';
import { BucketFill } from '../../src/routing/bucket-fill.js';
import { SeededRandom } from '../../src/simulation/seeded-random.js';
import type { EncodedContact } from '../../src/wire/contact-codec.js';
import { contactAtDistance } from '../support/contacts.js';
import { keyOfName } from '../support/ids.js';

const own = keyOfName('own');
const K = 20;

const scene = fc.record({
  bucket: fc.integer({ min: 3, max: 255 }),
  /** Where nodes are within the bucket, as shares of it. */
  places: fc.uniqueArray(fc.integer({ min: 0, max: 2 ** 20 - 1 }), { maxLength: 60 }),
  entries: fc.nat(K),
  /** Of each request in turn: whether it is answered, and how many more may be in flight before the next answer. */
  fates: fc.array(fc.record({ isAnswered: fc.boolean(), further: fc.nat(2) }), { maxLength: 80 }),
  seed: fc.nat(1_000),
});

function nodesOf(bucket: number, places: readonly number[]): EncodedContact[] {
  const size = 1n << BigInt(bucket);
  const distances = new Set(places.map((place) => size + (size * BigInt(place)) / 2n ** 20n));
  return [...distances].map((distance) => contactAtDistance(own, distance));
}

/** Fills until there is nobody to ask. */
function run({
  bucket,
  places,
  entries,
  fates,
  seed,
}: typeof scene extends fc.Arbitrary<infer S> ? S : never) {
  const nodes = nodesOf(bucket, places);
  const known = nodes.slice(0, Math.min(entries, K));
  const random = new SeededRandom(seed);
  const fill = new BucketFill({
    own,
    bucket,
    k: K,
    entries: known,
    isEligible: (contact) => !known.includes(contact),
    randomBytes: (count) => random.bytes(count),
  });
  const asked: EncodedContact[] = [];
  const met = new Set(known);
  const targets: (number | undefined)[] = [];
  const inFlight: NonNullable<ReturnType<typeof fill.next>>[] = [];
  let turn = 0;
  let requests = 0;
  const settle = () => {
    const request = inFlight.shift();
    if (request === undefined) return;
    const { isAnswered } = fates[turn++] ?? { isAnswered: true };
    const peer = request.peer ?? closestOf(request.target, nodes, 1)[0];
    if (!isAnswered || peer === undefined) return fill.failed(request);
    if (request.peer !== undefined) met.add(request.peer);
    fill.answered(request, peer.key, closestOf(request.target, nodes, K));
  };
  for (let request = fill.next(); requests <= 1_000; request = fill.next()) {
    if (request === undefined && inFlight.length === 0) break;
    if (request !== undefined) {
      requests++;
      targets.push(bucketIndex(own, request.target));
      if (request.peer !== undefined) asked.push(request.peer);
      inFlight.push(request);
    }
    if (request === undefined || inFlight.length > (fates[turn]?.further ?? 0)) settle();
  }
  return { fill, nodes, known, asked, met, targets, requests };
}

const always = (fact: (ran: ReturnType<typeof run>, bucket: number) => void) =>
  fc.assert(
    fc.property(scene, (given) => {
      fact(run(given), given.bucket);
    }),
  );

describe('BucketFill, whatever is there and whoever answers', () => {
  it('ends, with two requests for each entry that is missing and four more at most', () =>
    always(({ fill, known, requests }) => {
      expect(fill.isDone).to.equal(true);
      expect(requests).to.be.at.most(2 * (K - known.length) + 4);
    }));

  it('asks nobody twice, and nobody that is an entry', () =>
    always(({ asked, known }) => {
      expect(new Set(asked).size).to.equal(asked.length);
      expect(asked.filter((contact) => known.includes(contact))).to.deep.equal([]);
    }));

  it('asks for places in its own bucket only', () =>
    always(({ targets }, bucket) => expect(targets.every((index) => index === bucket)).to.equal(true)));

  it('brings no more entries than there is room for', () =>
    always(({ met }) => expect(met.size).to.be.at.most(K)));
});
