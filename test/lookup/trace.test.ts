import { expect } from 'chai';
import { DisgoverError } from '../../src/errors.js';
import { LookupPeer } from '../../src/lookup/lookup-peer.js';
import { collectTrace, type LookupOutcome, type LookupStep, stepOf } from '../../src/lookup/trace.js';
import { VirtualRuntime } from '../../src/simulation/virtual-runtime.js';
import { contactAtDistance, contactOf } from '../support/contacts.js';
import { idOf, keyOfName } from '../support/ids.js';

const target = keyOfName('target');
const peerAt = (distance: number | bigint, toldBy?: LookupPeer) =>
  new LookupPeer(contactAtDistance(target, distance), toldBy);
const nodes = { type: 'nodes', requestId: 1, contacts: [], conflicts: [] } as const;

describe('stepOf', () => {
  it('shows who answered, how long it took, and how many it named', () => {
    const peer = peerAt(5);
    const reply = { ...nodes, contacts: [contactAtDistance(target, 1), contactAtDistance(target, 2)] };
    expect(stepOf({ type: 'answered', peer, nodes: reply, ms: 12 }, target, undefined)).to.deep.equal({
      type: 'answered',
      id: peer.contact.id,
      hop: 1,
      distanceBits: 3,
      ms: 12,
      named: 2,
    });
  });

  it('shows who told of it, one hop before', () => {
    const near = peerAt(1, peerAt(9));
    const step = stepOf({ type: 'answered', peer: near, nodes, ms: 1 }, target, undefined);
    expect(step).to.include({ hop: 2, toldBy: near.toldBy?.contact.id, distanceBits: 1 });
  });

  it('shows why it failed', () => {
    const fault = new DisgoverError('TIMEOUT', 'no answer');
    const step = stepOf({ type: 'failed', peer: peerAt(1n << 255n), fault, ms: 2_000 }, target, undefined);
    expect(step).to.include({ type: 'failed', code: 'ERR_TIMEOUT', distanceBits: 256 });
    expect(step).not.to.have.property('named');
  });

  it('shows what was found, and that nothing is left of the distance to the target itself', () => {
    const found = contactOf('target');
    const step = stepOf({ type: 'answered', peer: peerAt(0), nodes, ms: 1 }, target, found);
    expect(step).to.include({ found, distanceBits: 0 });
  });
});

describe('collectTrace', () => {
  const id = idOf('target');
  const step = (hop: number, fields: Partial<LookupStep> = {}): LookupStep => ({
    type: 'answered',
    id: idOf(`node-${hop}`),
    hop,
    distanceBits: 3,
    ms: 1,
    ...fields,
  });

  async function* walk(steps: readonly LookupStep[], end: LookupOutcome, ended?: () => void) {
    try {
      yield* steps;
      return end;
    } finally {
      ended?.();
    }
  }

  it('collects the steps up to the one that found it, and leaves the walk', async () => {
    let hasEnded = false;
    const found = contactOf('target');
    const steps = [step(1), step(3), step(2, { found }), step(4)];
    const ended = () => {
      hasEnded = true;
    };
    const trace = await collectTrace(id, walk(steps, 'closest', ended), () => 0);
    expect(trace).to.deep.equal({
      id,
      found,
      hops: 2,
      requests: 3,
      ms: 0,
      end: 'found',
      steps: steps.slice(0, 3),
    });
    expect(hasEnded).to.equal(true);
  });

  for (const end of ['closest', 'requests'] as const) {
    it(`says how far it went when it ended with ${end} and found nothing`, async () => {
      const trace = await collectTrace(id, walk([step(1), step(3), step(2)], end), () => 0);
      expect(trace).to.include({ end, hops: 3, requests: 3 });
      expect(trace).not.to.have.property('found');
    });
  }

  it('is of no hops when nobody had to be asked', async () => {
    expect(await collectTrace(id, walk([], 'closest'), () => 0)).to.include({ hops: 0, requests: 0 });
  });

  it('measures the time from the first step on', async () => {
    const runtime = new VirtualRuntime();
    async function* slow() {
      await runtime.sleep(40);
      yield step(1);
      return 'closest' as const;
    }
    const trace = await runtime.run(collectTrace(id, slow(), () => runtime.now()));
    expect(trace.ms).to.equal(40);
  });
});
