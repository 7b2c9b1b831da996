import { expect } from 'chai';
import type { Disgover } from '../../src/index.js';
import { groups, strangers } from '../support/one-group.js';
import { ScriptedSource } from '../support/scripted-source.js';
import { addressOf, SimulatedNodes, type StartOptions } from '../support/simulated-nodes.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** Nodes with latencies of a data centre or two, and how often each host was dialled. */
class World extends SimulatedNodes {
  /** When each host was dialled, by its name. */
  readonly dialled = new Map<string, number[]>();

  constructor(seed: number) {
    super(seed, {}, { latencyMs: { min: 1, max: 20 } });
    const { network, runtime } = this;
    const connect = network.connect.bind(network);
    network.connect = (from, to, ...rest) => {
      this.dialled.set(to.host, [...(this.dialled.get(to.host) ?? []), runtime.now()]);
      return connect(from, to, ...rest);
    };
  }

  /** Starts as many, named after `prefix`, within `windowMs`. Resolves when each has started. */
  startCrowd(
    prefix: string,
    count: number,
    windowMs: number,
    seeds: readonly string[],
    options: StartOptions = {},
  ): Promise<Disgover[]> {
    return Promise.all(
      Array.from({ length: count }, async (_, i) => {
        await this.runtime.sleep(this.runtime.integer(windowMs + 1));
        return this.start(`${prefix}${i}`, seeds, options);
      }),
    );
  }

  /** Starts a node with these in the place of seeds. */
  startWith(name: string, ...seeds: NonNullable<StartOptions['seeds']>): Promise<Disgover> {
    return this.start(name, [], { seeds });
  }

  /** The most dials of a host within a second. */
  peak(host: string): number {
    const times = this.dialled.get(host) ?? [];
    return Math.max(...times.map((at) => times.filter((other) => other >= at && other < at + SECOND).length));
  }

  /** Milliseconds until the node has joined; at most `mostMs`. */
  async joined(node: Disgover, mostMs: number): Promise<number> {
    const startMs = this.runtime.now();
    while (node.state !== 'joined' && this.runtime.now() < startMs + mostMs) await this.runtime.sleep(10);
    expect(node.state).to.equal('joined');
    return this.runtime.now() - startMs;
  }

  async expectOneGroup(): Promise<void> {
    expect(groups(this)).to.equal(1);
    expect(await strangers(this)).to.deep.equal([]);
  }
}

function world(seed: number, scenario: (world: World) => Promise<void>): Promise<void> {
  const nodes = new World(seed);
  return nodes.run(() => scenario(nodes), { maxMs: 4 * 60 * MINUTE });
}

const faultAt = (node: Disgover, host: string) =>
  node.bootstrap.explain().seeds.find(({ transport }) => transport[0]?.host === host)?.fault?.code;

describe('a group', function () {
  this.timeout(60_000);

  it('is one when everybody is new and starts at once', () =>
    world(1, async (nodes) => {
      await nodes.startCrowd('n', 30, 0, ['n0', 'n1', 'n2']);
      await nodes.runtime.sleep(MINUTE);
      await nodes.expectOneGroup();
    }));

  it('is one when many new nodes join it', () =>
    world(2, async (nodes) => {
      await nodes.startCrowd('old', 15, SECOND, ['old0', 'old1']);
      await nodes.runtime.sleep(MINUTE);
      await nodes.startCrowd('new', 15, SECOND, ['old0', 'old1']);
      await nodes.runtime.sleep(MINUTE);
      await nodes.expectOneGroup();
    }));

  it('is one when one joins it', () =>
    world(3, async (nodes) => {
      await nodes.startCrowd('old', 15, SECOND, ['old0', 'old1']);
      await nodes.runtime.sleep(MINUTE);
      const newcomer = await nodes.start('new', ['old0', 'old1']);
      expect(newcomer.state).to.equal('joined');
      await nodes.expectOneGroup();
    }));

  it('is one when newcomers outnumber its members', () =>
    world(4, async (nodes) => {
      await nodes.startCrowd('old', 3, 0, ['old0', 'old1']);
      await nodes.runtime.sleep(MINUTE);
      await nodes.startCrowd('new', 30, SECOND, ['old0', 'old1', 'new0']);
      await nodes.runtime.sleep(MINUTE);
      await nodes.expectOneGroup();
    }));

  it('is one when two were founded and one node is told of both', () =>
    world(5, async (nodes) => {
      await nodes.startCrowd('a', 8, SECOND, ['a0']);
      await nodes.startCrowd('b', 8, SECOND, ['b0']);
      await nodes.runtime.sleep(MINUTE);
      expect(groups(nodes)).to.equal(2);
      await nodes.start('bridge', ['a0', 'b0']);
      await nodes.runtime.sleep(20 * MINUTE);
      await nodes.expectOneGroup();
    }));

  it('is one at once of two nodes that are only told of each other', () =>
    world(6, async (nodes) => {
      const [a, b] = await Promise.all([nodes.start('a', ['b']), nodes.start('b', ['a'])]);
      expect(await nodes.joined(a, 2 * SECOND)).to.be.below(2 * SECOND);
      expect([a.state, b.state]).to.deep.equal(['joined', 'joined']);
    }));

  it('takes in a hundred nodes that start within a second with the same two seeds', () =>
    world(7, async (nodes) => {
      await nodes.startCrowd('seed', 2, 0, ['seed0', 'seed1']);
      await nodes.runtime.sleep(MINUTE);
      nodes.dialled.clear();
      const startMs = nodes.runtime.now();
      await nodes.startCrowd('n', 100, SECOND, ['seed0', 'seed1'], { expect: 100 });
      expect(nodes.runtime.now() - startMs).to.be.below(15 * SECOND);
      expect(nodes.all.map(({ state }) => state)).to.deep.equal(nodes.all.map(() => 'joined'));
      expect(groups(nodes)).to.equal(1);
      for (const seed of ['seed0', 'seed1']) expect(nodes.peak(seed), seed).to.be.at.most(20);
    }));
});

describe('a node that joins', () => {
  it('has joined within a second when one of five seeds is dead and one is silent', () =>
    world(10, async (nodes) => {
      await nodes.startCrowd('live', 3, 0, ['live0']);
      await nodes.start('silent');
      nodes.network.freeze('silent');
      await nodes.runtime.sleep(MINUTE);
      for (let i = 0; i < 20; i++) {
        const startMs = nodes.runtime.now();
        await nodes.start(`n${i}`, ['dead', 'silent', 'live0', 'live1', 'live2']);
        expect(nodes.runtime.now() - startMs).to.be.at.most(SECOND);
        expect(nodes.get(`n${i}`).state).to.equal('joined');
      }
    }));

  it('has joined within 65 seconds after a seed is back, when all were dead', () =>
    world(11, async (nodes) => {
      const node = await nodes.start('n', ['a', 'b']);
      expect(node.state).to.equal('isolated');
      await nodes.runtime.sleep(30 * MINUTE);
      await nodes.start('a');
      expect(await nodes.joined(node, 65 * SECOND)).to.be.at.most(65 * SECOND);
    }));

  it('finds a seed again that had died and returns with another id', () =>
    world(12, async (nodes) => {
      await nodes.start('seed');
      const node = await nodes.start('n', ['seed']);
      await nodes.get('seed').close();
      nodes.network.crash('seed');
      await nodes.runtime.sleep(10 * MINUTE);
      expect(node.state).to.equal('isolated');
      nodes.network.restart('seed');
      await nodes.start('seed', [], { id: 'YW5vdGhlcg==' });
      await nodes.joined(node, 65 * SECOND);
    }));

  it('asks at once who is named anew, and tears nothing down when the names change later', () =>
    world(13, async (nodes) => {
      await nodes.startCrowd('old', 4, 0, ['old0']);
      const source = new ScriptedSource([addressOf('dead')]);
      const node = await nodes.startWith('n', source);
      expect(node.state).to.equal('isolated');
      source.say(addressOf('dead'), addressOf('old1'));
      expect(await nodes.joined(node, SECOND)).to.be.below(SECOND);
      await nodes.runtime.sleep(MINUTE);
      const { size } = node.routing;
      const left: unknown[] = [];
      node.on('nodeRemoved', (removed) => left.push(removed));
      node.on('state', (state) => left.push(state));
      source.say(addressOf('elsewhere'));
      await nodes.runtime.sleep(5 * MINUTE);
      expect([node.routing.size, left]).to.deep.equal([size, []]);
    }));

  it('passes over a seed of another group, and says so', () =>
    world(14, async (nodes) => {
      await nodes.start('foreign', [], { group: 'foreign' });
      await nodes.start('good');
      const node = await nodes.start('n', ['foreign', 'good']);
      expect(node.state).to.equal('joined');
      await node.bootstrap.retry();
      expect(faultAt(node, 'foreign')).to.equal('ERR_GROUP_MISMATCH');
      expect(node.snapshot().nodes).to.have.lengthOf(1);
    }));

  it('knows itself among its seeds', () =>
    world(15, async (nodes) => {
      const node = await nodes.start('n', ['n']);
      expect(node.state).to.equal('alone');
      expect(node.bootstrap.explain().seeds.map(({ state }) => state)).to.deep.equal(['self']);
    }));

  it('starts from the nodes of its snapshot when its seeds are gone', () =>
    world(16, async (nodes) => {
      await nodes.startCrowd('old', 6, 0, ['old0']);
      const before = await nodes.start('n', ['old0']);
      await nodes.runtime.sleep(MINUTE);
      const { nodes: known } = before.snapshot();
      await before.close();
      await nodes.get('old0').close();
      nodes.byName.delete('old0');
      const after = await nodes.startWith('n', addressOf('old0'), ...known);
      expect(after.state).to.equal('joined');
      await nodes.expectOneGroup();
    }));

  it('is joining until as many are named as are expected', () =>
    world(17, async (nodes) => {
      const source = new ScriptedSource([addressOf('dead')]);
      const node = await nodes.start('n', [], { seeds: [source], expect: 3 });
      await nodes.runtime.sleep(10 * MINUTE);
      expect(node.state).to.equal('joining');
      expect(node.bootstrap.explain().hint).to.match(/^3 nodes are expected, and 2 are named/);
      source.say(addressOf('dead'), addressOf('other'));
      await nodes.runtime.sleep(7 * SECOND);
      expect(node.state).to.equal('alone');
      await nodes.start('other', ['n']);
      expect(node.state).to.equal('joined');
    }));

  it('warns of a group of one, unless it was asked for', () =>
    world(18, async (nodes) => {
      const warned: string[] = [];
      const logger = {
        debug() {},
        info() {},
        warn: (_: object, text: string) => warned.push(text),
        error() {},
      };
      await nodes.start('a', [], { logger });
      expect(warned).to.deep.equal(['alone: a group of its own']);
      await nodes.start('b', [], { logger, expect: 1 });
      await nodes.runtime.sleep(10 * SECOND);
      expect([nodes.get('b').state, warned.length]).to.deep.equal(['alone', 1]);
    }));
});

describe('a source of seeds', () => {
  it('that fails at first is read again, and what it names then is joined', () =>
    world(20, async (nodes) => {
      await nodes.start('old');
      const source = new ScriptedSource().fail('DNS_TIMEOUT');
      const node = await nodes.startWith('n', source);
      expect(node.state).to.equal('isolated');
      expect(node.bootstrap.explain().sources[0]?.fault?.code).to.equal('ERR_DNS_TIMEOUT');
      await nodes.runtime.sleep(5 * MINUTE);
      source.say(addressOf('old'));
      await nodes.joined(node, 61 * SECOND);
      expect(node.bootstrap.explain().sources[0]).to.include({ name: 'scripted', seeds: 1 });
    }));

  it('that fails for good is read once a second at most, and once a minute at least; others go on', () =>
    world(21, async (nodes) => {
      await nodes.start('old');
      const bad = new ScriptedSource().fail('DNS_NOT_FOUND');
      const node = await nodes.startWith('n', bad, new ScriptedSource([addressOf('old')]));
      expect(node.state).to.equal('joined');
      await nodes.runtime.sleep(10 * SECOND);
      expect(bad.reads).to.be.within(2, 10);
      await nodes.runtime.sleep(60 * MINUTE);
      expect(bad.reads).to.be.within(60, 200);
    }));

  it('that fails after it has named seeds leaves them standing', () =>
    world(22, async (nodes) => {
      const source = new ScriptedSource([addressOf('later')]);
      const node = await nodes.startWith('n', source);
      source.fail('DNS_TIMEOUT');
      await nodes.runtime.sleep(10 * MINUTE);
      await nodes.start('later');
      await nodes.joined(node, 65 * SECOND);
    }));

  it('that says nothing holds up nobody for longer than five seconds', () =>
    world(23, async (nodes) => {
      const startMs = nodes.runtime.now();
      const node = await nodes.startWith('n', new ScriptedSource());
      expect(nodes.runtime.now() - startMs).to.be.within(4_900, 5_100);
      expect(node.state).to.equal('isolated');
    }));

  it('costs no more than itself when it lies, floods or names what is no seed', () =>
    world(24, async (nodes) => {
      await nodes.start('old');
      const flood = Array.from({ length: 5_000 }, (_, i) => addressOf(`nobody-${i}`));
      const liar = {
        name: 'liar',
        async *seeds() {
          yield { seeds: 'all' } as never;
        },
      };
      const node = await nodes.startWith(
        'n',
        new ScriptedSource(flood, 'flood'),
        liar,
        new ScriptedSource(['what', addressOf('old')], 'odd'),
      );
      expect(node.state).to.equal('joined');
      const { sources } = node.bootstrap.explain();
      expect(sources.map(({ name, seeds }) => [name, seeds])).to.deep.equal([
        ['flood', 64],
        ['liar', undefined],
        ['odd', 1],
      ]);
      expect(sources[1]?.fault?.code).to.equal('ERR_BAD_SEED');
      expect(sources[2]?.faults?.map(({ code }) => code)).to.deep.equal(['ERR_BAD_SEED']);
    }));

  it('is held by nobody once the node is closed', () =>
    world(25, async (nodes) => {
      const source = new ScriptedSource([addressOf('nobody')]);
      const node = await nodes.startWith('n', source);
      expect(source.readers).to.equal(1);
      await node.close();
      await nodes.runtime.sleep(SECOND);
      expect(source.readers).to.equal(0);
    }));
});
