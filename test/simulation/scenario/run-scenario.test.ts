import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import {
  type LookupOutcome,
  runScenario,
  type Scenario,
  ScenarioFailure,
  type ScenarioNetwork,
} from '../../../src/simulation/testing.js';
import { expectCode } from '../../support/expect-code.js';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const rough: Scenario = {
  nodes: 12,
  k: 4,
  join: { overMs: 4_000, seeds: 2, settleMs: 5_000 },
  latency: { type: 'lognormal', medianMs: 20, sigma: 0.6 },
  loss: 0.03,
  churn: {
    sessions: { type: 'weibull', shape: 0.6, scaleMs: 10_000 },
    downtimes: { type: 'exponential', meanMs: 5_000 },
    leave: 0.3,
    newId: 0.3,
    snapshot: 0.5,
  },
  faults: [
    { atMs: 2_000, type: 'partition', groups: [{ share: 0.5 }, 'rest'], forMs: 3_000 },
    { atMs: 7_000, type: 'freeze', nodes: { count: 3 }, forMs: 2_000 },
  ],
  entities: 4,
  lookups: { count: 12, overMs: 8_000, absent: 0.2 },
};

const calm: Scenario = { nodes: 12, k: 4, join: { settleMs: 2_000 }, latency: 10 };

async function failureOf(scenario: Scenario): Promise<ScenarioFailure> {
  const fault = await runScenario(scenario).then(
    () => expect.fail('resolved'),
    (thrown: unknown) => thrown,
  );
  expect(fault).to.be.instanceOf(ScenarioFailure);
  return fault as ScenarioFailure;
}

describe('runScenario', function () {
  this.timeout(120_000);

  it('comes to the same, hash and all, for the same seed amid churn, loss and partitions', async () => {
    const hashes = new Set<string>();
    for (const seed of [1, 2, 3]) {
      const [first, again] = [await runScenario({ ...rough, seed }), await runScenario({ ...rough, seed })];
      expect(again).to.deep.equal(first);
      expect(first.left).to.deep.equal({ timers: 0, openEnds: 0 });
      expect(first.nodes.crashed).to.be.above(0);
      hashes.add(first.traceHash);
    }
    expect(hashes.size).to.equal(3);
  });

  it('finds all that is registered in a calm network, and counts what it cost', async () => {
    const result = await runScenario({ ...calm, entities: 5, lookups: 20 });
    expect(result.lookups).to.deep.include({ count: 20, success: 1 });
    expect(result.announces).to.deep.include({ count: 5, failed: 0 });
    expect(result.announces.requests.mean).to.be.at.least(4);
    expect(result.nodes).to.deep.equal({ started: 12, returned: 0, crashed: 0, left: 0, up: 12 });
    expect(result.joinMs.count).to.equal(12);
    expect(result.network.all.frames).to.equal(result.network.formation.frames + result.network.load.frames);
  });

  it('knows that what nobody has is rightly absent', async () => {
    const { lookups } = await runScenario({ ...calm, lookups: { count: 5, absent: 1 } });
    expect(lookups).to.deep.include({ count: 5, success: 1 });
    expect(lookups.outcomes.absent).to.equal(5);
    expect(lookups.misses.requests.count).to.equal(5);
  });

  it('does what is asked of it at its moment, and tells what happened', async () => {
    const seen: string[] = [];
    await runScenario({
      ...calm,
      faults: [
        { atMs: 1_000, type: 'crash', nodes: [1], forMs: 2_000 },
        { atMs: 2_000, type: 'leave', nodes: ['node-2'] },
        { atMs: 5_000, type: 'restart', nodes: [2] },
      ],
      actions: [
        {
          atMs: 1_500,
          name: 'look',
          run: ({ elapsedMs, up }) => {
            seen.push(`look at ${elapsedMs}: ${up.length} up`);
          },
        },
      ],
      check: (network, event) => {
        if (!network.isFormed) return;
        const what = 'node' in event ? ` ${event.node.name}` : '';
        seen.push(`${event.type}${what}`);
      },
    });
    expect(seen.filter((line) => line !== 'formed' && !line.startsWith('fault'))).to.deep.equal([
      'crashed node-1',
      'look at 1500: 11 up',
      'action',
      'left node-2',
      'started node-1',
      'started node-2',
      'end',
    ]);
  });

  it('brings a node back under its id or a new one, with what it hosts', async () => {
    const ids: string[] = [];
    const outcomes: LookupOutcome[] = [];
    const find = (entity: string) => async (network: ScenarioNetwork) => {
      const found = await network.get(5).node?.find(entity, { fresh: true });
      outcomes.push(found === undefined ? 'missed' : 'right');
    };
    const entity = 'ZW50aXR5';
    await runScenario({
      ...calm,
      actions: [
        { atMs: 0, run: async (network) => void (await network.register(network.get(1), { id: entity })) },
        { atMs: 1_000, run: find(entity) },
        { atMs: 20_000, run: find(entity) },
      ],
      faults: [
        { atMs: 5_000, type: 'crash', nodes: [1, 2], forMs: 5_000 },
        { atMs: 11_000, type: 'leave', nodes: [2], forMs: 1_000, newId: true, snapshot: true },
      ],
      check: (network, { type }) => {
        if (type === 'formed' || type === 'end') ids.push(network.get(1).id, network.get(2).id);
      },
    });
    expect(outcomes).to.deep.equal(['right', 'right']);
    expect(ids[2]).to.equal(ids[0]);
    expect(ids[3]).not.to.equal(ids[1]);
  });

  it('gives each node the options that are asked for', async () => {
    const result = await runScenario({
      ...calm,
      nodes: 3,
      identities: true,
      options: ({ index }) => ({ data: { index } }),
      check: ({ nodes }, { type }) => {
        if (type !== 'end') return;
        expect(nodes.map(({ node }) => node?.contact.data)).to.deep.equal([
          { index: 0 },
          { index: 1 },
          { index: 2 },
        ]);
      },
    });
    expect(result.nodes.up).to.equal(3);
  });

  it('rejects with what a check throws, when that was, and the line that replays it', async () => {
    const failure = await failureOf({
      ...calm,
      seed: 9,
      faults: [{ atMs: 700, type: 'crash', nodes: [3] }],
      check: (_network, { type }) => {
        if (type === 'crashed') throw new Error('somebody crashed');
      },
    });
    expect(failure).to.include({ seed: 9, atMs: 700 });
    expect(failure.message).to.match(
      /^scenario, seed 9, after 700 ms: somebody crashed\nreplay: runScenario/,
    );
    expect(failure.replay).to.match(/"seed":9.*}\), with its own check$/);
  });

  it('rejects with what an action throws, and with what a node refuses', async () => {
    const fails = () => Promise.reject(new Error('no'));
    expect((await failureOf({ ...calm, actions: [{ atMs: 5, run: fails }] })).atMs).to.equal(5);
    const failure = await failureOf({ ...calm, options: () => ({ k: 0 }) });
    expect(failure.message).to.match(/0 ms into its formation: BAD_OPTION: k must be/);
  });

  it('refuses what is no scenario, and ends when its signal aborts', async () => {
    await expectCode(runScenario({} as Scenario), 'ERR_BAD_OPTION');
    const reason = new Error('enough');
    const controller = new AbortController();
    const run = runScenario(
      { ...calm, nodes: 1_000 },
      { signal: controller.signal, onProgress: ({ done }) => done === 5 && controller.abort(reason) },
    );
    expect(await run.catch((fault: unknown) => fault)).to.equal(reason);
  });

  it('ends when its signal aborts while an action goes on for ever', async () => {
    const reason = new Error('enough');
    const controller = new AbortController();
    const run = runScenario(
      {
        ...calm,
        actions: [
          {
            atMs: 0,
            run: () => {
              setImmediate(() => controller.abort(reason));
              return new Promise<void>(() => {});
            },
          },
        ],
      },
      { signal: controller.signal },
    );
    expect(await run.catch((fault: unknown) => fault)).to.equal(reason);
  });

  it('does not look for what no node would register', async () => {
    const { announces, lookups, failures } = await runScenario({
      ...calm,
      entities: { count: 3, data: 'x'.repeat(5_000) },
      lookups: 4,
    });
    expect(announces.failed).to.equal(3);
    expect(failures).to.deep.equal({ ERR_CONTACT_TOO_LARGE: 3 });
    expect(lookups.outcomes).to.deep.include({ missed: 0, interrupted: 4 });
  });

  it('keeps nothing of nodes that are gone', async () => {
    const gone: WeakRef<object>[] = [];
    let kept = Number.NaN;
    await runScenario({
      ...calm,
      faults: [1, 2, 3, 4].map((index) => ({ atMs: 1_000, type: 'crash', nodes: [index] }) as const),
      check: (network, event) => {
        if (event.type === 'formed')
          gone.push(...network.nodes.slice(1, 5).map(({ node }) => new WeakRef(node as object)));
      },
      actions: [
        {
          // What others keep of a peer for a while is over.
          atMs: 200_000,
          run: async () => {
            await new Promise((resolve) => setImmediate(resolve));
            collectGarbage();
            kept = gone.filter((ref) => ref.deref() !== undefined).length;
          },
        },
      ],
    });
    expect(kept).to.equal(0);
  });
});
