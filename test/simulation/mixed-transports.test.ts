import { expect } from 'chai';
import { memory } from '../../transports/memory/index.js';
import {
  canDial,
  findAll,
  type Kind,
  type MixedNode,
  randomPairs,
  registerAll,
  startMixed,
} from '../support/mixed-nodes.js';
import { renamed } from '../support/renamed.js';
import { type NodeOptions, SimulatedNodes } from '../support/simulated-nodes.js';

const RED: Kind = ['red'];
const BLUE: Kind = ['blue'];
const BOTH: Kind = ['red', 'blue'];
const PORTS: Record<string, number> = { red: 1, blue: 2 };
/** For what was verified later than it was heard of. */
const SETTLED_MS = 30_000;

/** Nodes of two transports in virtual time, one host each. */
async function withMixed(
  seed: number,
  counts: readonly (readonly [Kind, number])[],
  scenario: (nodes: readonly MixedNode[], world: SimulatedNodes) => Promise<void>,
  shared: NodeOptions = {},
): Promise<void> {
  const world = new SimulatedNodes(seed, shared);
  const transport = (host: string, type: string) =>
    renamed(memory({ network: world.network, host, port: PORTS[type] as number }), type);
  await world.run(async () => {
    const nodes = await startMixed(
      counts,
      (below) => world.runtime.integer(below),
      (kind, name, seeds) =>
        world.start(name, [], { transport: kind.map((type) => transport(name, type)), seeds }),
    );
    await world.runtime.sleep(SETTLED_MS);
    await scenario(nodes, world);
  });
}

describe('a network of two transports in virtual time', () => {
  const FINDS = 600;

  function findsAll(counts: readonly (readonly [Kind, number])[], seed: number): Promise<void> {
    return withMixed(seed, counts, async (nodes, world) => {
      const ids = await registerAll(nodes, 2);
      const pairs = randomPairs(ids, FINDS, (below) => world.runtime.integer(below));
      const { wrong, ...counted } = await findAll(pairs);
      expect([wrong, counted.found]).to.deep.equal([[], FINDS]);
      expect(counted.outOfReach).to.be.greaterThan(0);
      expect(counted.pings + counted.outOfReach).to.equal(FINDS);
    });
  }

  context('when a third of the nodes speaks both', () => {
    it('finds everything from everywhere', () =>
      findsAll(
        [
          [RED, 10],
          [BLUE, 10],
          [BOTH, 10],
        ],
        1,
      ));
  });

  context('when one node speaks both, and no side has more than k', () => {
    it('finds everything from everywhere', () =>
      findsAll(
        [
          [RED, 10],
          [BLUE, 10],
          [BOTH, 1],
        ],
        2,
      ));
  });

  context('when few nodes speak both, and each side has many times k', () => {
    it('finds all of the own side and all of those who speak both', () =>
      withMixed(
        3,
        [
          [RED, 24],
          [BLUE, 24],
          [BOTH, 2],
        ],
        async (nodes, world) => {
          const ids = await registerAll(nodes, 2);
          const random = (below: number) => world.runtime.integer(below);
          const pairs = [...randomPairs(ids, FINDS, random)].filter(({ finder, host }) =>
            canDial(finder.kind, host.kind),
          );
          const { wrong, pings } = await findAll(pairs);
          expect([wrong, pings]).to.deep.equal([[], pairs.length]);
        },
        { k: 4 },
      ));
  });
});
