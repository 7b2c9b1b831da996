import { expect } from 'chai';
import type { Disgover } from '../../src/index.js';
import { memory } from '../../transports/memory/index.js';
import { idOf } from '../support/ids.js';
import { renamed } from '../support/renamed.js';
import { SimulatedNodes } from '../support/simulated-nodes.js';

type Type = 'red' | 'blue';
const PORTS = { red: 1, blue: 2 };
/** For what was verified later than it was heard of. */
const SETTLED_MS = 30_000;

/** Nodes of two transports: each speaks one of them or both. */
class TwoNetworks extends SimulatedNodes {
  start2(name: string, types: readonly Type[], seed?: Disgover, listen = true): Promise<Disgover> {
    const transport = types.map((type) =>
      renamed(memory({ network: this.network, host: name, port: PORTS[type], listen }), type),
    );
    return this.start(name, [], { transport, seeds: seed === undefined ? [] : [seed.contact] });
  }

  /** `both` nodes that speak both, and then `red` that speak one. */
  async populate(both: number, red: number): Promise<readonly Disgover[]> {
    const nodes: Disgover[] = [];
    for (let i = 0; i < both + red; i++) {
      const types: readonly Type[] = i < both ? ['red', 'blue'] : ['red'];
      const seed = nodes[this.runtime.integer(Math.max(i, 1))];
      nodes.push(await this.start2(`${types.join('-')}-${i}`, types, seed));
    }
    return nodes;
  }
}

describe('a browser tab among 150 nodes that it cannot dial, and 3 that speak to both', function () {
  this.timeout(60_000);
  const FINDS = 60;

  function withTab(
    scenario: (tab: Disgover, others: readonly Disgover[], world: TwoNetworks) => Promise<void>,
  ): Promise<void> {
    const world = new TwoNetworks(1);
    return world.run(async () => {
      const nodes = await world.populate(3, 150);
      const tab = await world.start2('tab', ['blue'], nodes[0] as Disgover, false);
      await world.runtime.sleep(SETTLED_MS);
      await scenario(tab, nodes.slice(3), world);
    });
  }

  it('finds what they have registered, 60 times of 60', () =>
    withTab(async (tab, others) => {
      const missing: number[] = [];
      for (let i = 0; i < FINDS; i++) {
        const host = others[(i * 7) % others.length] as Disgover;
        await host.register({ id: idOf(`entity-${i}`) });
        if ((await tab.find(idOf(`entity-${i}`))) === undefined) missing.push(i);
      }
      expect(missing).to.deep.equal([]);
    }));

  it('is found by them, 60 times of 60, and answers through its relays', () =>
    withTab(async (tab, others, world) => {
      const wrong: unknown[] = [];
      for (let i = 0; i < FINDS; i++) {
        const id = idOf(`entity-${i}`);
        await tab.register({ id, data: i });
        await world.runtime.sleep(2_000);
        const finder = others[(i * 7) % others.length] as Disgover;
        const found = await finder.find(id);
        const answer = found && (await finder.ping(found).catch((fault) => fault));
        if (answer?.data !== i) wrong.push(answer);
      }
      expect(wrong).to.deep.equal([]);
    }));
});
