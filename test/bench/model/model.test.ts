import { expect } from 'chai';
import { type ModelOptions, runModel } from '../../../bench/model/model.js';
import type { Outcome } from '../../../bench/model/network.js';
import { limits } from '../../../src/limits.js';
import { DisjointLookup } from '../../../src/lookup/disjoint-lookup.js';
import { likelyHolders } from '../../../src/lookup/holders.js';
import { Lookup } from '../../../src/lookup/lookup.js';
import { SeededRandom } from '../../../src/simulation/seeded-random.js';

const parts = {
  Lookup,
  DisjointLookup,
  likelyHolders,
  SeededRandom,
  maxRequests: limits.lookupRequests,
  maxPathsRequests: limits.lookupPathsRequests,
  maxCandidates: limits.lookupCandidates,
};

const healthy: ModelOptions = {
  nodes: 1_000,
  k: 20,
  alpha: 3,
  paths: 1,
  target: 'node',
  dead: 0,
  adversaries: 0,
  attack: 'colluding',
  known: 0,
  tellsKnown: false,
  diverse: false,
  plain: false,
  late: Number.POSITIVE_INFINITY,
  seed: 1,
  networks: 5,
  lookups: 1_000,
};

const run = (options: Partial<ModelOptions> = {}): Outcome[] =>
  runModel({ ...healthy, ...options }, parts).flat();

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const foundOf = (outcomes: readonly Outcome[]) => outcomes.flatMap(({ found }) => found ?? []);
const hopsOf = (outcomes: readonly Outcome[]) => mean(foundOf(outcomes).map(({ hops }) => hops));
const requestsOf = (outcomes: readonly Outcome[]) => mean(foundOf(outcomes).map(({ requests }) => requests));
const timeOf = (outcomes: readonly Outcome[]) => mean(foundOf(outcomes).map(({ time }) => time));
const successOf = (outcomes: readonly Outcome[]) => foundOf(outcomes).length / outcomes.length;

describe('runModel', () => {
  // Ideal figures of independent calculations. A mean of 1,000 lookups in 5 networks has a standard error of about 0.02 hops
  // (0.018 among lookups, 0.007 among networks) and 0.05 requests; what is allowed is three of them, for both sides.
  context('when a node is looked for among 1,000, k 20, alpha 3', () => {
    const outcomes = run();

    it('finds it in 0.92 hops, 2.85 requests and 0.69 round trips', () => {
      expect(successOf(outcomes)).to.equal(1);
      expect(hopsOf(outcomes)).to.be.closeTo(0.92, 0.06);
      expect(requestsOf(outcomes)).to.be.closeTo(2.85, 0.15);
      expect(timeOf(outcomes)).to.be.closeTo(0.69, 0.06);
    });

    it('certifies the k closest with 21.6 requests in 8.7 round trips', () => {
      expect(mean(outcomes.map(({ requestsToEnd }) => requestsToEnd))).to.be.closeTo(21.6, 0.15);
      expect(mean(outcomes.map(({ timeToEnd }) => timeToEnd))).to.be.closeTo(8.7, 0.15);
      expect(mean(outcomes.map(({ recall }) => recall))).to.equal(1);
    });

    it('has tables of 131 entries', () => {
      expect(mean(outcomes.map(({ table }) => table))).to.be.closeTo(131, 0.7);
    });
  });

  it('finds an entity in 1.30 hops, 3.9 requests and 1.05 round trips, always asking alpha at a time', () => {
    const outcomes = run({ target: 'entity', plain: true });
    expect(successOf(outcomes)).to.equal(1);
    expect(hopsOf(outcomes)).to.be.closeTo(1.3, 0.06);
    expect(requestsOf(outcomes)).to.be.closeTo(3.9, 0.15);
    expect(timeOf(outcomes)).to.be.closeTo(1.05, 0.06);
  });

  it('finds an entity in 1.30 hops, 2.3 requests and 1.25 round trips', () => {
    const outcomes = run({ target: 'entity' });
    expect(successOf(outcomes)).to.equal(1);
    expect(hopsOf(outcomes)).to.be.closeTo(1.3, 0.06);
    expect(requestsOf(outcomes)).to.be.closeTo(2.3, 0.15);
    expect(timeOf(outcomes)).to.be.closeTo(1.25, 0.06);
  });

  it('needs more hops with smaller buckets', () => {
    expect(hopsOf(run({ k: 8, target: 'entity' }))).to.be.closeTo(1.83, 0.07);
  });

  it('needs 0.93 hops one request at a time', () => {
    expect(hopsOf(run({ alpha: 1 }))).to.be.closeTo(0.927, 0.06);
  });

  it('needs fewer hops when entries are spread over their buckets', () => {
    expect(hopsOf(run({ alpha: 1, k: 8, diverse: true }))).to.be.below(hopsOf(run({ alpha: 1, k: 8 })));
  });

  it('needs at most one hop when each node knows all others', () => {
    const outcomes = run({ target: 'entity', known: 1_000, lookups: 200 });
    expect(Math.max(...foundOf(outcomes).map(({ hops }) => hops))).to.equal(1);
  });

  context('when half of the nodes are dead', () => {
    it('finds all, in more time, and reaches fewer of the closest', () => {
      const outcomes = run({ dead: 0.5, nodes: 2_000, networks: 2, lookups: 300 });
      expect(successOf(outcomes)).to.equal(1);
      expect(timeOf(outcomes)).to.be.above(2);
      expect(mean(outcomes.map(({ recall }) => recall))).to.be.within(0.85, 0.95);
    });

    it('finds sooner when those who are late are not waited for', () => {
      const dead = { dead: 0.5, nodes: 2_000, networks: 2, lookups: 300 };
      expect(timeOf(run({ ...dead, late: 2 }))).to.be.below(0.8 * timeOf(run(dead)));
    });
  });

  // A share near 0.75 of 600 lookups has a standard error of 0.018.
  context('when three in ten nodes lie', () => {
    const lying = { adversaries: 0.3, nodes: 10_000, networks: 1, lookups: 600 };

    it('is lost with the first forged contacts on one path, and rarely on four', () => {
      const fabricating = { ...lying, attack: 'fabricating' as const };
      expect(successOf(run({ ...fabricating, alpha: 1 }))).to.be.closeTo(0.596, 0.06);
      expect(successOf(run({ ...fabricating, paths: 4 }))).to.be.closeTo(0.938, 0.035);
    });

    it('is hardly disturbed by those that have ids of their own', () => {
      expect(successOf(run(lying))).to.be.closeTo(0.963, 0.025);
      expect(successOf(run({ ...lying, alpha: 1, attack: 'fresh' }))).to.be.closeTo(0.751, 0.055);
    });

    it('finds by four paths in 45 requests, whatever they hand out', () => {
      const outcomes = run({ ...lying, attack: 'fresh', paths: 4 });
      expect(successOf(outcomes)).to.be.closeTo(0.991, 0.012);
      expect(mean(outcomes.map(({ requestsToEnd }) => requestsToEnd))).to.be.closeTo(45, 2);
    });
  });

  it('throws when fewer than two live and honest nodes are left', () => {
    expect(() => run({ nodes: 10, dead: 0.99 })).to.throw('fewer than two');
    expect(() => run({ nodes: 10, adversaries: 0.99 })).to.throw('fewer than two');
  });

  it('gives the same for the same seed, and something else for another', () => {
    const small = { nodes: 200, networks: 1, lookups: 50 };
    expect(run(small)).to.deep.equal(run(small));
    expect(run(small)).to.not.deep.equal(run({ ...small, seed: 2 }));
  });
});
