import { expect } from 'chai';
import type { Transport } from '../../src/index.js';
import { memory } from '../../transports/memory/index.js';
import { renamed } from '../support/renamed.js';
import { SimulatedNodes } from '../support/simulated-nodes.js';

describe('a bridge that is gone, and that others still name', () => {
  it('is dialled by who joins a few times, and not each time that it is named', async () => {
    const nodes = new SimulatedNodes(1);
    let dials = 0;
    const speaking = (host: string, types: readonly string[]): Transport[] =>
      types.map((type, i) => {
        const inner = renamed(memory({ network: nodes.network, host, port: i + 1 }), type);
        return {
          ...inner,
          dial: (info, options) => {
            if (host === 'late' && info.host === 'bridge') dials++;
            return inner.dial(info, options);
          },
        };
      });
    await nodes.run(async () => {
      const first = await nodes.start('first', [], { transport: speaking('first', ['red']) });
      const seeds = [first.contact];
      await nodes.start('bridge', [], { transport: speaking('bridge', ['red', 'blue']), seeds });
      for (let i = 0; i < 60; i++)
        await nodes.start(`red-${i}`, [], { transport: speaking(`red-${i}`, ['red']), seeds });
      await nodes.runtime.sleep(120_000);
      nodes.network.crash('bridge');
      await nodes.start('late', [], { transport: speaking('late', ['red']), seeds });
      await nodes.runtime.sleep(180_000);
      expect(dials).to.be.within(1, 5);
    });
  });
});
