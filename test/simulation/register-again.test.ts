import { expect } from 'chai';
import type { Contact, Displacement } from '../../src/index.js';
import { idOf } from '../support/ids.js';
import { SimulatedNodes } from '../support/simulated-nodes.js';

const SEED = 11;
const id = idOf('actor');

describe('an id that is registered again without a clock', () => {
  for (const count of [5, 60]) {
    context(`in a network of ${count} nodes`, () => {
      const world = () => new SimulatedNodes(SEED, {}, { latencyMs: { min: 1, max: 20 } });
      const found = async (nodes: SimulatedNodes) => {
        const contacts = await Promise.all(nodes.all.map((node) => node.find(id, { fresh: true })));
        return [...new Set(contacts.map((contact) => JSON.stringify(contact?.data)))];
      };

      it('has the newer data everywhere, whatever it says', async () => {
        const nodes = world();
        await nodes.run(async () => {
          await nodes.startMany(count);
          for (const data of ['b', 'c', 'a']) await nodes.get('node-1').register({ id, data });
          expect(await found(nodes)).to.deep.equal(['"a"']);
        });
      });

      it('is where it was registered last', async () => {
        const nodes = world();
        await nodes.run(async () => {
          await nodes.startMany(count);
          for (const host of ['node-3', 'node-1', 'node-4'])
            await nodes.get(host).register({ id, data: host });
          expect(await found(nodes)).to.deep.equal(['"node-4"']);
        });
      });

      it('is back after it was unregistered, at the same host and at another', async () => {
        const nodes = world();
        await nodes.run(async () => {
          await nodes.startMany(count);
          for (const host of ['node-2', 'node-2', 'node-4', 'node-1', 'node-3']) {
            await nodes.get(host).register({ id, data: 'here' });
            expect(await found(nodes), host).to.deep.equal(['"here"']);
            await nodes.get(host).unregister(id);
            expect(await found(nodes), host).to.deep.equal([undefined]);
          }
        });
      });

      it('is not moved by a clock that is given and older', async () => {
        const nodes = world();
        await nodes.run(async () => {
          await nodes.startMany(count);
          const first = await nodes.get('node-1').register({ id, data: 'new', vectorClock: 5 });
          const second = await nodes.get('node-2').register({ id, data: 'old', vectorClock: 4 });
          expect(second).to.deep.equal(first);
          expect(await found(nodes)).to.deep.equal(['"new"']);
        });
      });
    });
  }

  it('tells its old host that it has moved, and nobody of a conflict', async () => {
    const nodes = new SimulatedNodes(SEED);
    await nodes.run(async () => {
      await nodes.startMany(5);
      const displaced: Displacement[] = [];
      const conflicts: unknown[] = [];
      for (const node of nodes.all) node.on('conflict', (conflict) => conflicts.push(conflict));
      nodes.get('node-1').on('displaced', (event) => displaced.push(event));
      const own: Contact = await nodes.get('node-1').register({ id });
      const standing = await nodes.get('node-2').register({ id });
      expect(displaced).to.deep.equal([{ own, standing }]);
      expect(conflicts).to.deep.equal([]);
    });
  });
});
