import { expect } from 'chai';
import { idOf } from '../support/ids.js';
import { NodeProcess } from '../support/node-process.js';

const PROCESSES = 5;
const ENTITIES_EACH = 4;

const entityOf = (host: number, i: number) => idOf(`entity ${i} of ${host}`);

describe('five processes', function () {
  this.timeout(30_000);

  const nodes: NodeProcess[] = [];
  const dead = new Set<number>();

  before(async () => {
    const first = await NodeProcess.start();
    nodes.push(first);
    while (nodes.length < PROCESSES) nodes.push(await NodeProcess.start([first.contact]));
    for (const [host, node] of nodes.entries())
      for (let i = 0; i < ENTITIES_EACH; i++) await node.register({ id: entityOf(host, i) });
  });

  after(() => Promise.all(nodes.map((node) => node.kill())));

  // The one that is killed first was the seed of all others. Each of so few is a holder: only a fresh find asks the others.
  for (const killed of [0, 3]) {
    it(`find what the others host within a second each when process ${killed} is killed`, async () => {
      await nodes[killed]?.kill();
      dead.add(killed);
      const alive = [...nodes.keys()].filter((host) => !dead.has(host));
      const wrong: string[] = [];
      for (const asker of alive) {
        for (const host of alive) {
          for (let i = 0; i < 2 * ENTITIES_EACH; i++) {
            const startedAt = performance.now();
            const fresh = i >= ENTITIES_EACH;
            const found = await nodes[asker]?.find(entityOf(host, i % ENTITIES_EACH), { fresh });
            const ms = Math.round(performance.now() - startedAt);
            const at = JSON.stringify(found?.transport);
            if (ms > 1_000 || at !== JSON.stringify(nodes[host]?.contact.transport))
              wrong.push(`${asker} → entity ${i} of ${host}: ${at} in ${ms} ms`);
          }
        }
      }
      expect(wrong).to.deep.equal([]);
    });
  }
});
