import { expect } from 'chai';
import { signed } from '../../arbiters/signed.js';
import type { Disgover, Link, LookupTrace, Transport } from '../../src/index.js';
import { limits } from '../../src/limits.js';
import { decode } from '../../src/wire/decode.js';
import { memory } from '../../transports/memory/index.js';
import { idOf } from '../support/ids.js';
import { renamed } from '../support/renamed.js';
import { type NodeOptions, SimulatedNodes } from '../support/simulated-nodes.js';

type Type = 'red' | 'blue' | 'green';
const RED: readonly Type[] = ['red'];
const BLUE: readonly Type[] = ['blue'];
const BOTH: readonly Type[] = ['red', 'blue'];
const PORTS = { red: 1, blue: 2, green: 3 };
/** For what was verified later than it was heard of. */
const SETTLED_MS = 30_000;
/** For what relays tell others after they have answered. */
const TOLD_MS = 2_000;
const HOUR = 3_600_000;
const MAX_RUN = { maxMs: 5 * HOUR };

interface Joining {
  readonly seeds?: readonly Disgover[];
  /** False for a node that nobody can dial. Default true. */
  readonly listen?: boolean;
}

/** Nodes of several transports, of which each speaks some. */
class MixedNetworks {
  readonly nodes: SimulatedNodes;
  /** Frames that speak of nodes which somebody cannot dial. */
  readonly spoken = { beyond: 0, onBehalf: 0 };
  /** Contacts that were announced, of each id. */
  readonly announced = new Map<string, number>();

  readonly #each: () => NodeOptions;

  /** `each`: what a node has for itself, beside what it shares. */
  constructor(shared: NodeOptions = {}, each: () => NodeOptions = () => ({})) {
    this.#each = each;
    this.nodes = new SimulatedNodes(1, shared);
  }

  get any(): (below: number) => number {
    return (below) => this.nodes.runtime.integer(below);
  }

  join(name: string, types: readonly Type[], { seeds = [], listen = true }: Joining = {}): Promise<Disgover> {
    const { network } = this.nodes;
    const transport = types.map((type) =>
      this.#overheard(renamed(memory({ network, host: name, port: PORTS[type], listen }), type)),
    );
    const options = { transport, seeds: seeds.map(({ contact }) => contact), ...this.#each() };
    return this.nodes.start(name, [], options);
  }

  /** One after the other, each with an earlier one as its seed; the first speaks both. */
  async joinAll(bridges: number, count: number): Promise<{ bridges: Disgover[]; red: Disgover[] }> {
    const all: Disgover[] = [];
    for (let i = 0; i < bridges + count; i++) {
      const seed = all[this.any(Math.max(i, 1))];
      const types = i < bridges ? BOTH : RED;
      all.push(await this.join(`${types.join('-')}-${i}`, types, seed && { seeds: [seed] }));
    }
    return { bridges: all.slice(0, bridges), red: all.slice(bridges) };
  }

  #overheard(inner: Transport): Transport {
    const overhear = (link: Link): Link => {
      const send = link.send.bind(link);
      link.send = (frame) => {
        const message = decode(frame);
        if (message.type === 'nodes' && message.beyond) this.spoken.beyond++;
        if (message.type === 'findNode') {
          if (message.onBehalf) this.spoken.onBehalf++;
          for (const contact of message.announced)
            this.announced.set(contact.id, (this.announced.get(contact.id) ?? 0) + 1);
        }
        return send(frame);
      };
      return link;
    };
    return {
      name: inner.name,
      listen: (onLink) => inner.listen((link) => onLink(overhear(link))),
      dial: async (info, options) => overhear(await inner.dial(info, options)),
      close: () => inner.close(),
    };
  }
}

interface Scene {
  readonly world: MixedNetworks;
  readonly tab: Disgover;
  readonly bridges: readonly Disgover[];
  readonly red: readonly Disgover[];
}

/** A browser tab, which speaks blue and cannot be dialled, among so many nodes that speak red alone, or both. */
function withTab(
  bridges: number,
  red: number,
  scenario: (scene: Scene) => Promise<void>,
  shared?: NodeOptions,
  each?: () => NodeOptions,
): Promise<void> {
  const world = new MixedNetworks(shared, each);
  return world.nodes.run(async () => {
    const others = await world.joinAll(bridges, red);
    const tab = await world.join('tab', BLUE, { seeds: others.bridges, listen: false });
    await world.nodes.runtime.sleep(SETTLED_MS);
    await scenario({ world, tab, ...others });
  }, MAX_RUN);
}

/** Options as users give them, who name no id: the node makes its keys itself. */
const BY_KEY = { id: undefined } as unknown as NodeOptions;

const id = idOf('entity');
const onBehalf = ({ steps }: LookupTrace) => steps.filter((step) => step.onBehalf);
const answerOf = async (finder: Disgover, entity: string): Promise<unknown> => {
  const found = await finder.find(entity, { fresh: true });
  return found && (await finder.ping(found).catch(({ code }) => code))?.data;
};

describe('a browser tab among 150 nodes that it cannot dial, and 3 that speak to both', function () {
  this.timeout(120_000);
  const FINDS = 60;

  it('finds what they have registered, and they what it has, 60 times of 60 each', () =>
    withTab(3, 150, async ({ world, tab, red }) => {
      const { runtime } = world.nodes;
      const traces: LookupTrace[] = [];
      const answers: unknown[] = [];
      for (let i = 0; i < FINDS; i++) {
        const [host, finder] = [red[world.any(150)], red[world.any(150)]] as [Disgover, Disgover];
        await host.register({ id: idOf(`theirs-${i}`) });
        traces.push(await tab.trace(idOf(`theirs-${i}`)));
        await tab.register({ id: idOf(`mine-${i}`), data: i });
        await runtime.sleep(TOLD_MS);
        answers.push(await answerOf(finder, idOf(`mine-${i}`)));
      }
      expect(traces.filter(({ found }) => found !== undefined)).to.have.length(FINDS);
      expect(answers).to.deep.equal(Array.from({ length: FINDS }, (_, i) => i));
      // The tab asks the three that it can dial, and mostly one of them to look further.
      for (const trace of traces) {
        expect(trace.requests).to.be.at.most(6);
        expect(trace.steps.filter(({ code }) => code === 'ERR_NO_TRANSPORT_FOR')).to.deep.equal([]);
      }
      const asked = traces.reduce((sum, trace) => sum + onBehalf(trace).length, 0);
      expect(asked).to.be.within(FINDS / 2, (FINDS * 4) / 3);
    }));
});

describe('a node of limited reach', function () {
  this.timeout(60_000);
  const few = { k: 4 };

  it('is found though it can be dialled, by those that cannot dial it, and finds what is theirs', async () => {
    const world = new MixedNetworks(few);
    await world.nodes.run(async () => {
      const { bridges, red } = await world.joinAll(2, 24);
      const blue: Disgover[] = [];
      for (let i = 0; i < 24; i++)
        blue.push(await world.join(`blue-${i}`, BLUE, { seeds: [bridges[i % 2] as Disgover] }));
      await world.nodes.runtime.sleep(SETTLED_MS);
      let found = 0;
      for (let i = 0; i < 24; i++) {
        const [one, other] = [red[i], blue[world.any(24)]] as [Disgover, Disgover];
        await one.register({ id: idOf(`of-red-${i}`) });
        await other.register({ id: idOf(`of-blue-${i}`) });
        if ((await other.find(idOf(`of-red-${i}`), { fresh: true })) !== undefined) found++;
        if ((await one.find(idOf(`of-blue-${i}`), { fresh: true })) !== undefined) found++;
      }
      expect(found).to.equal(48);
    });
  });

  it('costs those nothing who can all dial each other', async () => {
    const world = new MixedNetworks(few);
    await world.nodes.run(async () => {
      const first = await world.join('first', BLUE);
      for (let i = 0; i < 12; i++) await world.join(`node-${i}`, BLUE, { seeds: [first] });
      const tab = await world.join('tab', BLUE, { seeds: [first], listen: false });
      await tab.register({ id });
      expect(await world.nodes.any().find(id, { fresh: true })).to.not.equal(undefined);
      await tab.find(idOf('nothing'));
      for (const node of world.nodes.all) await node.trace(idOf(`nothing at ${node.id}`));
      expect(world.spoken).to.deep.equal({ beyond: 0, onBehalf: 0 });
    });
  });

  it('is told that nobody has it once three have looked, and asks no more of them for a while', () =>
    withTab(
      4,
      24,
      async ({ world, tab }) => {
        const trace = await tab.trace(id);
        expect([trace.end, trace.found, onBehalf(trace).length]).to.deep.equal([
          'closest',
          undefined,
          limits.onBehalfAsked,
        ]);
        expect(trace.ms).to.be.below(limits.lookupMs);
        await tab.find(id);
        const { onBehalf: before } = world.spoken;
        expect(await tab.find(id)).to.equal(undefined);
        expect(world.spoken.onBehalf).to.equal(before);
      },
      few,
    ));

  it('is known to holders that it cannot dial for as long as it is there, and an hour longer', () =>
    withTab(
      2,
      24,
      async ({ world, tab, red }) => {
        const { runtime } = world.nodes;
        await tab.register({ id, data: 'here' });
        await runtime.sleep(2.5 * HOUR);
        for (const node of red) expect(await answerOf(node, id)).to.equal('here');
        await tab.close();
        await runtime.sleep(HOUR + 60_000);
        for (const node of red) expect(await node.find(id, { fresh: true })).to.equal(undefined);
      },
      few,
    ));

  it('is known as it is now, and no longer once it has withdrawn', () =>
    withTab(
      2,
      24,
      async ({ world, tab, red }) => {
        const { runtime } = world.nodes;
        for (const data of ['old', 'new']) {
          await tab.register({ id, data });
          await runtime.sleep(TOLD_MS);
          for (const node of red) expect((await node.find(id, { fresh: true }))?.data).to.equal(data);
        }
        await tab.unregister(id);
        await runtime.sleep(TOLD_MS);
        for (const node of red) expect(await node.find(id, { fresh: true })).to.equal(undefined);
      },
      few,
    ));

  it('is known for as long as it is there where contacts are signed, too', () =>
    withTab(
      2,
      24,
      async ({ world, tab, red }) => {
        const registered = await tab.register({ id, data: 'here' });
        await world.nodes.runtime.sleep(2.5 * HOUR);
        for (const node of red) {
          const found = await node.find(id, { fresh: true });
          expect(found?.data).to.equal('here');
          expect(found?.signature).to.equal(registered.signature);
        }
      },
      { ...few, ...BY_KEY },
      () => signed(),
    ));

  it('is told onward once by each of its relays, and by nobody else', () =>
    withTab(
      5,
      24,
      async ({ world, tab }) => {
        await tab.register({ id });
        await world.nodes.runtime.sleep(60_000);
        // By the tab to its holders and to its relays, by each of these to holders of both kinds, and some that are passed.
        const { k } = few;
        const once = k + limits.relays + limits.relays * 2 * k;
        const told = world.announced.get(id) as number;
        expect(told).to.be.within(once / 2, once * 1.5);
        const relayed = world.nodes.all.map(
          (node) => node.snapshot().collections.find(({ name }) => name === 'relayed')?.size,
        );
        expect(relayed.filter((size) => size !== 0)).to.deep.equal([1, 1, 1]);
        await tab.close();
        await world.nodes.runtime.sleep(2 * HOUR);
        expect(world.announced.get(id)).to.equal(told);
      },
      few,
    ));

  it('has relays that others can dial, though most that it can dial itself are none such', async () => {
    const world = new MixedNetworks(few);
    await world.nodes.run(async () => {
      const { bridges, red } = await world.joinAll(2, 24);
      for (let i = 0; i < 24; i++)
        await world.join(`blue-${i}`, BLUE, { seeds: [bridges[i % 2] as Disgover] });
      const tab = await world.join('tab', BLUE, { seeds: bridges, listen: false });
      await world.nodes.runtime.sleep(SETTLED_MS);
      await tab.register({ id, data: 'here' });
      await world.nodes.runtime.sleep(TOLD_MS);
      for (const node of red) expect(await answerOf(node, id)).to.equal('here');
    });
  });

  it('is known again after its relays have lost it for a while', () =>
    withTab(
      2,
      24,
      async ({ world, tab, red }) => {
        const { runtime, network } = world.nodes;
        await tab.register({ id, data: 'here' });
        network.crash('tab');
        await runtime.sleep(90_000);
        network.restart('tab');
        await runtime.sleep(180_000);
        for (const node of red) expect(await answerOf(node, id)).to.equal('here');
      },
      few,
    ));

  it('is looked for one step far: nobody has others look in turn for somebody else', async () => {
    const world = new MixedNetworks();
    await world.nodes.run(async () => {
      const middle = await world.join('middle', RED);
      const [near, far] = [
        await world.join('near', BOTH, { seeds: [middle] }),
        await world.join('far', ['red', 'green'], { seeds: [middle] }),
      ];
      const green = await world.join('green', ['green'], { seeds: [far] });
      const tab = await world.join('tab', BLUE, { seeds: [near], listen: false });
      await world.nodes.runtime.sleep(SETTLED_MS);
      expect(green.routing.size).to.equal(1);
      const missing = idOf('nothing');
      expect(await tab.find(missing)).to.equal(undefined);
      expect(world.spoken.onBehalf).to.equal(1);
      expect(await near.find(missing)).to.equal(undefined);
      expect(world.spoken.onBehalf).to.equal(2);
    });
  });
});
