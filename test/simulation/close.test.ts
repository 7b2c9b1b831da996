import { expect } from 'chai';
import { Disgover, DisgoverError } from '../../src/index.js';
import { memory } from '../../transports/memory/index.js';
import { idOf } from '../support/ids.js';
import { addressOf, SimulatedNodes } from '../support/simulated-nodes.js';

/** What a node may be doing when it is closed. Each is done again and again, until it is refused. */
const calls: Record<string, (node: Disgover) => Promise<unknown>> = {
  'a find of what is there': (node) => node.find(idOf('entity'), { fresh: true }),
  'a find of what is not': (node) => node.find(idOf('nobody'), { fresh: true }),
  'a find over disjoint paths': (node) => node.find(idOf('nobody'), { fresh: true, paths: 3 }),
  'a lookup that is iterated': async (node) => {
    for await (const _step of node.lookup(idOf('nobody')));
  },
  'an announce': (node) => node.register({ id: idOf('another') }),
  'a withdrawal': async (node) => {
    await node.register({ id: idOf('another') });
    await node.unregister(idOf('another'));
  },
  'a ping': (node) => node.ping({ id: idOf('far'), transport: { type: 'memory', host: 'far', port: 1 } }),
};

/** A network of five; `entity` is registered at the node `far`. */
async function grown(nodes: SimulatedNodes): Promise<void> {
  for (const name of ['first', 'second', 'third', 'fourth'])
    await nodes.start(name, name === 'first' ? [] : ['first']);
  await nodes.start('far', ['second']);
  await nodes.get('far').register({ id: idOf('entity') });
}

const isClosed = (fault: unknown) => fault instanceof DisgoverError && fault.code === 'ERR_CLOSED';

describe('closing a node', function () {
  this.timeout(30_000);

  const make = (seed: number) => new SimulatedNodes(seed, {}, { latencyMs: { min: 1, max: 8 } });

  it('leaves nothing at any millisecond of its start and its first walks', async () => {
    const outcomes = { started: 0, aborted: 0 };
    // Up to 300 of them pass before it asks the first of its seeds.
    for (let ms = 0; ms < 450; ms += 3) {
      const nodes = make(ms);
      const reason = new Error('enough');
      await nodes.run(async () => {
        await grown(nodes);
        const stop = new AbortController();
        nodes.runtime.setTimer(ms, () => stop.abort(reason));
        const started = Disgover.start(
          {
            transport: memory({ network: nodes.network, host: 'new', port: 1 }),
            runtime: nodes.runtime,
            seeds: ['fourth', 'nowhere'].map(addressOf),
          },
          { signal: stop.signal },
        ).catch((fault) => fault);
        const outcome = await started;
        if (outcome instanceof Disgover) {
          // It has joined, and goes on to fill its table.
          outcomes.started++;
          await nodes.runtime.sleep(ms);
          await outcome.close();
        } else {
          outcomes.aborted++;
          expect(outcome, `after ${ms} ms`).to.equal(reason);
        }
      });
    }
    expect(Math.min(outcomes.started, outcomes.aborted), JSON.stringify(outcomes)).to.be.above(20);
  });

  for (const [what, call] of Object.entries(calls)) {
    it(`ends ${what} with ERR_CLOSED at any millisecond, and leaves nothing`, async () => {
      for (let ms = 0; ms < 60; ms++) {
        const nodes = make(ms);
        await nodes.run(async () => {
          await grown(nodes);
          const node = await nodes.start('closing', ['third']);
          const ended = (async () => {
            for (;;) {
              await call(node);
              await nodes.runtime.sleep(1);
            }
          })();
          const fault = ended.catch((reason) => reason);
          await nodes.runtime.sleep(ms);
          const closedAt = nodes.runtime.now();
          await node.close();
          expect(isClosed(await fault), `after ${ms} ms: ${await fault}`).to.equal(true);
          // The pause between two calls is a millisecond.
          expect(nodes.runtime.now() - closedAt, `after ${ms} ms`).to.be.at.most(1);
        });
      }
    });
  }

  it('is done once, whoever asks, and refuses whatever comes after', async () => {
    const nodes = make(1);
    await nodes.run(async () => {
      await grown(nodes);
      const node = nodes.get('third');
      expect(node.close()).to.equal(node.close());
      await node[Symbol.asyncDispose]();
      for (const call of Object.values(calls)) {
        const fault = await call(node).catch((reason) => reason);
        expect(isClosed(fault), String(fault)).to.equal(true);
      }
      expect(() => node.add({ id: idOf('far') })).to.throw(DisgoverError);
    });
  });

  it('leaves the others able to find', async () => {
    const nodes = make(2);
    await nodes.run(async () => {
      await grown(nodes);
      await nodes.get('first').close();
      nodes.byName.delete('first');
      for (const node of nodes.all) expect((await node.find(idOf('entity')))?.id).to.equal(idOf('entity'));
    });
  });
});
