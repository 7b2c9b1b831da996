import { expect } from 'chai';
import fc from 'fast-check';
import { DisjointLookup } from '../../src/lookup/disjoint-lookup.js';
import { Lookup, type LookupEnd } from '../../src/lookup/lookup.js';
import type { LookupPeer } from '../../src/lookup/lookup-peer.js';
import { runLookup, type WalkStep } from '../../src/lookup/run-lookup.js';
import { AbortScope } from '../../src/runtime/abort.js';
import { Alarms } from '../../src/runtime/alarms.js';
import { VirtualRuntime } from '../../src/simulation/virtual-runtime.js';
import type { Nodes } from '../../src/wire/messages.js';
import { keyOfName } from '../support/ids.js';
import { type Network, type Topology, topology } from '../support/topology.js';

const target = keyOfName('target');

interface Scene {
  readonly knows: Topology;
  readonly dead: readonly number[];
  readonly start: readonly number[];
  readonly k: number;
  readonly alpha: number;
  readonly maxRequests: number;
  readonly maxCandidates: number;
  /** What happens next, again and again: which of those in flight settles, or that all become late. */
  readonly chance: readonly number[];
}

/** Networks of up to 24 nodes, each of which names any of them, itself and duplicates included. */
const scene: fc.Arbitrary<Scene> = fc.integer({ min: 1, max: 24 }).chain((size) => {
  const node = fc.nat(size - 1);
  return fc
    .record({
      knows: fc.array(fc.array(node, { maxLength: 8 }), { minLength: size, maxLength: size }),
      dead: fc.uniqueArray(node, { maxLength: size >> 1 }),
      start: fc.uniqueArray(node, { maxLength: 5 }),
      k: fc.integer({ min: 1, max: 8 }),
      alpha: fc.integer({ min: 1, max: 4 }),
      maxRequests: fc.integer({ min: 1, max: 30 }),
      maxCandidates: fc.oneof(fc.constant(256), fc.integer({ min: 8, max: 12 })),
      chance: fc.array(fc.nat(99), { minLength: 1, maxLength: 30 }),
    })
    .map(({ knows, ...others }) => ({ ...others, knows: { ...knows } }));
});

/** What both kinds of lookup are asked and told. */
interface Walk {
  next: Lookup['next'];
  asked: Lookup['asked'];
  answered: Lookup['answered'];
  failed: Lookup['failed'];
  readonly requests: number;
  readonly answers: number;
  readonly closest: readonly LookupPeer[];
}

interface Outcome {
  readonly reason: LookupEnd;
  readonly asked: readonly number[];
  readonly answered: readonly number[];
}

/** Drives the lookup to its end; fails when more than `mostAwaited` are awaited at once, or when it does not end. */
function drive(walk: Walk, network: Network, { dead, chance }: Scene, mostAwaited: number): Outcome {
  const inFlight: LookupPeer[] = [];
  const asked: number[] = [];
  const answered: number[] = [];
  let now = 0;
  for (let step = 0; step < 1_000; step++) {
    const move = walk.next(now);
    if (move.type === 'end') return { reason: move.reason, asked, answered };
    if (move.type === 'ask') {
      walk.asked(move.peer, now, now + 10);
      inFlight.push(move.peer);
      asked.push(network.distanceOf(move.peer.contact));
      expect(inFlight.filter(({ lateAt }) => lateAt > now).length).to.be.at.most(mostAwaited);
      continue;
    }
    expect(inFlight, 'waits for nobody').not.to.have.length(0);
    const dice = chance[step % chance.length] as number;
    if (dice < 20 && move.until !== undefined) {
      now = move.until;
      continue;
    }
    const [peer] = inFlight.splice(dice % inFlight.length, 1) as [LookupPeer];
    const distance = network.distanceOf(peer.contact);
    if (dead.includes(distance)) {
      walk.failed(peer);
    } else {
      walk.answered(peer, network.namedBy(peer.contact));
      answered.push(distance);
    }
    // Whoever settles twice changes nothing.
    expect(walk.answered(peer, network.all(0))).to.equal(false);
    expect(walk.failed(peer)).to.equal(false);
  }
  return expect.fail('it does not end');
}

function checkOutcome({ asked, answered }: Outcome, walk: Walk, network: Network, k: number): number[] {
  expect(new Set(asked).size, 'somebody was asked twice').to.equal(asked.length);
  expect(walk.requests).to.equal(asked.length);
  expect(walk.answers).to.equal(answered.length);
  const closest = walk.closest.map(({ contact }) => network.distanceOf(contact));
  expect(closest).to.deep.equal([...new Set(closest)].sort((a, b) => a - b));
  expect(closest.length).to.be.at.most(k);
  expect(answered).to.include.members(closest);
  return closest;
}

describe('Lookup, whatever the network', () => {
  it('asks nobody twice, awaits alpha at most, and ends with the closest that answered', () => {
    fc.assert(
      fc.property(scene, (given) => {
        const { k, alpha, maxRequests, maxCandidates, start } = given;
        const network = topology(target, given.knows);
        const lookup = new Lookup(target, { k, alpha, maxRequests, maxCandidates });
        lookup.hear(network.all(...start));
        const outcome = drive(lookup, network, given, alpha);
        const closest = checkOutcome(outcome, lookup, network, k);
        expect(outcome.asked.length).to.be.at.most(maxRequests);
        expect(outcome.reason === 'nobody').to.equal(outcome.reason !== 'requests' && closest.length === 0);
        // With room for all candidates the end is exact: who was heard of and is among the k closest has answered, or failed.
        if (outcome.reason === 'closest' && maxCandidates === 256) {
          const heard = new Set(start.concat(outcome.answered.flatMap((node) => given.knows[node] ?? [])));
          const kth = closest.length === k ? (closest.at(-1) as number) : Number.POSITIVE_INFINITY;
          const near = [...heard].filter((node) => node <= kth);
          expect(outcome.asked).to.include.members(near);
          expect(closest).to.have.members(near.filter((node) => !given.dead.includes(node)));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('finds the k closest of all when nobody is dead and everybody knows everybody', () => {
    fc.assert(
      fc.property(scene, fc.integer({ min: 1, max: 24 }), (given, size) => {
        const everybody = Array.from({ length: size }, (_, i) => i);
        const knows = Object.fromEntries(everybody.map((node) => [node, everybody]));
        const network = topology(target, knows);
        const lookup = new Lookup(target, { ...given, maxRequests: 64, maxCandidates: 256 });
        lookup.hear(network.all(size - 1));
        drive(lookup, network, { ...given, knows, dead: [] }, Math.max(given.k, given.alpha));
        const closest = lookup.closest.map(({ contact }) => network.distanceOf(contact));
        expect(closest).to.deep.equal(everybody.slice(0, given.k));
      }),
      { numRuns: 500 },
    );
  });
});

describe('DisjointLookup, whatever the network', () => {
  it('asks nobody twice on all its paths, awaits one at most on each, and ends', () => {
    fc.assert(
      fc.property(scene, fc.integer({ min: 2, max: 4 }), (given, paths) => {
        const network = topology(target, given.knows);
        const lookup = new DisjointLookup(target, paths, given);
        lookup.hear(network.all(...given.start));
        const outcome = drive(lookup, network, given, paths);
        checkOutcome(outcome, lookup, network, given.k);
        expect(outcome.asked.length).to.be.at.most(given.maxRequests);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('runLookup, in every interleaving', () => {
  const walkOf = (given: Scene, s: fc.Scheduler) => {
    const runtime = new VirtualRuntime();
    const network = topology(target, given.knows);
    const lookup = new Lookup(target, given);
    lookup.hear(network.all(...given.start));
    const asked: number[] = [];
    const findNode = s.scheduleFunction(
      async (contact: Parameters<Network['replyOf']>[0]): Promise<Nodes> => {
        if (given.dead.includes(network.distanceOf(contact))) throw new Error('dead');
        return network.replyOf(contact);
      },
    );
    const deps = {
      now: () => runtime.now(),
      alarms: new Alarms(runtime),
      lateMs: () => 10,
      isEligible: () => true,
      findNode: ({ contact }: LookupPeer) => {
        asked.push(network.distanceOf(contact));
        return findNode(contact);
      },
    };
    return { runtime, lookup, asked, deps };
  };

  it('settles once, with a step for each request that was settled', async () => {
    await fc.assert(
      fc.asyncProperty(scene, fc.scheduler(), async (given, s) => {
        const { lookup, asked, deps, runtime } = walkOf(given, s);
        const steps: WalkStep[] = [];
        const ends: unknown[] = [];
        const visit = (step: WalkStep) => steps.push(step) === 0;
        const walked = runLookup(lookup, deps, new AbortScope(), visit).then((end) => ends.push(end));
        await s.waitFor(walked);
        expect(ends).to.have.length(1);
        expect(new Set(asked).size).to.equal(asked.length);
        expect(new Set(steps.map(({ peer }) => peer)).size).to.equal(steps.length);
        expect(runtime.pendingTimers).to.equal(0);
        await s.waitAll();
      }),
      { numRuns: 300 },
    );
  });

  it('rejects once with the reason when it is aborted at any moment', async () => {
    await fc.assert(
      fc.asyncProperty(scene, fc.scheduler(), fc.nat(10), async (given, s, after) => {
        const { lookup, deps, runtime } = walkOf(given, s);
        const scope = new AbortScope();
        const outcomes: unknown[] = [];
        const walked = runLookup(lookup, deps, scope, () => false).then(
          () => outcomes.push('ended'),
          (reason) => outcomes.push(reason),
        );
        for (let i = 0; i < after && s.count() > 0; i++) await s.waitOne();
        scope.abort('enough');
        await walked;
        expect(outcomes).to.have.length(1);
        expect(outcomes[0]).to.be.oneOf(['ended', 'enough']);
        expect(scope.size).to.equal(0);
        expect(runtime.pendingTimers).to.equal(0);
        await s.waitAll();
      }),
      { numRuns: 300 },
    );
  });
});
