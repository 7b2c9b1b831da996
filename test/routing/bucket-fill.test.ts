import { expect } from 'chai';
import { closestOf } from '../../src/id/closest-list.js';
import { bucketIndex } from '../../src/id/distance.js';
import type { Key } from '../../src/id/key.js';
import { BucketFill, type BucketFillOptions, type FillRequest } from '../../src/routing/bucket-fill.js';
import { SeededRandom } from '../../src/simulation/seeded-random.js';
import type { EncodedContact } from '../../src/wire/contact-codec.js';
import { contactAtDistance } from '../support/contacts.js';
import { keyOfName } from '../support/ids.js';

const own = keyOfName('own');
const BUCKET = 255;

/** A node in the `place`th of 32 parts of the furthest bucket. */
const inPlace = (place: number, low = 1) =>
  contactAtDistance(own, (1n << 255n) | (BigInt(place) << 250n) | BigInt(low));
const placeOf = (key: Key) => {
  const byte = (key[0] as number) ^ (own[0] as number);
  return (byte >> 2) & 31;
};

function fillOf(
  entries: readonly EncodedContact[] = [],
  options: Partial<BucketFillOptions> = {},
): BucketFill {
  const random = new SeededRandom(1);
  const randomBytes = (count: number) => random.bytes(count);
  return new BucketFill({
    own,
    bucket: BUCKET,
    k: 20,
    entries,
    isEligible: () => true,
    randomBytes,
    ...options,
  });
}

/** Asks until nothing is left; who is asked answers with the closest of all. Returns who has answered, and how many were asked. */
function run(fill: BucketFill, all: readonly EncodedContact[], named = 20) {
  const met = new Set<EncodedContact>();
  let requests = 0;
  for (let request = fill.next(); request !== undefined; request = fill.next()) {
    requests++;
    const peer = request.peer ?? (closestOf(request.target, all, 1)[0] as EncodedContact);
    met.add(peer);
    fill.answered(request, peer.key, closestOf(request.target, all, named));
  }
  return { met, requests };
}

describe('BucketFill', () => {
  it('asks whoever is closest to the target first, when nobody was named', () => {
    const request = fillOf().next() as FillRequest;
    expect(request.peer).to.equal(undefined);
    expect(bucketIndex(own, request.target)).to.equal(BUCKET);
  });

  it('asks who was named, for somebody elsewhere', () => {
    const fill = fillOf();
    const named = inPlace(3);
    fill.hear(named);
    const first = fill.next() as FillRequest;
    fill.failed(first);
    const places = new Set<number>();
    for (let request: FillRequest | undefined = first; request !== undefined; request = fill.next()) {
      if (request.peer === undefined) continue;
      expect(request.peer).to.equal(named);
      places.add(placeOf(request.target));
    }
    expect(places.has(3)).to.equal(false);
  });

  it('looks where there are the fewest entries', () => {
    const fill = fillOf(Array.from({ length: 16 }, (_, place) => inPlace(place)));
    for (let i = 0; i < 4; i++) expect(placeOf((fill.next() as FillRequest).target)).to.be.at.least(16);
  });

  it('asks for no more than the bucket takes', () => {
    const fill = fillOf(Array.from({ length: 19 }, (_, place) => inPlace(place)));
    for (let place = 19; place < 32; place++) fill.hear(inPlace(place));
    expect(fill.next()?.peer).not.to.equal(undefined);
    expect(fill.next()).to.equal(undefined);
    expect(fill.isDone).to.equal(false);
  });

  it('is done when the bucket is full', () => {
    const fill = fillOf(Array.from({ length: 20 }, (_, place) => inPlace(place)));
    expect([fill.next(), fill.isDone]).to.deep.equal([undefined, true]);
  });

  it('takes another where one does not answer', () => {
    const fill = fillOf(Array.from({ length: 31 }, (_, place) => inPlace(place)).slice(0, 19));
    const named = [inPlace(31, 1), inPlace(31, 2)];
    for (const contact of named) fill.hear(contact);
    const first = fill.next() as FillRequest;
    fill.failed(first);
    const second = fill.next() as FillRequest;
    expect([first.peer, second.peer]).to.deep.equal(named);
  });

  it('asks nobody twice, and nobody who may not be asked', () => {
    const [good, bad] = [inPlace(1), inPlace(2)];
    const fill = fillOf([], { isEligible: (contact) => contact !== bad });
    const asked: EncodedContact[] = [];
    for (let i = 0; i < 44; i++) {
      for (const contact of [good, bad]) fill.hear(contact);
      const request = fill.next();
      if (request?.peer !== undefined) asked.push(request.peer);
      if (request !== undefined) fill.failed(request);
    }
    expect(asked).to.deep.equal([good]);
  });

  it('asks little more than twice as many as are missing, though nobody answers', () => {
    const fill = fillOf();
    let requests = 0;
    for (let request = fill.next(); request !== undefined; request = fill.next(), requests++)
      fill.failed(request);
    expect([requests, fill.isDone]).to.deep.equal([44, true]);
  });

  it('does not believe twice in an answer', () => {
    const fill = fillOf();
    const request = fill.next() as FillRequest;
    fill.failed(request);
    fill.answered(request, inPlace(0).key, [inPlace(1)]);
    const { peer } = fill.next() as FillRequest;
    expect(peer).to.equal(undefined);
  });

  context('in a bucket of thousands', () => {
    const all = Array.from({ length: 2_000 }, (_, i) => inPlace(i % 32, (i * 7_919) % 65_536));

    it('needs about one request an entry', () => {
      const { met, requests } = run(fillOf(), all);
      expect(met.size).to.be.at.least(20);
      expect(requests).to.be.at.most(24);
    });

    it('meets nodes in 20 of 32 parts', () => {
      const { met } = run(fillOf(), all);
      expect(new Set([...met].map(({ key }) => placeOf(key))).size).to.be.at.least(19);
    });
  });

  context('in a bucket of a few', () => {
    it('meets all of them, and soon believes that there are no others', () => {
      const all = [1, 2, 9, 20, 31].map((place) => inPlace(place));
      const { met, requests } = run(fillOf(), all);
      expect(met.size).to.equal(5);
      expect(requests).to.be.at.most(8);
    });

    it('ends where there is nobody', () => {
      const outside = [contactAtDistance(own, 1n << 200n)];
      const { requests } = run(fillOf(), outside);
      expect(requests).to.be.at.most(44);
    });
  });

  it('cuts a bucket of two keys into no more parts than it has', () => {
    const fill = new BucketFill({
      own,
      bucket: 1,
      k: 20,
      entries: [],
      isEligible: () => true,
      randomBytes: (count) => new Uint8Array(count),
    });
    const targets: number[] = [];
    for (let request = fill.next(); request !== undefined; request = fill.next())
      targets.push((request.target[31] as number) ^ (own[31] as number));
    expect(targets).to.have.members([2, 3]);
  });
});
