import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { idOf } from '../support/ids.js';
import { SimulatedNodes } from '../support/simulated-nodes.js';

const ENTITIES = 20_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function bytesUsed(): number {
  for (let i = 0; i < 3; i++) collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

// 100,000: `npm run bench -- memory`. What other tests leave to be collected blurs the figure of so few.
describe('a node that hosts 20,000 entities', function () {
  this.timeout(20_000);

  it('needs less than 1 KiB for each, and one routing table', async () => {
    const nodes = new SimulatedNodes(1);
    await nodes.run(async () => {
      const node = await nodes.start('host');
      const before = bytesUsed();
      for (let i = 0; i < ENTITIES; i++)
        await node.register({ id: idOf(`actor ${i}`), data: { kind: 'worker' } });
      const each = (bytesUsed() - before) / ENTITIES;
      expect(each).to.be.below(1_024);
      const collections = node.snapshot().collections;
      expect(collections.find(({ name }) => name === 'registrations')?.size).to.equal(ENTITIES);
      expect(collections.find(({ name }) => name === 'table')?.size).to.equal(0);
    });
  });
});
