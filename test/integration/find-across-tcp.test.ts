import { expect } from 'chai';
import { Disgover } from '../../src/index.js';
import { SeededRandom } from '../../src/simulation/seeded-random.js';
import { tcp } from '../../transports/tcp/index.js';
import { idOf } from '../support/ids.js';

const NODES = 64;
const ENTITIES = 1_000;
const FINDS = 2_000;
/** Registrations and finds under way at a time. */
const AT_ONCE = 32;

/** Runs `task` for 0 to below `count`, so many at a time. */
async function forEach(count: number, task: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await task(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

describe('64 nodes over TCP', function () {
  this.timeout(60_000);

  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  const random = new SeededRandom(seed);
  const integer = (below: number) => Math.floor(random.fraction() * below);
  const nodes: Disgover[] = [];

  before(async () => {
    while (nodes.length < NODES) {
      const seeds = nodes.length === 0 ? [] : [nodes[integer(nodes.length)]?.contact ?? {}];
      nodes.push(await Disgover.start({ transport: tcp(), seeds }));
    }
    await forEach(ENTITIES, (i) =>
      (nodes[i % NODES] as Disgover).register({ id: idOf(`entity ${i}`), data: i }),
    );
  });

  after(() => Promise.all(nodes.map((node) => node.close())));

  it(`find each of 1,000 entities, 2,000 times from random nodes (SEED=${seed})`, async () => {
    const wrong: string[] = [];
    await forEach(FINDS, async () => {
      const i = integer(ENTITIES);
      const asker = integer(NODES);
      const found = await (nodes[asker] as Disgover).find(idOf(`entity ${i}`)).catch((fault) => fault);
      const host = nodes[i % NODES] as Disgover;
      const isRight =
        found?.data === i && JSON.stringify(found.transport) === JSON.stringify(host.contact.transport);
      if (!isRight)
        wrong.push(`${i} from ${asker}: ${found instanceof Error ? found : JSON.stringify(found)}`);
    });
    expect(wrong).to.deep.equal([]);
  });
});
