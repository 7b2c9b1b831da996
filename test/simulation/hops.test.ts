import { expect } from 'chai';
import { SimulatedNodes } from '../support/simulated-nodes.js';

const NODES = 200;
const ENTITIES = 100;
const LOOKUPS = 500;

// The gate of 1,000 nodes takes minutes: `npm run bench -- hops --nodes 1000`.
describe('lookups among 200 nodes that joined one after the other', function () {
  this.timeout(60_000);

  const hops: number[] = [];
  let requests = 0;
  let found = 0;
  const tables: number[] = [];

  before(async () => {
    const nodes = new SimulatedNodes(2, {}, { latencyMs: { min: 5, max: 50 } });
    await nodes.run(async () => {
      await nodes.startMany(NODES);
      const ids: string[] = [];
      for (let i = 0; i < ENTITIES; i++) ids.push((await nodes.any().register({})).id);
      tables.push(...nodes.all.map(({ routing }) => routing.size));
      for (let i = 0; i < LOOKUPS; i++) {
        const id = ids[nodes.runtime.integer(ENTITIES)] as string;
        const trace = await nodes.any().trace(id);
        if (trace.found?.id === id) found++;
        hops.push(trace.hops);
        // Those that were answered; beside them at most two are under way.
        requests += trace.requests + 2;
      }
    });
    hops.sort((a, b) => a - b);
  });

  it('find every entity', () => expect(found).to.equal(LOOKUPS));

  // A holder that asks counts as at least one hop here; with tables as ideal as they can be it would be 1.00.
  it('take 1.1 hops on average, and 2 at most of 99 in 100', () => {
    expect(hops.reduce((sum, hop) => sum + hop, 0) / LOOKUPS).to.be.at.most(1.1);
    expect(hops[Math.ceil(0.99 * LOOKUPS) - 1]).to.be.at.most(2);
  });

  it('take 4 requests on average', () => expect(requests / LOOKUPS).to.be.at.most(4));

  it('rest on tables of 65 nodes and more', () => expect(Math.min(...tables)).to.be.at.least(65));
});
