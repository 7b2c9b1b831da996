import { expect } from 'chai';
import { vectorClock } from '../../arbiters/vector-clock.js';
import { idOf } from '../support/ids.js';
import { SimulatedNodes } from '../support/simulated-nodes.js';

describe('an entity that has moved while its one known holder was not reached', () => {
  it('is found, once its old contact is said not to work', async () => {
    const nodes = new SimulatedNodes(1, vectorClock());
    await nodes.run(async () => {
      await nodes.start('a');
      const asker = await nodes.start('x', ['a'], { listen: false });
      const from = await nodes.start('b', ['a']);
      const to = await nodes.start('c', ['a']);
      await nodes.runtime.sleep(60_000);
      expect(asker.routing.size, 'knows the holder alone').to.equal(1);
      const id = idOf('entity');
      const old = await from.register({ id });
      await nodes.runtime.sleep(5_000);
      expect(await asker.find(id)).to.deep.equal(old);
      nodes.network.partition(['a'], ['c']);
      nodes.network.crash('b');
      await to.register({ id });
      await nodes.runtime.sleep(20_000);
      asker.unreachable(old);
      expect((await asker.find(id))?.transport).to.deep.equal(to.contact.transport);
    });
  });
});
