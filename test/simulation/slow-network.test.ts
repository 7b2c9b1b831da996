import { expect } from 'chai';
import { SimulatedNodes } from '../support/simulated-nodes.js';

const MINUTE = 60_000;

describe('a slow network', () => {
  it('answers every ping, though it takes more than the least deadline, always the same', async () => {
    const nodes = new SimulatedNodes(1, {}, { latencyMs: 300 });
    await nodes.run(async () => {
      const first = await nodes.start('first');
      const second = await nodes.start('second', ['first']);
      for (let i = 0; i < 100; i++) await second.ping(first.contact);
    });
  });

  for (const count of [2, 20])
    it(`keeps ${count} nodes together when it has become slow all of a sudden`, async () => {
      const nodes = new SimulatedNodes(1);
      await nodes.run(async () => {
        await nodes.startMany(count);
        const [asked, asker] = [nodes.get('node-0'), nodes.get('node-1')];
        for (let i = 0; i < 20; i++) await asker.ping(asked.contact);
        nodes.network.latencyMs = 300;
        for (let i = 0; i < 12; i++) {
          await asker.ping(asked.contact).catch(() => {});
          await nodes.runtime.sleep(MINUTE / 12);
        }
        expect(asker.state).to.equal('joined');
        for (let i = 0; i < 12; i++) await asker.ping(asked.contact);
        expect(await asker.find(asked.id, { fresh: true })).to.deep.equal(asked.contact);
      });
    });
});
