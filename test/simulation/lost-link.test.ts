import { expect } from 'chai';
import type { Transport } from '../../src/index.js';
import { memory } from '../../transports/memory/index.js';
import { idOf } from '../support/ids.js';
import { SimulatedNodes } from '../support/simulated-nodes.js';

describe('a link that is lost before HELLO is answered', () => {
  it('is one failure, which costs nobody its place', async () => {
    const nodes = new SimulatedNodes(1);
    let lost = 0;
    let toLose = 0;
    const flaky = (inner: Transport): Transport => ({
      name: inner.name,
      listen: (onLink) =>
        inner.listen((link) => {
          if (lost === toLose) return onLink(link);
          lost++;
          link.close();
        }),
      dial: (info, options) => inner.dial(info, options),
      close: () => inner.close(),
    });
    await nodes.run(async () => {
      const asked = memory({ network: nodes.network, host: 'asked', port: 1 });
      await nodes.start('asked', [], { transport: flaky(asked) });
      const asker = await nodes.start('asker', ['asked']);
      await nodes.runtime.sleep(130_000); // what is open is idle, and ends
      const removed: string[] = [];
      asker.on('nodeRemoved', ({ contact }) => removed.push(contact.id));
      toLose = 1;
      await asker.find(idOf('nobody'), { fresh: true }).catch(() => {});
      await nodes.runtime.sleep(5_000);
      expect([lost, removed, asker.routing.size]).to.deep.equal([1, [], 1]);
    });
  });
});
