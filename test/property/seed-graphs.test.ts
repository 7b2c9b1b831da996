import { expect } from 'chai';
import { groups, strangers } from '../support/one-group.js';
import { SimulatedNodes } from '../support/simulated-nodes.js';

const MINUTE = 60_000;
const MOST_NODES = 50;
/** `GRAPHS=1000` tries as many; `SEED=7` begins with that one. */
const GRAPHS = Number(process.env.GRAPHS ?? 6);
const FIRST = Number(process.env.SEED ?? 1);

/**
 * Who is told of whom, so that all hang together: along a chain, around one node, or at random, each edge in a direction of chance, and some more
 * besides. Of each node its seeds.
 */
function seedGraph(runtime: SimulatedNodes['runtime']): number[][] {
  const count = 2 + runtime.integer(MOST_NODES - 1);
  const seeds: number[][] = Array.from({ length: count }, () => []);
  const told = (who: number, whom: number) => seeds[who]?.push(whom);
  const shape = runtime.integer(3);
  for (let i = 1; i < count; i++) {
    const other = [i - 1, 0, runtime.integer(i)][shape] as number;
    if (runtime.random() < 0.5) told(i, other);
    else told(other, i);
  }
  for (let more = runtime.integer(count); more > 0; more--)
    told(runtime.integer(count), runtime.integer(count));
  return seeds;
}

/** Ids follow from names, which differ from graph to graph: whose id is close to whose is another chance than who is told of whom. */
async function converge(seed: number): Promise<string[]> {
  const nodes = new SimulatedNodes(seed, {}, { latencyMs: { min: 1, max: 50 } });
  const { runtime } = nodes;
  const graph = seedGraph(runtime);
  const names = graph.map((_, i) => `g${seed}-n${i}`);
  // All at once, within two seconds, or some of them a minute late.
  const windowMs = [1, 2_000, MINUTE][runtime.integer(3)] as number;
  const faults: string[] = [];
  await nodes.run(
    async () => {
      await Promise.all(
        graph.map(async (seeds, i) => {
          await runtime.sleep(runtime.integer(windowMs));
          await nodes.start(
            names[i] as string,
            seeds.map((to) => names[to] as string),
          );
        }),
      );
      await runtime.sleep(2 * MINUTE);
      if (groups(nodes) !== 1) faults.push(`${groups(nodes)} groups after 2 minutes`);
      // Who was not told of a part that came later finds it by the walks of every quarter of an hour.
      await runtime.sleep(18 * MINUTE);
      faults.push(...(await strangers(nodes)));
      for (const [name, { state }] of nodes.byName) if (state !== 'joined') faults.push(`${name}: ${state}`);
    },
    { maxMs: 120 * MINUTE },
  );
  return faults.map((fault) => `SEED=${seed} GRAPHS=1: ${fault}`);
}

describe('nodes that are told of each other in any way that hangs together', function () {
  this.timeout(GRAPHS * 30_000);

  for (let seed = FIRST; seed < FIRST + GRAPHS; seed++)
    it(`are one group in the end (${seed})`, async () => expect(await converge(seed)).to.deep.equal([]));
});
