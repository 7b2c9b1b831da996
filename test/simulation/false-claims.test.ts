import { expect } from 'chai';
import type { Transport } from '../../src/index.js';
import { memory } from '../../transports/memory/index.js';
import { idOf } from '../support/ids.js';
import { addressOf, SimulatedNodes } from '../support/simulated-nodes.js';
import { unattested } from '../support/unattested.js';

const MINUTE = 60_000;

/** A transport that says it listens where it does not. */
function elsewhere(inner: Transport, host: string): Transport {
  return {
    name: inner.name,
    listen: async (onLink) => ({ ...(await inner.listen(onLink)), type: inner.name, host }),
    dial: (info, options) => inner.dial(info, options),
    close: () => inner.close(),
  };
}

describe('a node whose visitors say that they are where dials hang', function () {
  this.timeout(60_000);

  it('finds as quickly as before', async () => {
    const nodes = new SimulatedNodes(1);
    const { runtime, network } = nodes;
    await nodes.run(async () => {
      await nodes.startMany(20);
      const visited = await nodes.start('visited', ['node-0'], {
        transport: unattested(memory({ network, host: 'visited', port: 1 })),
      });
      await runtime.sleep(3 * MINUTE);
      network.partition(['visited'], ['nowhere']);
      for (let i = 0; i < 150; i++) {
        const visitor = await nodes.start(`visitor-${i}`, [], {
          transport: elsewhere(memory({ network, host: `visitor-${i}`, port: 2 + i }), 'nowhere'),
        });
        await visitor.ping(addressOf('visited'));
        await visitor.close();
        await runtime.sleep(50);
      }
      const before = runtime.now();
      const { id } = nodes.get('node-7');
      expect((await visited.find(id, { fresh: true }))?.id).to.equal(id);
      expect(runtime.now() - before).to.be.below(500);
      expect(await visited.find(idOf('nobody'))).to.equal(undefined);
    });
  });
});
