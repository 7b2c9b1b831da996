import { expect } from 'chai';
import { Disgover } from '../../src/index.js';
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
});
