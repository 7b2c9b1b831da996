import { expect } from 'chai';
import type { Contact } from '../../src/index.js';
import { idOf } from '../support/ids.js';
import { SimulatedNodes } from '../support/simulated-nodes.js';

const ENTITY = idOf('entity');
const NODES = 60;

/** Sixty nodes, which know each other. */
async function grown(nodes: SimulatedNodes): Promise<readonly string[]> {
  await nodes.startMany(NODES);
  await nodes.runtime.sleep(10_000);
  return [...nodes.byName.keys()];
}

/** The names of those that do not find the contact that is expected, with what they found. */
async function deluded(
  nodes: SimulatedNodes,
  names: Iterable<string>,
  id: string,
  isRight: (contact: Contact | undefined) => boolean,
): Promise<string[]> {
  const wrong: string[] = [];
  for (const name of names) {
    const found = await nodes
      .get(name)
      .find(id)
      .catch((fault) => fault);
    if (!isRight(found))
      wrong.push(`${name}: ${found instanceof Error ? found.message : JSON.stringify(found)}`);
  }
  return wrong;
}

const isAt = (host: string) => (contact: Contact | undefined) =>
  (contact?.transport as { host?: string } | undefined)?.host === host;

describe('a network of 60 nodes', function () {
  this.timeout(30_000);

  const make = (seed: number) => new SimulatedNodes(seed, {}, { latencyMs: { min: 5, max: 50 } });

  context('when it was split in halves and is whole again', () => {
    it('finds on both sides what was registered on either side meanwhile', async () => {
      const nodes = make(8);
      const wrong: string[] = [];
      await nodes.run(async () => {
        const names = await grown(nodes);
        const [left, right] = [names.filter((_, i) => i % 2 === 0), names.filter((_, i) => i % 2 === 1)];
        nodes.network.partition(left, right);
        await nodes.runtime.sleep(60_000);
        const registering = [left, right].map((side, i) =>
          nodes.get(side[0] as string).register({ id: idOf(`of side ${i}`), data: i }),
        );
        await Promise.all(registering);
        wrong.push(
          ...(await deluded(nodes, left, idOf('of side 0'), (contact) => contact?.data === 0)),
          ...(await deluded(nodes, right, idOf('of side 1'), (contact) => contact?.data === 1)),
        );
        nodes.network.heal();
        // Registrations are announced anew every 20 minutes; until then each side has its own holders.
        await nodes.runtime.sleep(25 * 60_000);
        for (const side of [0, 1])
          wrong.push(
            ...(await deluded(nodes, names, idOf(`of side ${side}`), (contact) => contact?.data === side)),
          );
      });
      expect(wrong).to.deep.equal([]);
    });
  });

  context('when a node comes back at another address under its id', () => {
    it('is found there by all within ten seconds', async () => {
      const nodes = make(9);
      const wrong: string[] = [];
      await nodes.run(async () => {
        await grown(nodes);
        const gone = nodes.get('node-7');
        nodes.network.crash('node-7');
        await gone.close();
        nodes.byName.delete('node-7');
        await nodes.start('elsewhere', ['node-3'], { id: gone.id });
        await nodes.runtime.sleep(10_000);
        wrong.push(...(await deluded(nodes, nodes.byName.keys(), gone.id, isAt('elsewhere'))));
      });
      expect(wrong).to.deep.equal([]);
    });
  });

  context('when an entity moves from one node to another', () => {
    it('is found at its new host by all, also by those that had cached the old one and found it unreachable', async () => {
      const nodes = make(10);
      const wrong: string[] = [];
      await nodes.run(async () => {
        const names = await grown(nodes);
        const old = await nodes.get('node-1').register({ id: ENTITY, vectorClock: 1 });
        wrong.push(...(await deluded(nodes, names, ENTITY, isAt('node-1'))));
        await nodes.get('node-2').register({ id: ENTITY, vectorClock: 2 });
        for (const name of names) if (name !== 'node-2') nodes.get(name).unreachable(old);
        wrong.push(...(await deluded(nodes, names, ENTITY, isAt('node-2'))));
      });
      expect(wrong).to.deep.equal([]);
    });

    it('is found at its new host by all, though the old one crashed', async () => {
      const nodes = make(11);
      const wrong: string[] = [];
      await nodes.run(async () => {
        const names = await grown(nodes);
        const old = await nodes.get('node-1').register({ id: ENTITY, vectorClock: 1 });
        wrong.push(...(await deluded(nodes, names, ENTITY, isAt('node-1'))));
        nodes.network.crash('node-1');
        await nodes.get('node-1').close();
        await nodes.get('node-2').register({ id: ENTITY, vectorClock: 2 });
        const others = names.filter((name) => name !== 'node-1');
        for (const name of others) if (name !== 'node-2') nodes.get(name).unreachable(old);
        wrong.push(...(await deluded(nodes, others, ENTITY, isAt('node-2'))));
      });
      expect(wrong).to.deep.equal([]);
    });
  });
});
