import { expect } from 'chai';
import { SimulatedNodes } from '../support/simulated-nodes.js';

const NODES = 40;
const MINUTE = 60_000;

describe('a node that stood still for half a minute', function () {
  this.timeout(60_000);

  it('knows as many as before once those that it could not reach may be asked again', async () => {
    const nodes = new SimulatedNodes(7, {}, { latencyMs: { min: 5, max: 50 } });
    await nodes.run(async () => {
      await nodes.startMany(NODES);
      await nodes.runtime.sleep(2 * MINUTE);
      const [name = ''] = [...nodes.byName.keys()].slice(-1);
      const node = nodes.get(name);
      const before = node.routing.size;
      nodes.network.freeze(name);
      await nodes.runtime.sleep(MINUTE / 2);
      nodes.network.thaw(name);
      await nodes.runtime.sleep(5 * MINUTE);
      expect(node.state).to.equal('joined');
      expect(node.routing.size).to.be.at.least(before - 2);
    });
  });
});
