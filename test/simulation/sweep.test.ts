import { expect } from 'chai';
import { closestOf } from '../../src/id/closest-list.js';
import type { Disgover } from '../../src/index.js';
import { limits } from '../../src/limits.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { encodedOf } from '../support/contacts.js';
import { idOf } from '../support/ids.js';
import { SimulatedNodes } from '../support/simulated-nodes.js';

const K = 6;
const NODES = 40;
const names = Array.from({ length: 200 }, (_, i) => `entity-${i}`);
const ids = names.map(idOf);

function sizeOf(node: Disgover, collection: string): number {
  return node.snapshot().collections.find(({ name }) => name === collection)?.size ?? 0;
}

/** How many contacts there should be at holders: those of the k closest that are not the host itself, which holds nothing of its own. */
function copiesWanted(all: readonly Disgover[], host: Disgover): number {
  const nodes = all.map(({ contact }) => EncodedContact.from(contact));
  let copies = 0;
  for (const name of names) {
    const holders = closestOf(encodedOf(name).key, nodes, K);
    copies += holders.filter(({ id }) => id !== host.id).length;
  }
  return copies;
}

const heldBy = (all: readonly Disgover[]) => all.reduce((sum, node) => sum + sizeOf(node, 'held'), 0);

describe('a sweep among 40 nodes', function () {
  this.timeout(60_000);

  const counts = new Map<string, number>();
  const metrics = { increment: (name: string) => void counts.set(name, (counts.get(name) ?? 0) + 1) };
  let wanted = 0;
  let ms = 0;
  let held = 0;
  let heldAfterAnHour = 0;
  let heldAtTheEnd = 0;
  let found = 0;
  let sweptFirst = 0;

  before(async () => {
    const nodes = new SimulatedNodes(3, { k: K }, { latencyMs: { min: 5, max: 50 } });
    await nodes.run(
      async () => {
        await nodes.startMany(NODES - 1);
        const host = await nodes.start('host', ['node-0'], { metrics });
        await nodes.runtime.sleep(10_000);
        wanted = copiesWanted(nodes.all, host);
        const startMs = nodes.runtime.now();
        await Promise.all(ids.map((id) => host.register({ id })));
        ms = nodes.runtime.now() - startMs;
        held = heldBy(nodes.all);
        sweptFirst = counts.get('sweepRegion') ?? 0;
        for (const id of ids) if ((await nodes.any().find(id)) !== undefined) found++;
        await nodes.runtime.sleep(1.2 * limits.registrationMs);
        heldAfterAnHour = heldBy(nodes.all);
        await Promise.all(ids.map((id) => host.unregister(id)));
        heldAtTheEnd = heldBy(nodes.all);
      },
      { maxMs: 2 * limits.registrationMs },
    );
  });

  it('tells 99 in 100 of all holders', () => expect(held).to.be.within(0.99 * wanted, 1.02 * wanted));

  it('is done in seconds', () => expect(ms).to.be.below(5_000));

  it('lets everything be found', () => expect(found).to.equal(ids.length));

  it('walks region by region', () => expect(sweptFirst).to.be.within(2, 16));

  it('is repeated before what it has told expires', () =>
    expect(heldAfterAnHour).to.be.at.least(0.99 * wanted));

  it('tells all of them when it has ended', () => expect(heldAtTheEnd).to.equal(0));
});

describe('a node that sweeps', function () {
  this.timeout(60_000);

  for (const ms of [0, 40, 60, 100, 160]) {
    it(`settles every call when it is closed after ${ms} ms, and leaves nothing`, async () => {
      const nodes = new SimulatedNodes(4, { k: 4 }, { latencyMs: { min: 5, max: 50 } });
      const codes = new Set<string>();
      await nodes.run(async () => {
        await nodes.startMany(10);
        const host = await nodes.start('host', ['node-0']);
        const settled = Promise.all(
          ids.map((id) =>
            host.register({ id }).then(
              () => codes.add('registered'),
              ({ code }) => codes.add(code),
            ),
          ),
        );
        await nodes.runtime.sleep(ms);
        await host.close();
        await settled;
      });
      expect([...codes]).to.include('ERR_CLOSED');
      expect([...codes].filter((code) => !['registered', 'ERR_CLOSED'].includes(code))).to.deep.equal([]);
    });
  }

  it('finds a host that has come back elsewhere, and whose entities stood where it was', async () => {
    const nodes = new SimulatedNodes(5, { k: 4 }, { latencyMs: { min: 5, max: 50 } });
    let hosts = new Set<unknown>();
    await nodes.run(async () => {
      await nodes.startMany(10);
      const before = await nodes.start('before', ['node-0']);
      await Promise.all(ids.map((id) => before.register({ id })));
      await before.close();
      const after = await nodes.start('after', ['node-1']);
      await Promise.all(ids.map((id) => after.register({ id, vectorClock: 1 })));
      const found = [];
      for (const id of ids) found.push(await nodes.get('node-3').find(id));
      hosts = new Set(found.map((contact) => JSON.stringify(contact?.transport)));
      expect(hosts).to.deep.equal(new Set([JSON.stringify(after.contact.transport)]));
    });
  });
});
