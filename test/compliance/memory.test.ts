import { SimulatedNetwork } from '../../src/simulation/network.js';
import { transportSuite } from '../../src/simulation/transport-suite.js';
import { VirtualRuntime } from '../../src/simulation/virtual-runtime.js';
import { Hub, memory } from '../../transports/memory/index.js';

const hub = new Hub();
transportSuite({ describe, it }, () => memory({ network: hub }), { name: 'memory on a hub' });

describe('with virtual time driven meanwhile', () => {
  const runtime = new VirtualRuntime();
  const network = new SimulatedNetwork(runtime, { latencyMs: { min: 1, max: 9 } });
  let isOver = false;
  let driving: Promise<void>;

  before(() => {
    driving = (async () => {
      while (!isOver) await runtime.advance(1);
    })();
  });
  after(() => {
    isOver = true;
    return driving;
  });

  transportSuite({ describe, it }, () => memory({ network }), { name: 'memory on a simulated network' });
});
