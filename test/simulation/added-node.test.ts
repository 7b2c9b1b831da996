import { expect } from 'chai';
import { memory } from '../../transports/memory/index.js';
import { idOf } from '../support/ids.js';
import { SimulatedNodes } from '../support/simulated-nodes.js';
import { guarded } from '../support/spying-transport.js';

describe('a node that is known by its own word, at an address that is not dialled for strangers', () => {
  it('is dialled there once the application has added it', async () => {
    const nodes = new SimulatedNodes(1);
    await nodes.run(async () => {
      const at = (host: string) => guarded(memory({ network: nodes.network, host, port: 5_000 }));
      const node = await nodes.start('node', [], { transport: at('8.8.8.8') });
      const other = await nodes.start('other', [], { transport: at('10.0.0.5'), seeds: [node.contact] });
      await nodes.runtime.sleep(1_000);
      expect(node.routing.size).to.equal(1);
      node.add(other.contact);
      await nodes.runtime.sleep(200_000); // the session that the other has opened is idle, and ends
      await node.find(idOf('nobody'), { fresh: true });
      expect(node.routing.size).to.equal(1);
    });
  });
});
