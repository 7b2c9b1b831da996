import { expect } from 'chai';
import type { Link, Transport, TransportInfo } from '../../src/contracts/transport.js';
import type { Latency } from '../../src/simulation/latency.js';
import { SimulatedNetwork, type SimulatedNetworkOptions } from '../../src/simulation/network.js';
import { VirtualRuntime } from '../../src/simulation/virtual-runtime.js';
import { memory } from '../../transports/memory/index.js';
import { expectCode } from '../support/expect-code.js';
import { bytes, type Recorder, record } from '../support/recorder.js';

const { signal } = new AbortController();

class World {
  readonly runtime: VirtualRuntime;
  readonly network: SimulatedNetwork;
  readonly #startMs: number;

  constructor(options?: SimulatedNetworkOptions, seed = 1) {
    this.runtime = new VirtualRuntime({ seed });
    this.network = new SimulatedNetwork(this.runtime, options);
    this.#startMs = this.runtime.now();
  }

  get elapsedMs(): number {
    return this.runtime.now() - this.#startMs;
  }

  transport(host: string, port = 1): Transport {
    return memory({ network: this.network, host, port });
  }

  /** Listens at port 1 of the host. */
  async listen(host: string, onLink: (link: Link) => void = record): Promise<TransportInfo> {
    return (await this.transport(host).listen(onLink)) as TransportInfo;
  }

  /** A link from host a to host b, opened at both ends. */
  async pair(): Promise<{ near: Link; far: Link; atNear: Recorder; atFar: Recorder }> {
    let accepted: { far: Link; atFar: Recorder } | undefined;
    const info = await this.listen('b', (link) => {
      accepted = { far: link, atFar: record(link) };
    });
    const near = await this.runtime.run(this.transport('a').dial(info, { signal }));
    const atNear = record(near);
    await this.runtime.advance(0);
    return { near, atNear, ...(accepted as unknown as { far: Link; atFar: Recorder }) };
  }
}

const lost = [{ code: 'LINK_LOST' }];

describe('SimulatedNetwork', () => {
  describe('its latency', () => {
    it('is met once by a frame, and twice by a dial', async () => {
      const world = new World({ latencyMs: 25 });
      const { near, atFar } = await world.pair();
      expect(world.elapsedMs).to.equal(50);
      near.send(bytes('frame'));
      await world.runtime.advance(24);
      expect(atFar.frames).to.deep.equal([]);
      await world.runtime.advance(1);
      expect(atFar.frames).to.deep.equal(['frame']);
    });

    it('lets the other end know the link before the dialler does', async () => {
      const world = new World({ latencyMs: 10 });
      let acceptedMs = 0;
      const info = await world.listen('b', () => {
        acceptedMs = world.elapsedMs;
      });
      await world.runtime.run(world.transport('a').dial(info, { signal }));
      expect(acceptedMs).to.equal(10);
      expect(world.elapsedMs).to.equal(20);
    });

    it('is spread between two bounds, or drawn by a function of the two hosts', async () => {
      const arrivals = async (latencyMs: SimulatedNetworkOptions['latencyMs']) => {
        const world = new World({ latencyMs: latencyMs ?? 0 });
        const { near, far } = await world.pair();
        const seen: number[] = [];
        for (let count = 0; count < 200; count++) {
          const sentMs = world.elapsedMs;
          (count % 2 ? near : far).send(bytes('x'));
          while (world.runtime.pendingTimers > 0) await world.runtime.advance(1);
          seen.push(world.elapsedMs - sentMs);
        }
        return seen;
      };
      const spread = await arrivals({ min: 10, max: 50 });
      expect(Math.min(...spread)).to.be.within(10, 15);
      expect(Math.max(...spread)).to.be.within(45, 51);
      const drawn = await arrivals(
        (random, from, to) => (from === 'a' ? 5 : 20) + (to === 'b' ? random() : 0),
      );
      expect(new Set(drawn)).to.deep.equal(new Set([20, 6]));
    });

    it('lets no frame overtake another of its direction', async () => {
      const world = new World({ latencyMs: { min: 0, max: 100 } });
      const { near, far, atNear, atFar } = await world.pair();
      const names = Array.from({ length: 300 }, (_, name) => `${name}`);
      for (const name of names) {
        near.send(bytes(name));
        far.send(bytes(name));
        await world.runtime.advance(1);
      }
      near.close();
      await world.runtime.advance(200);
      expect(atFar.frames).to.deep.equal(names);
      expect(atFar.closes).to.deep.equal(lost);
      expect(atNear.frames).to.deep.equal(names.slice(0, atNear.frames.length));
    });

    it('of zero still gives every arrival an event of its own', async () => {
      const world = new World({ latencyMs: 0 });
      const { near, atFar } = await world.pair();
      near.send(bytes('x'));
      await null;
      expect(atFar.frames).to.deep.equal([]);
      await world.runtime.advance(0);
      expect(atFar.frames).to.deep.equal(['x']);
    });
  });

  describe('its loss', () => {
    it('takes its share of frames, and leaves the others in order', async () => {
      const world = new World({ loss: 0.3 });
      const { near, atFar } = await world.pair();
      for (let name = 0; name < 1_000; name++) near.send(bytes(`${name}`));
      await world.runtime.advance(10);
      // Five standard deviations around 700.
      expect(atFar.frames.length).to.be.within(628, 772);
      expect(atFar.frames.map(Number)).to.deep.equal(atFar.frames.map(Number).sort((a, b) => a - b));
      expect(world.network.counts.lost).to.equal(1_000 - atFar.frames.length);
    });

    it('spares dials, and the news that a link has ended', async () => {
      const world = new World({ loss: 1 });
      const { near, atFar } = await world.pair();
      near.send(bytes('x'));
      near.close();
      await world.runtime.advance(10);
      expect(atFar).to.deep.include({ frames: [], closes: lost });
    });
  });

  describe('a partition', () => {
    it('swallows frames until it is healed, and ends no link', async () => {
      const world = new World();
      const { near, far, atNear, atFar } = await world.pair();
      world.network.partition(['a', 'x'], ['b']);
      near.send(bytes('lost'));
      far.send(bytes('lost'));
      await world.runtime.advance(1_000);
      world.network.heal();
      near.send(bytes('there'));
      far.send(bytes('back'));
      await world.runtime.advance(1_000);
      expect(atFar).to.deep.include({ frames: ['there'], closes: [] });
      expect(atNear).to.deep.include({ frames: ['back'], closes: [] });
    });

    it('separates every group from every other, and nobody within a group or in none', async () => {
      const world = new World();
      const hosts = ['a', 'b', 'c', 'd', 'e'];
      const infos = new Map<string, TransportInfo>();
      for (const host of hosts) infos.set(host, await world.listen(host));
      world.network.partition(['a', 'b'], ['c'], ['d']);
      const reached: string[] = [];
      for (const from of hosts) {
        for (const to of hosts) {
          // A signal of its own: those that hang keep their listener.
          const { signal } = new AbortController();
          const dial = world.transport(from).dial(infos.get(to) as TransportInfo, { signal });
          void dial.then(() => reached.push(from + to));
        }
      }
      await world.runtime.advance(10_000);
      expect(reached).to.have.members([
        ...['aa', 'ab', 'ba', 'bb', 'cc', 'dd', 'ee'],
        ...['ae', 'be', 'ce', 'de', 'ea', 'eb', 'ec', 'ed'],
      ]);
    });

    it('lets a dial hang until its signal aborts', async () => {
      const world = new World();
      const info = await world.listen('b');
      world.network.partition(['a'], ['b']);
      const controller = new AbortController();
      const dial = world.transport('a').dial(info, { signal: controller.signal });
      world.runtime.setTimer(5_000, () => controller.abort('too late'));
      const outcome = await world.runtime.run(dial.catch((reason: unknown) => reason));
      expect(outcome).to.equal('too late');
      expect(world.elapsedMs).to.equal(5_000);
      expect(world.runtime.pendingTimers).to.equal(0);
    });

    it('in one direction lets the other pass', async () => {
      const world = new World();
      const { near, far, atNear, atFar } = await world.pair();
      world.network.cut(['a'], ['b']);
      near.send(bytes('lost'));
      far.send(bytes('arrives'));
      await world.runtime.advance(10);
      expect(atFar.frames).to.deep.equal([]);
      expect(atNear.frames).to.deep.equal(['arrives']);
    });

    it('hides that an end is gone until the other end says something', async () => {
      const world = new World();
      const { near, far, atFar } = await world.pair();
      world.network.partition(['a'], ['b']);
      near.close();
      await world.runtime.advance(1_000);
      world.network.heal();
      await world.runtime.advance(1_000);
      expect(atFar.closes).to.deep.equal([]);
      expect(world.network.openEnds).to.equal(1);
      far.send(bytes('anybody?'));
      far.send(bytes('anybody?'));
      await world.runtime.advance(20);
      expect(atFar.closes).to.deep.equal(lost);
      expect(world.network.openEnds).to.equal(0);
    });
  });

  describe('a frozen host', () => {
    it('accepts links and frames, and sends nothing until it is thawed', async () => {
      const world = new World();
      world.network.freeze('b');
      const { near, far, atNear, atFar } = await world.pair();
      near.send(bytes('question'));
      far.send(bytes('swallowed'));
      await world.runtime.advance(100);
      expect(atFar.frames).to.deep.equal(['question']);
      expect(atNear).to.deep.include({ frames: [], closes: [] });
      world.network.thaw('b');
      far.send(bytes('answer'));
      await world.runtime.advance(100);
      expect(atNear.frames).to.deep.equal(['answer']);
    });
  });

  describe('a frozen host that dials', () => {
    it('hangs until its signal aborts', async () => {
      const world = new World();
      const accepted: Link[] = [];
      const info = await world.listen('b', (link) => accepted.push(link));
      world.network.freeze('a');
      const controller = new AbortController();
      const dial = world.transport('a').dial(info, { signal: controller.signal });
      world.runtime.setTimer(5_000, () => controller.abort('too late'));
      expect(await world.runtime.run(dial.catch((reason: unknown) => reason))).to.equal('too late');
      expect(accepted).to.deep.equal([]);
    });
  });

  describe('an aborted dial', () => {
    it('ends the link that the other end has accepted already', async () => {
      const world = new World({ latencyMs: 10 });
      const accepted: Recorder[] = [];
      const info = await world.listen('b', (link) => accepted.push(record(link)));
      const controller = new AbortController();
      const dial = world.transport('a').dial(info, { signal: controller.signal });
      world.runtime.setTimer(15, () => controller.abort('changed my mind'));
      expect(await world.runtime.run(dial.catch((reason: unknown) => reason))).to.equal('changed my mind');
      await world.runtime.advance(10);
      expect(accepted.map(({ closes }) => closes)).to.deep.equal([lost]);
      expect(world.network.openEnds).to.equal(0);
      expect(world.runtime.pendingTimers).to.equal(0);
    });
  });

  describe('a crashed host', () => {
    it('ends its links for the others after the latency, behind what is under way', async () => {
      const world = new World({ latencyMs: 40 });
      const { far, near, atNear, atFar } = await world.pair();
      near.send(bytes('x'));
      far.send(bytes('last words'));
      world.network.crash('b');
      await world.runtime.advance(39);
      expect(atFar).to.deep.include({ frames: [], closes: lost });
      expect(atNear).to.deep.include({ frames: [], closes: [] });
      await world.runtime.advance(1);
      expect(atNear).to.deep.include({ frames: ['last words'], closes: lost });
      await world.runtime.advance(1_000);
      expect(world.network.openEnds).to.equal(0);
      expect(world.runtime.pendingTimers).to.equal(0);
    });

    it('cannot be dialled, nor dial, nor complete a dial', async () => {
      const world = new World();
      const [a, b] = [await world.listen('a'), await world.listen('b')];
      const dial = (from: string, to: TransportInfo) => world.transport(from, 2).dial(to, { signal });
      const inTime = dial('a', b);
      const tooLate = dial('b', a);
      world.runtime.setTimer(15, () => world.network.crash('b'));
      await expectCode(world.runtime.run(tooLate), 'ERR_DIAL_FAILED');
      const link = record(await inTime);
      for (const under of [dial('a', b), dial('b', a)]) {
        await expectCode(world.runtime.run(under), 'ERR_DIAL_FAILED');
      }
      expect(link.closes).to.deep.equal(lost);
      expect(world.network.openEnds).to.equal(0);
    });

    it('is reached again once it was restarted and somebody listens anew', async () => {
      const world = new World();
      const before = world.transport('b');
      const info = (await before.listen(record)) as TransportInfo;
      world.network.crash('b');
      world.network.restart('b');
      const dial = () => world.runtime.run(world.transport('a').dial(info, { signal }));
      await expectCode(dial(), 'ERR_DIAL_FAILED');
      await world.listen('b');
      // The node that crashed may be cleared away late: its address is no longer its own.
      await before.close();
      expect((await dial()).remote).to.equal('b:1');
    });

    it('does not end the links of a host whose name only begins alike', async () => {
      const world = new World();
      const info = await world.listen('bb');
      world.network.crash('b');
      expect((await world.runtime.run(world.transport('a').dial(info, { signal }))).remote).to.equal('bb:1');
    });
  });

  describe('what it counts', () => {
    it('is dials, links, and what was sent', async () => {
      const world = new World();
      const { near, far } = await world.pair();
      near.send(bytes('12345'));
      far.send(bytes('123'));
      await expectCode(
        world.runtime.run(world.transport('a').dial({ type: 'memory', host: 'c', port: 1 }, { signal })),
        'ERR_DIAL_FAILED',
      );
      expect(world.network.counts).to.deep.equal({ dials: 2, links: 1, frames: 2, bytes: 8, lost: 0 });
      expect(world.network.openEnds).to.equal(2);
    });
  });

  describe('its trace hash', () => {
    /** Hosts that dial each other at random, greet, answer and hang up, while others freeze and crash. */
    async function traffic(
      seed: number,
      lastWord = 'bye',
      latencyMs: Latency = { min: 1, max: 60 },
    ): Promise<string> {
      const world = new World({ latencyMs, loss: 0.05 }, seed);
      const { runtime, network } = world;
      const echo = (link: Link) => {
        const onFrame = (frame: Uint8Array) => link.send(frame);
        link.open({ onFrame, onPartialFrame: () => {}, onClose: () => {} });
      };
      const hosts = Array.from({ length: 20 }, (_, at) => `10.0.0.${at}`);
      const infos = await Promise.all(hosts.map((host) => world.listen(host, echo)));
      const live = async (host: string) => {
        const transport = world.transport(host, 2);
        for (let round = 0; round < 10; round++) {
          await runtime.sleep(runtime.integer(100));
          const to = infos[runtime.integer(infos.length)] as TransportInfo;
          const controller = new AbortController();
          const deadline = runtime.setTimer(500, () => controller.abort());
          const link = await transport.dial(to, controller).catch(() => undefined);
          deadline.cancel();
          if (link === undefined) continue;
          echo(link);
          link.send(runtime.randomBytes(1 + runtime.integer(60)));
          await runtime.sleep(runtime.integer(200));
          link.send(bytes(lastWord));
          link.close();
        }
      };
      runtime.setTimer(200, () => network.crash('10.0.0.3'));
      runtime.setTimer(300, () => network.freeze('10.0.0.4'));
      await runtime.run(Promise.all(hosts.map(live)));
      expect(network.counts.frames).to.be.above(300);
      return network.traceHash;
    }

    it('is the same for the same seed', async () => {
      for (const seed of [1, 2, 3]) expect(await traffic(seed)).to.equal(await traffic(seed));
    });

    it('is this very one on every version of Node, also where logarithms are drawn', async () => {
      const hashes = [
        await traffic(1),
        await traffic(1, 'bye', { type: 'lognormal', medianMs: 20, sigma: 0.7 }),
        await traffic(1, 'bye', { type: 'weibull', shape: 0.7, scaleMs: 20 }),
        await traffic(1, 'bye', { type: 'plane', crossingMs: 90, leastMs: 2, sigma: 0.2 }),
      ];
      expect(hashes).to.deep.equal([
        'c70e62bbf4092bd2',
        '742b1e8eb7f4a4f2',
        'a54532cc878b5261',
        'c8be9bd5fac70b6e',
      ]);
    });

    it('is another for another seed, and for one other byte', async () => {
      const hashes = await Promise.all([traffic(1), traffic(2), traffic(1, 'byf')]);
      expect(new Set(hashes).size).to.equal(3);
    });
  });
});
