import { expect } from 'chai';
import { compareDistance } from '../../src/id/distance.js';
import type { LookupTrace } from '../../src/index.js';
import { idOf, keyOfName } from '../support/ids.js';
import { SimulatedNodes } from '../support/simulated-nodes.js';

const K = 20;

/** The names of the k hosts closest to the key of the id of `name`. */
function closestTo(name: string, hosts: readonly string[]): string[] {
  const target = keyOfName(name);
  return [...hosts].sort((a, b) => compareDistance(target, keyOfName(a), keyOfName(b))).slice(0, K);
}

const answeredIn = ({ steps }: LookupTrace) =>
  steps.filter(({ type }) => type === 'answered').map(({ id }) => id);

describe('the lookup of an id that nobody knows', function () {
  this.timeout(20_000);

  for (const count of [2, 21, 60]) {
    context(`among ${count} nodes`, () => {
      it('finds nothing, once the k closest have said so, with at most 64 requests', async () => {
        const nodes = new SimulatedNodes(3, {}, { latencyMs: { min: 5, max: 50 } });
        await nodes.run(async () => {
          await nodes.startMany(count);
          const hosts = [...nodes.byName.keys()];
          for (let i = 0; i < 20; i++) {
            const name = `nobody ${i}`;
            const asker = nodes.any();
            expect(await asker.find(idOf(name)), name).to.equal(undefined);
            const trace = await asker.trace(idOf(name));
            expect(trace.end, name).to.equal('closest');
            expect(trace.requests, name).to.be.at.most(64);
            const others = hosts.filter((host) => idOf(host) !== asker.id);
            expect(answeredIn(trace), name).to.include.members(closestTo(name, others).map(idOf));
          }
        });
      });
    });
  }

  context('when 20 of 60 nodes are gone', () => {
    it('finds nothing, within 64 requests and the deadline', async () => {
      const nodes = new SimulatedNodes(4, {}, { latencyMs: { min: 5, max: 50 } });
      await nodes.run(async () => {
        await nodes.startMany(60);
        const hosts = [...nodes.byName.keys()];
        for (const host of hosts.slice(0, 20)) nodes.network.crash(host);
        const alive = hosts.slice(20).map((host) => nodes.get(host));
        for (let i = 0; i < 20; i++) {
          const asker = alive[nodes.runtime.integer(alive.length)];
          const trace = await asker?.trace(idOf(`nobody ${i}`));
          expect(trace?.end).to.equal('closest');
          expect(trace?.requests).to.be.at.most(64);
        }
      });
    });
  });

  it('fails, and does not come back empty, where there is nobody to ask', async () => {
    const nodes = new SimulatedNodes(5);
    let code: unknown;
    await nodes.run(async () => {
      const alone = await nodes.start('alone');
      code = await alone.find(idOf('nobody')).catch((fault) => fault.code);
    });
    expect(code).to.equal('ERR_NO_NODES');
  });
});
