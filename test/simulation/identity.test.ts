import { expect } from 'chai';
import { type Disgover, type DisgoverOptions, Identity } from '../../src/index.js';
import { idOf } from '../support/ids.js';
import { type NodeOptions, SimulatedNodes } from '../support/simulated-nodes.js';

const NODES = 12;
/** Longer than sessions stay open when nothing is said. */
const IDLE_MS = 120_000;

/** Options as users give them, who name no id: the node makes its keys itself. */
const BY_KEY = { id: undefined } as unknown as NodeOptions;

/** Counts what proofs cost. */
class Counted {
  made = 0;
  checked = 0;
  refused = 0;
  readonly metrics: DisgoverOptions['metrics'] = {
    increment: (name) => {
      if (name === 'signatureMade') this.made++;
      if (name === 'signatureChecked') this.checked++;
      if (name === 'refused') this.refused++;
    },
  };

  /** What was counted since the last time. */
  take(): [made: number, checked: number] {
    const taken: [number, number] = [this.made, this.checked];
    this.made = 0;
    this.checked = 0;
    return taken;
  }
}

/** Starts a node that is counted on its own. */
async function startCounted(
  nodes: SimulatedNodes,
  name: string,
  seeds: readonly string[],
  options: NodeOptions = {},
): Promise<{ readonly node: Disgover; readonly counted: Counted }> {
  const counted = new Counted();
  const node = await nodes.start(name, seeds, {
    ...BY_KEY,
    metrics: counted.metrics as NonNullable<DisgoverOptions['metrics']>,
    ...options,
  });
  return { node, counted };
}

/** Which ids of entities are not found from which nodes. */
async function missing(nodes: SimulatedNodes): Promise<string[]> {
  const lost: string[] = [];
  for (const [from, node] of nodes.byName) {
    for (const name of nodes.byName.keys()) {
      const found = await node.find(idOf(`entity of ${name}`), { fresh: true });
      if (found?.data !== name) lost.push(`${from}: ${name}`);
    }
  }
  return lost;
}

describe('a network of nodes with keys', () => {
  it('joins, registers and finds; whoever has met signs no more', async () => {
    const counted = new Counted();
    const nodes = new SimulatedNodes(1, {
      ...BY_KEY,
      metrics: counted.metrics as NonNullable<typeof counted.metrics>,
    });
    const lost: string[][] = [];
    let signatures: [number, number] = [0, 0];
    let later: [number, number] = [1, 1];
    let links = 0;
    await nodes.run(async () => {
      await nodes.startMany(NODES);
      for (const [name, node] of nodes.byName)
        await node.register({ id: idOf(`entity of ${name}`), data: name });
      lost.push(await missing(nodes));
      await nodes.runtime.sleep(IDLE_MS);
      signatures = counted.take();
      const before = nodes.network.counts.links;
      lost.push(await missing(nodes));
      // Tables are refreshed, contacts announced anew.
      await nodes.runtime.sleep(20 * 60_000);
      links = nodes.network.counts.links - before;
      later = counted.take();
    });
    expect(lost).to.deep.equal([[], []]);
    expect(counted.refused).to.equal(0);
    // One of each side for each pair; a few more for those that were dialled by an address, or from both ends at once.
    const [made, checked] = signatures;
    const pairs = (NODES * (NODES - 1)) / 2;
    expect(made).to.be.within(2 * pairs, 2 * pairs + 2 * NODES);
    expect(checked).to.equal(made);
    expect(links).to.be.greaterThan(pairs);
    expect(later).to.deep.equal([0, 0]);
  });

  it('has ids that are those of the keys, and no two the same', async () => {
    const nodes = new SimulatedNodes(2, BY_KEY);
    const identity = new Identity(new Uint8Array(32).fill(5));
    await nodes.run(async () => {
      await nodes.startMany(4);
      const own = await nodes.start('own', ['node-0'], { identity });
      expect(own.id).to.equal(identity.id);
      expect(new Set(nodes.all.map(({ id }) => id)).size).to.equal(5);
      for (const { id } of nodes.all) expect(Buffer.from(id, 'base64')).to.have.length(20);
    });
  });
});

describe('two nodes with keys', () => {
  it('sign once each when they first meet, and check once each', async () => {
    const nodes = new SimulatedNodes(3);
    await nodes.run(async () => {
      const a = await startCounted(nodes, 'a', []);
      const b = await startCounted(nodes, 'b', ['a']);
      await nodes.runtime.sleep(1_000);
      expect([a.counted.take(), b.counted.take()]).to.deep.equal([
        [1, 1],
        [1, 1],
      ]);
    });
  });

  it('sign nothing when they meet again, whoever dials', async () => {
    const nodes = new SimulatedNodes(4);
    await nodes.run(async () => {
      const a = await startCounted(nodes, 'a', []);
      const b = await startCounted(nodes, 'b', ['a']);
      for (const from of [a, b]) {
        await nodes.runtime.sleep(IDLE_MS);
        a.counted.take();
        b.counted.take();
        const { links } = nodes.network.counts;
        expect(await from.node.find(idOf('nobody'))).to.equal(undefined);
        expect(nodes.network.counts.links).to.equal(links + 1);
        expect([a.counted.take(), b.counted.take()]).to.deep.equal([
          [0, 0],
          [0, 0],
        ]);
      }
    });
  });

  it('sign at one end when one dials by an address alone: who was dialled is not known by it', async () => {
    const nodes = new SimulatedNodes(5);
    await nodes.run(async () => {
      const a = await startCounted(nodes, 'a', []);
      const b = await startCounted(nodes, 'b', ['a']);
      await nodes.runtime.sleep(IDLE_MS);
      a.counted.take();
      b.counted.take();
      expect((await b.node.ping('memory://a:1'))?.id).to.equal(a.node.id);
      expect([a.counted.take(), b.counted.take()]).to.deep.equal([
        [1, 0],
        [0, 1],
      ]);
    });
  });

  for (const [dialler, seeds] of [
    ['it', ['a']],
    ['the other', []],
  ] as const) {
    it(`go back to signatures when one was started anew, and nobody is refused: ${dialler} dials`, async () => {
      const nodes = new SimulatedNodes(6);
      await nodes.run(async () => {
        const identity = Identity.generate();
        const a = await startCounted(nodes, 'a', []);
        const b = await startCounted(nodes, 'b', ['a'], { identity });
        await nodes.runtime.sleep(1_000);
        a.counted.take();
        await b.node.close();
        nodes.byName.delete('b');
        const again = await startCounted(nodes, 'b', seeds, { identity });
        expect(await a.node.find(idOf('nobody'))).to.equal(undefined);
        // The answer may be there before the proof of who has asked.
        await nodes.runtime.sleep(1_000);
        expect([a.counted.take(), again.counted.take()]).to.deep.equal([
          [1, 1],
          [1, 1],
        ]);
        await nodes.runtime.sleep(IDLE_MS);
        expect(await a.node.find(idOf('nobody'))).to.equal(undefined);
        expect([a.counted.take(), again.counted.take()]).to.deep.equal([
          [0, 0],
          [0, 0],
        ]);
        expect([a.counted.refused, again.counted.refused, a.node.routing.size]).to.deep.equal([0, 0, 1]);
      });
    });
  }
});
