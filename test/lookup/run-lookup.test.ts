import { expect } from 'chai';
import { DisgoverError } from '../../src/errors.js';
import { Lookup } from '../../src/lookup/lookup.js';
import { runLookup, type WalkDependencies, type WalkStep } from '../../src/lookup/run-lookup.js';
import { stepsOf } from '../../src/lookup/steps.js';
import { type Abortable, AbortScope } from '../../src/runtime/abort.js';
import { Alarms } from '../../src/runtime/alarms.js';
import { VirtualRuntime } from '../../src/simulation/virtual-runtime.js';
import { keyOfName } from '../support/ids.js';
import { type Topology, topology } from '../support/topology.js';

const target = keyOfName('target');

class Driven {
  readonly runtime = new VirtualRuntime();
  readonly network;
  readonly lookup = new Lookup(target, {
    k: 3,
    alpha: 2,
    maxRequests: 64,
    maxCandidates: 256,
  });
  readonly asked: number[] = [];
  readonly signals: Abortable[] = [];
  /** Milliseconds to the answer of each node; `Infinity`: never. Default 10. */
  readonly answerMs = new Map<number, number>();
  readonly dead = new Map<number, unknown>();
  readonly deps: WalkDependencies;

  constructor(start: readonly number[], knows: Topology = {}, deps: Partial<WalkDependencies> = {}) {
    this.network = topology(target, knows);
    this.lookup.hear(this.network.all(...start));
    this.deps = {
      now: () => this.runtime.now(),
      alarms: new Alarms(this.runtime),
      lateMs: () => 100,
      isEligible: () => true,
      findNode: async ({ contact }, signal) => {
        const distance = this.network.distanceOf(contact);
        this.asked.push(distance);
        this.signals.push(signal);
        const ms = this.answerMs.get(distance) ?? 10;
        if (ms === Number.POSITIVE_INFINITY) await new Promise(() => {});
        await this.runtime.sleep(ms);
        if (this.dead.has(distance)) throw this.dead.get(distance);
        return this.network.replyOf(contact);
      },
      ...deps,
    };
  }

  walk(signal?: Abortable) {
    return stepsOf((stop, visit) => runLookup(this.lookup, this.deps, stop, visit), signal);
  }

  async collect(signal?: Abortable): Promise<{ steps: WalkStep[]; end: unknown }> {
    const steps: WalkStep[] = [];
    const walk = this.walk(signal);
    for (let next = await walk.next(); ; next = await walk.next()) {
      if (next.done) return { steps, end: next.value };
      steps.push(next.value);
    }
  }

  shown(steps: readonly WalkStep[]): unknown[] {
    return steps.map(({ type, peer, ms }) => [type, this.network.distanceOf(peer.contact), ms]);
  }
}

describe('runLookup', () => {
  it('ends when it is aborted by what it asks, in the same turn', async () => {
    const stop = new AbortScope();
    const reason = new Error('enough');
    const driven = new Driven(
      [1, 2],
      {},
      {
        findNode: () => {
          stop.abort(reason);
          return Promise.reject(reason);
        },
      },
    );
    const outcome = await driven.runtime.run(
      runLookup(driven.lookup, driven.deps, stop, () => false).then(
        () => 'went on',
        (thrown) => thrown,
      ),
    );
    expect(outcome).to.equal(reason);
  });

  context('when everybody answers', () => {
    it('yields each answer as it comes, and returns why it ended', async () => {
      const driven = new Driven([8, 9], { 8: [1, 2] });
      driven.answerMs.set(9, 15);
      const { steps, end } = await driven.runtime.run(driven.collect());
      expect(driven.shown(steps)).to.deep.equal([
        ['answered', 8, 10],
        ['answered', 9, 15],
        ['answered', 1, 10],
        ['answered', 2, 10],
      ]);
      expect(end).to.equal('closest');
    });
  });

  context('when enough was seen', () => {
    it('ends at once with nothing more asked, and what is in flight is given up', async () => {
      const driven = new Driven([7, 8, 9], { 8: [1, 2] });
      const seen: number[] = [];
      const end = await driven.runtime.run(
        runLookup(driven.lookup, driven.deps, new AbortScope(), ({ peer }) => {
          seen.push(driven.network.distanceOf(peer.contact));
          return true;
        }),
      );
      expect([end, seen, driven.asked]).to.deep.equal([undefined, [7], [7, 8]]);
      expect(driven.signals.every(({ aborted }) => aborted)).to.equal(true);
    });

    it('rejects with what its visitor throws, with nothing left in flight', async () => {
      const driven = new Driven([7, 8, 9]);
      const fault = new RangeError('a bug');
      const walked = runLookup(driven.lookup, driven.deps, new AbortScope(), () => {
        throw fault;
      });
      const outcome = await driven.runtime.run(walked.catch((reason) => reason));
      expect([outcome, driven.signals.every(({ aborted }) => aborted)]).to.deep.equal([fault, true]);
    });
  });

  context('when nobody is known', () => {
    it('returns nobody', async () => {
      const driven = new Driven([]);
      expect(await driven.runtime.run(driven.collect())).to.deep.equal({ steps: [], end: 'nobody' });
    });
  });

  context('when a node fails', () => {
    it('yields the failure with its error', async () => {
      const driven = new Driven([1]);
      const fault = new DisgoverError('TIMEOUT', 'dead');
      driven.dead.set(1, fault);
      const { steps, end } = await driven.runtime.run(driven.collect());
      expect(steps).to.have.length(1);
      expect(steps[0]).to.include({ type: 'failed', fault });
      expect(end).to.equal('nobody');
    });

    for (const [code, spent] of [
      ['TIMEOUT', 2],
      ['DIAL_FAILED', 2],
      ['DIAL_DENIED', 1],
      ['HOSTNAME_NOT_ALLOWED', 1],
    ] as const) {
      it(`has spent ${spent} requests when one of two ended with ${code}`, async () => {
        const driven = new Driven([1, 2]);
        driven.dead.set(1, new DisgoverError(code, 'dead'));
        const { steps, end } = await driven.runtime.run(driven.collect());
        expect(driven.shown(steps).sort()).to.deep.equal([
          ['answered', 2, 10],
          ['failed', 1, 10],
        ]);
        expect(end).to.equal('closest');
        expect(driven.lookup.requests).to.equal(spent);
      });
    }

    it('says nothing of one that speaks nothing that we speak, and has spent nothing on it', async () => {
      const driven = new Driven([1, 2]);
      driven.dead.set(1, new DisgoverError('NO_TRANSPORT_FOR', 'beyond'));
      const { steps, end } = await driven.runtime.run(driven.collect());
      expect(driven.shown(steps)).to.deep.equal([['answered', 2, 10]]);
      expect([end, driven.lookup.requests]).to.deep.equal(['closest', 1]);
    });

    it('takes what a plugin threw for a fault of ours', async () => {
      const driven = new Driven([1]);
      driven.dead.set(1, new TypeError('a bug'));
      const { steps } = await driven.runtime.run(driven.collect());
      const [step] = steps;
      expect(step?.type === 'failed' && step.fault.code).to.equal('ERR_INTERNAL');
    });
  });

  context('when a node names somebody who is not eligible', () => {
    it('does not ask that one, and still shows what was said', async () => {
      const driven = new Driven(
        [8],
        { 8: [1, 2] },
        { isEligible: (contact) => driven.network.distanceOf(contact) !== 1 },
      );
      const { steps } = await driven.runtime.run(driven.collect());
      expect(driven.asked).to.deep.equal([8, 2]);
      const [first] = steps;
      expect(first?.type === 'answered' && first.nodes.contacts).to.have.length(2);
    });
  });

  context('when a node is slower than its usual', () => {
    it('asks the next one meanwhile', async () => {
      const driven = new Driven([1, 2, 3, 4], {}, { lateMs: () => 160 });
      driven.answerMs.set(1, 1_000).set(2, 1_000);
      const startMs = driven.runtime.now();
      const { end } = await driven.runtime.run(driven.collect());
      expect(driven.asked).to.deep.equal([1, 2, 3, 4]);
      expect(end).to.equal('closest');
      expect(driven.runtime.now() - startMs).to.equal(1_000);
    });

    it('leaves no alarm behind', async () => {
      const driven = new Driven([1, 2], {}, { lateMs: () => 500 });
      await driven.runtime.run(driven.collect());
      expect(driven.runtime.pendingTimers).to.equal(0);
    });
  });

  context('when the loop is left', () => {
    it('ends the requests in flight in the same turn', async () => {
      const driven = new Driven([1, 2, 3]);
      driven.answerMs.set(2, Number.POSITIVE_INFINITY);
      await driven.runtime.run(async () => {
        for await (const _ of driven.walk()) break;
      });
      expect(driven.signals).to.have.length.of.at.least(2);
      expect(driven.signals.every(({ aborted }) => aborted)).to.equal(true);
    });
  });

  context('when the signal aborts', () => {
    it('rejects with its reason at once, and ends the requests in flight', async () => {
      const driven = new Driven([1, 2]);
      driven.answerMs.set(1, Number.POSITIVE_INFINITY).set(2, Number.POSITIVE_INFINITY);
      const scope = new AbortScope();
      const outcome = driven.collect(scope).catch((reason) => reason);
      await driven.runtime.advance(50);
      scope.abort('enough');
      expect(driven.signals.map(({ reason }) => reason)).to.deep.equal(['enough', 'enough']);
      expect(await driven.runtime.run(outcome)).to.equal('enough');
      expect(scope.size).to.equal(0);
    });

    it('asks nobody when it has aborted before', async () => {
      const driven = new Driven([1, 2]);
      const scope = new AbortScope();
      scope.abort('enough');
      expect(await driven.collect(scope).catch((reason) => reason)).to.equal('enough');
      expect(driven.asked).to.deep.equal([]);
    });

    it('rejects after the step that the caller was at, though others have arrived', async () => {
      const driven = new Driven([1, 2]);
      const scope = new AbortScope();
      const steps: WalkStep[] = [];
      const outcome = driven.runtime.run(async () => {
        for await (const step of driven.walk(scope)) {
          steps.push(step);
          await driven.runtime.sleep(100);
          scope.abort('enough');
        }
      });
      expect(await outcome.catch((reason) => reason)).to.equal('enough');
      expect(steps).to.have.length(1);
    });
  });
});
