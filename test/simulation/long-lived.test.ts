import { expect } from 'chai';
import { gSet } from '../../arbiters/g-set.js';
import type { Contact } from '../../src/index.js';
import { idOf } from '../support/ids.js';
import { SimulatedNodes } from '../support/simulated-nodes.js';

const MINUTE = 60_000;
const id = idOf('thing');

/** What `ask` finds each minute, for `minutes`. */
async function eachMinute(
  nodes: SimulatedNodes,
  minutes: number,
  ask: () => Promise<unknown>,
): Promise<unknown[]> {
  const seen: unknown[] = [];
  for (let minute = 0; minute < minutes; minute++) {
    await nodes.runtime.sleep(MINUTE);
    seen.push(await ask());
  }
  return seen;
}

/** As `SimulatedNodes.run`, for longer than an hour. */
async function run(nodes: SimulatedNodes, scenario: () => Promise<void>): Promise<void> {
  try {
    await nodes.runtime.run(scenario, { maxMs: 24 * 60 * MINUTE });
  } finally {
    await nodes.runtime.run(nodes.close());
  }
}

describe('what stands at a host that others have told of theirs', function () {
  this.timeout(20_000);

  it('is the whole set, hour after hour, and not its own part in between', async () => {
    const nodes = new SimulatedNodes(1, gSet({ path: 'workers' }));
    await run(nodes, async () => {
      await nodes.startMany(5);
      for (const name of ['node-0', 'node-1', 'node-2'])
        await nodes.get(name).register({ id, data: { workers: { [name]: 1 } } });
      const sizes = await eachMinute(nodes, 150, async () => {
        const found = (await nodes.get('node-0').find(id)) as Contact<{ workers: object }>;
        return Object.keys(found.data?.workers ?? {}).length;
      });
      expect([...new Set(sizes)]).to.deep.equal([3]);
    });
  });

  it('is the newer one as long as its host lives, and its own within an hour after', async () => {
    const nodes = new SimulatedNodes(1);
    await run(nodes, async () => {
      await nodes.startMany(5);
      // Two that gave way: neither may keep the dead one alive by telling the other of it.
      await nodes.get('node-0').register({ id, data: 'old', vectorClock: 1 });
      await nodes.get('node-2').register({ id, data: 'old', vectorClock: 1 });
      await nodes.get('node-1').register({ id, data: 'new', vectorClock: 2 });
      const found = async () => (await nodes.get('node-0').find(id))?.data;
      expect([...new Set(await eachMinute(nodes, 130, found))]).to.deep.equal(['new']);
      nodes.network.crash('node-1');
      await nodes.runtime.sleep(61 * MINUTE);
      expect([...new Set(await eachMinute(nodes, 60, found))]).to.deep.equal(['old']);
    });
  });
});
