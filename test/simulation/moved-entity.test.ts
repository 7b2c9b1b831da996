import { expect } from 'chai';
import { vectorClock } from '../../arbiters/vector-clock.js';
import { idOf } from '../support/ids.js';
import { SimulatedNodes } from '../support/simulated-nodes.js';

describe('an entity that has moved while its one known holder was not reached', () => {
  it('is found, once its old contact is said not to work', async () => {
    const nodes = new SimulatedNodes(1, vectorClock());
    await nodes.run(async () => {
      await nodes.start('holder');
      const asker = await nodes.start('asker', ['holder'], { listen: false });
      const from = await nodes.start('from', ['holder']);
      const to = await nodes.start('to', ['holder']);
      await nodes.runtime.sleep(60_000);
      const id = idOf('entity');
      const old = await from.register({ id });
      await nodes.runtime.sleep(5_000);
      expect(await asker.find(id)).to.deep.equal(old);
      nodes.network.partition(['holder'], ['to']);
      nodes.network.crash('from');
      await to.register({ id });
      await nodes.runtime.sleep(20_000);
      asker.unreachable(old);
      expect((await asker.find(id))?.transport).to.deep.equal(to.contact.transport);
    });
  });
});
