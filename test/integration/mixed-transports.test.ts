import { expect } from 'chai';
import { Disgover, type DisgoverOptions, idOf } from '../../src/index.js';
import { SeededRandom } from '../../src/simulation/seeded-random.js';
import { tcp } from '../../transports/tcp/index.js';
import { ws } from '../../transports/ws/index.js';
import {
  findAll,
  type Kind,
  type MixedNode,
  randomPairs,
  registerAll,
  startMixed,
} from '../support/mixed-nodes.js';

const TCP: Kind = ['tcp'];
const WS: Kind = ['ws'];
const BOTH: Kind = ['tcp', 'ws'];
const FINDS = 600;
const transports = { tcp, ws };

describe('nodes of TCP, of WebSocket and of both', function () {
  this.timeout(60_000);

  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  const random = new SeededRandom(seed);
  const integer = (below: number) => Math.floor(random.fraction() * below);

  for (const [both, told] of [
    [10, '10 of each'],
    [1, '10 and 10, and one that speaks both'],
  ] as const) {
    context(told, () => {
      let nodes: readonly MixedNode[] = [];

      before(async () => {
        nodes = await startMixed(
          [
            [TCP, 10],
            [WS, 10],
            [BOTH, both],
          ],
          integer,
          (kind, _name, seeds) =>
            Disgover.start({ transport: kind.map((type) => transports[type as 'tcp' | 'ws']()), seeds }),
        );
      });

      after(() => Promise.all(nodes.map(({ node }) => node.close())));

      it(`find every entity, 600 times, and ping the hosts that they can dial (SEED=${seed})`, async () => {
        const ids = await registerAll(nodes, 10);
        const { wrong, ...counted } = await findAll(randomPairs(ids, FINDS, integer));
        expect([wrong, counted.found]).to.deep.equal([[], FINDS]);
        expect(counted.outOfReach).to.be.greaterThan(0);
        expect(counted.pings + counted.outOfReach).to.equal(FINDS);
      });
    });
  }

  context('and one of WebSocket that nobody can dial, where few speak both', () => {
    const ENTITIES = 20;
    const k = 4;
    const found = async (finder: Disgover, id: string): Promise<unknown> => {
      const contact = await finder.find(id, { fresh: true });
      return contact && (await finder.ping(contact).catch(({ code }) => code))?.id;
    };

    it('finds what those of TCP have registered, and they ping what it has', async () => {
      const nodes: Disgover[] = [];
      const start = async (transport: DisgoverOptions['transport'], seed?: Disgover) => {
        const node = await Disgover.start({ transport, k, seeds: seed === undefined ? [] : [seed.contact] });
        nodes.push(node);
        return node;
      };
      try {
        const bridges = [await start([tcp(), ws()])];
        bridges.push(await start([tcp(), ws()], bridges[0]));
        const servers: Disgover[] = [];
        for (let i = 0; i < 5 * k; i++) servers.push(await start(tcp(), bridges[i % 2]));
        const page = await start(ws({ listen: false }), bridges[0]);
        const ids = Array.from({ length: ENTITIES }, (_, i) => idOf(`of a server ${i}`));
        for (const [i, id] of ids.entries()) await (servers[i % servers.length] as Disgover).register({ id });
        for (const id of ids) expect((await page.find(id))?.id).to.equal(id);
        const { id } = await page.register({ id: idOf('of the page') });
        // Its relays tell the servers after they have answered it.
        for (const server of servers) await eventually(async () => (await found(server, id)) === id);
      } finally {
        await Promise.all(nodes.map((node) => node.close()));
      }
    });
  });
});

/** Asks the network again, for as long as a test may take. */
async function eventually(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds()));
}
