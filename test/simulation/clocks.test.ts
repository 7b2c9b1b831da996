import { expect } from 'chai';
import type { Contact, Disgover } from '../../src/index.js';
import { idOf } from '../support/ids.js';
import { SimulatedNodes } from '../support/simulated-nodes.js';

const ENTITY = idOf('entity');

/** Orders in which the node with the older and the node with the newer contact register. */
const orders = {
  'the older comes first': async (older: () => Promise<unknown>, newer: () => Promise<unknown>) => {
    await older();
    await newer();
  },
  'the newer comes first': async (older: () => Promise<unknown>, newer: () => Promise<unknown>) => {
    await newer();
    await older();
  },
  'both come at once': async (older: () => Promise<unknown>, newer: () => Promise<unknown>) => {
    await Promise.all([older(), newer()]);
  },
};

describe('an id registered with clocks 1 and 2 at two nodes', function () {
  this.timeout(20_000);

  // Of 5 nodes each is a holder; of 60 most are not.
  for (const count of [2, 5, 60]) {
    for (const [when, inOrder] of Object.entries(orders)) {
      it(`is found with clock 2 by each of ${count} nodes when ${when}`, async () => {
        const nodes = new SimulatedNodes(6, {}, { latencyMs: { min: 5, max: 50 } });
        const found: (readonly [string, unknown, unknown])[] = [];
        let newerAt: Contact['transport'];
        await nodes.run(async () => {
          await nodes.startMany(count);
          // Until all know whom they will tell of it.
          await nodes.runtime.sleep(60_000);
          const [a, b] = [nodes.get('node-0'), nodes.get(`node-${count - 1}`)];
          const register = (node: Disgover, vectorClock: number) => () =>
            node.register({ id: ENTITY, vectorClock });
          await inOrder(register(a, 1), register(b, 2));
          newerAt = b.contact.transport;
          for (const [name, node] of nodes.byName) {
            const contact = await node.find(ENTITY);
            found.push([name, contact?.vectorClock, contact?.transport]);
          }
        });
        const wrong = found.filter(
          ([, clock, transport]) => clock !== 2 || JSON.stringify(transport) !== JSON.stringify(newerAt),
        );
        expect(wrong).to.deep.equal([]);
        expect(found).to.have.length(count);
      });
    }
  }

  // Nodes that an announce passes on its way are asked like holders; were they to hold the contact, the next announce, which
  // comes by another way, would not reach them.
  for (const seed of [1, 2, 3, 4, 5]) {
    it(`is found with clock 2 by each of 60 nodes whenever they register, seed ${seed}`, async () => {
      const nodes = new SimulatedNodes(seed, {}, { latencyMs: { min: 1, max: 100 } });
      const outdated: string[] = [];
      await nodes.run(async () => {
        await nodes.startMany(60);
        await nodes.runtime.sleep(60_000);
        const [older, newer] = [nodes.get('node-1'), nodes.get('node-2')];
        const registering = [older, newer].map(async (node, i) => {
          await nodes.runtime.sleep(nodes.runtime.integer(300));
          await node.register({ id: ENTITY, vectorClock: i + 1 });
        });
        await Promise.all(registering);
        for (const [name, node] of nodes.byName)
          if ((await node.find(ENTITY))?.vectorClock !== 2) outdated.push(name);
      });
      expect(outdated).to.deep.equal([]);
    });
  }
});
