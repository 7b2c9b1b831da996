import { expect } from 'chai';
import { memory } from '../../transports/memory/index.js';
import { idOf } from '../support/ids.js';
import { SimulatedNodes } from '../support/simulated-nodes.js';
import { unattested } from '../support/unattested.js';

/** Nodes in the order in which they start, each with the names of its seeds. */
type Plan = readonly { readonly name: string; readonly seeds: readonly string[] }[];

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];

function permutations(names: readonly string[]): string[][] {
  if (names.length < 2) return [[...names]];
  return names.flatMap((first) =>
    permutations(names.filter((name) => name !== first)).map((rest) => [first, ...rest]),
  );
}

/** Every way in which each but the first can have one of those before it as its seed. */
function trees(order: readonly string[]): Plan[] {
  return order.reduce<Plan[]>(
    (plans, name, i) =>
      plans.flatMap((plan) =>
        (i === 0 ? [[]] : order.slice(0, i).map((seed) => [seed])).map((seeds) => [...plan, { name, seeds }]),
      ),
    [[]],
  );
}

const shown = (plan: Plan) => plan.map(({ name, seeds }) => `${name}(${seeds})`).join(' ');
const entityOf = (name: string) => idOf(`entity of ${name}`);

/** Each registers, each finds what each other registered, and each other itself. Resolves to the trace hash. */
async function checkEveryPair(
  plan: Plan,
  startAll: (nodes: SimulatedNodes) => Promise<void>,
): Promise<string> {
  const nodes = new SimulatedNodes(1);
  const missing: string[] = [];
  await nodes.run(async () => {
    await startAll(nodes);
    for (const { name } of plan) await nodes.get(name).register({ id: entityOf(name), data: name });
    for (const { name: from } of plan) {
      for (const { name: to } of plan) {
        const node = nodes.get(from);
        const entity = await node.find(entityOf(to));
        if (entity?.data !== to) missing.push(`${from} → entity of ${to}`);
        const contact = await node.find(idOf(to));
        const { transport } = nodes.get(to).contact;
        if (JSON.stringify(contact?.transport) !== JSON.stringify(transport)) missing.push(`${from} → ${to}`);
      }
    }
  });
  expect(missing, shown(plan)).to.deep.equal([]);
  return nodes.network.traceHash;
}

const oneByOne = (plan: Plan) => async (nodes: SimulatedNodes) => {
  for (const { name, seeds } of plan) await nodes.start(name, seeds);
};

const atOnce = (plan: Plan) => async (nodes: SimulatedNodes) => {
  await Promise.all(plan.map(({ name, seeds }) => nodes.start(name, seeds)));
  // Whose seed was not there yet tries again after at most 1.5 s, then 2.5, then 4.5.
  await nodes.runtime.sleep(10_000);
};

/**
 * As many plans as a test has time for. For up to four nodes each order of start with each tree; then each tree with several
 * orders, of five nodes all.
 */
function joinPlans(count: number): Plan[] {
  const orders = permutations(NAMES.slice(0, count));
  if (count <= 4) return orders.flatMap(trees);
  const some = count === 5 ? orders : orders.filter((_, i) => i % 2 === 0);
  return some.map((order, i) => {
    const plans = trees(order);
    return plans[i % plans.length] as Plan;
  });
}

/** Who seeds whom when all start at once, and nobody is known to be there before the others. */
function plansAtOnce(count: number): Record<string, Plan> {
  const names = NAMES.slice(0, count);
  const plan = (seedsOf: (i: number) => readonly (string | undefined)[]): Plan =>
    names.map((name, i) => ({ name, seeds: seedsOf(i).filter((seed) => seed !== undefined) }));
  return {
    'in a chain towards the first': plan((i) => [names[i - 1]]),
    'in a chain towards the last': plan((i) => [names[i + 1]]),
    'in a ring': plan((i) => [names[(i + 1) % count]]),
    'all by the first, itself included': plan(() => [names[0]]),
    'all by the last': plan((i) => (i === count - 1 ? [] : [names[count - 1]])),
    'all by all': plan(() => names),
  };
}

describe('a network of few nodes', function () {
  this.timeout(120_000);

  for (const count of [1, 2, 3, 4, 5, 6]) {
    context(`of ${count}`, () => {
      it('finds every entity and every node from every node, whatever the order of joining', async () => {
        for (const plan of joinPlans(count)) await checkEveryPair(plan, oneByOne(plan));
      });

      for (const [how, plan] of Object.entries(plansAtOnce(count))) {
        it(`finds them when all start at once, seeded ${how}`, () => checkEveryPair(plan, atOnce(plan)));
      }

      it('does the same again in a second run', async () => {
        const plans = joinPlans(count);
        for (const plan of [plans[0], plans[plans.length >> 1], plans.at(-1)] as Plan[]) {
          const first = await checkEveryPair(plan, oneByOne(plan));
          expect(await checkEveryPair(plan, oneByOne(plan)), shown(plan)).to.equal(first);
        }
      });
    });
  }
});

describe('nodes whose links show no address', () => {
  it('verify each other by a dial of their own, and then leave each other in peace', async () => {
    const nodes = new SimulatedNodes(1, { k: 2 });
    const count = 12;
    await nodes.run(async () => {
      for (let i = 0; i < count; i++) {
        const transport = unattested(memory({ network: nodes.network, host: `node-${i}`, port: 1 }));
        await nodes.start(`node-${i}`, i === 0 ? [] : [`node-${i - 1}`], { transport });
      }
      await nodes.runtime.sleep(10 * 60_000);
      // No more than one each way between each two of them.
      expect(nodes.network.counts.dials).to.be.at.most(count * (count - 1));
    });
  });
});
