import { expect } from 'chai';
import { DisgoverError } from '../../src/errors.js';
import { limits } from '../../src/limits.js';
import { Onward } from '../../src/relay/onward.js';
import { Alarms } from '../../src/runtime/alarms.js';
import type { Session } from '../../src/session/session.js';
import { VirtualRuntime } from '../../src/simulation/virtual-runtime.js';
import { encodedOf } from '../support/contacts.js';

const MINUTE = 60_000;
const PER_MINUTE = limits.onwardPerHostPerMinute;
let sessions = 0;
const session = (peer = encodedOf(`host-${sessions++}`)) =>
  ({ peer, endedBy: undefined }) as unknown as Session;
/** What the pool does when a session ends. */
function end(onward: Onward, host: Session): void {
  Object.assign(host, { endedBy: new DisgoverError('LINK_LOST', 'gone') });
  onward.forget(host);
}
const things = (count: number, name = 'thing') =>
  Array.from({ length: count }, (_, i) => encodedOf(`${name}-${i}`));

/** A relay that tells its holders in `tellMs`. */
class World {
  readonly runtime = new VirtualRuntime();
  readonly told: string[] = [];
  readonly beyond = { is: true };
  tellMs = 0;
  atOnce = 0;
  most = 0;
  readonly onward = new Onward({
    now: () => this.runtime.now(),
    alarms: new Alarms(this.runtime),
    randomBytes: (count) => this.runtime.randomBytes(count),
    isBeyond: () => this.beyond.is,
    announce: ({ bytes }) => this.#tell(`+${nameIn(bytes)}`),
    withdraw: ({ bytes }) => this.#tell(`-${nameIn(bytes)}`),
  });

  async #tell(what: string): Promise<void> {
    this.told.push(what);
    this.most = Math.max(this.most, ++this.atOnce);
    await this.runtime.sleep(this.tellMs);
    this.atOnce--;
    throw new DisgoverError('NO_NODES', 'nobody heard');
  }
}

const nameIn = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(1, 1 + Number(bytes[0]))).toString();

describe('Onward', () => {
  it('tells what a host announces and withdraws', async () => {
    const { onward, runtime, told } = new World();
    const host = session();
    onward.add('announced', encodedOf('a'), host);
    onward.add('withdrawn', encodedOf('a'), host);
    await runtime.advance(100);
    expect(told).to.deep.equal(['+a', '-a']);
    expect([onward.size, runtime.pendingTimers]).to.deep.equal([0, 0]);
  });

  it('tells nothing that the host tells everybody itself', () => {
    const { onward, told, beyond } = new World();
    beyond.is = false;
    onward.add('announced', encodedOf('a'), session());
    expect([told, onward.size]).to.deep.equal([[], 0]);
  });

  it('tells so much of a host at once, and then no more than so much a minute', async () => {
    const { onward, runtime, told } = new World();
    const host = session();
    for (const thing of things(3 * PER_MINUTE)) onward.add('announced', thing, host);
    await runtime.advance(100);
    expect(told).to.have.length(PER_MINUTE);
    await runtime.advance(MINUTE);
    expect(told.length).to.be.within(2 * PER_MINUTE - 1, 2 * PER_MINUTE + 1);
    await runtime.advance(MINUTE);
    expect(told).to.have.length(3 * PER_MINUTE);
    expect(new Set(told).size).to.equal(told.length);
    expect(runtime.pendingTimers).to.equal(0);
  });

  it('lets no host wait for another', async () => {
    const { onward, runtime, told } = new World();
    const [greedy, modest] = [session(), session()];
    for (const thing of things(1_000, 'greedy')) onward.add('announced', thing, greedy);
    onward.add('announced', encodedOf('modest'), modest);
    await runtime.advance(100);
    expect(told).to.include('+modest');
  });

  it('has so many under way at once', async () => {
    const world = new World();
    world.tellMs = 500;
    for (let i = 0; i < 4; i++)
      for (const thing of things(10, `host-${i}`)) world.onward.add('announced', thing, session());
    await world.runtime.advance(10_000);
    expect(world.told).to.have.length(40);
    expect([world.most, world.onward.size]).to.deep.equal([limits.onwardAtOnce, 0]);
  });

  it('tells only the latest of what waits', async () => {
    const world = new World();
    const host = session();
    for (const thing of things(PER_MINUTE)) world.onward.add('announced', thing, host);
    world.onward.add('announced', encodedOf('late'), host);
    world.onward.add('withdrawn', encodedOf('late'), host);
    await world.runtime.advance(2 * MINUTE);
    expect(world.told.slice(PER_MINUTE)).to.deep.equal(['-late']);
  });

  it('keeps so many waiting: who has most gives up its oldest', () => {
    const world = new World();
    world.tellMs = 1_000;
    const [greedy, modest] = [session(), session()];
    for (const thing of things(limits.onwardAtOnce + 1)) world.onward.add('announced', thing, modest);
    for (const thing of things(2 * limits.onwardWaiting, 'greedy'))
      world.onward.add('announced', thing, greedy);
    expect(world.onward.size).to.equal(limits.onwardWaiting);
    world.onward.forget(greedy);
    expect(world.onward.size).to.equal(1);
  });

  it('announces nothing more of a host that is gone, and withdraws only what it has withdrawn', async () => {
    const world = new World();
    const host = session();
    for (const thing of things(PER_MINUTE + 5)) world.onward.add('announced', thing, host);
    world.onward.add('withdrawn', encodedOf('withdrawn'), host);
    await world.runtime.advance(100);
    end(world.onward, host);
    await world.runtime.advance(2 * MINUTE);
    expect(world.told.slice(PER_MINUTE)).to.deep.equal(['-withdrawn']);
    expect([world.onward.size, world.runtime.pendingTimers]).to.deep.equal([0, 0]);
  });

  it('gives a host that comes back what is left of its share', async () => {
    const { onward, runtime, told } = new World();
    const peer = encodedOf('host');
    for (let i = 0; i < 5; i++) {
      const host = session(peer);
      for (const thing of things(PER_MINUTE, `thing-${i}`)) onward.add('withdrawn', thing, host);
      await runtime.advance(100);
      end(onward, host);
    }
    expect(told).to.have.length(PER_MINUTE);
    await runtime.advance(MINUTE);
    expect(told.length).to.be.within(2 * PER_MINUTE - 1, 2 * PER_MINUTE + 1);
  });

  it('remembers the shares of so many hosts, however many come', async () => {
    const { onward, runtime } = new World();
    for (let i = 0; i < 2 * limits.onwardShares; i++) {
      onward.add('announced', encodedOf('thing'), session());
      if (i % 100 === 0) await runtime.advance(1);
    }
    expect(onward.shares).to.be.within(limits.onwardShares / 2, limits.onwardShares);
  });

  it('keeps no host of which nothing waits', async () => {
    const world = new World();
    const ended = 2 * limits.onwardWaiting;
    world.tellMs = MINUTE;
    for (const thing of things(limits.onwardAtOnce)) world.onward.add('announced', thing, session());
    expect([world.onward.hosts, world.onward.size]).to.deep.equal([0, 0]);
    for (let i = 0; i < ended; i++) {
      const host = session();
      world.onward.add('withdrawn', encodedOf('thing'), host);
      end(world.onward, host);
    }
    expect([world.onward.hosts, world.onward.size]).to.deep.equal([
      limits.onwardWaiting,
      limits.onwardWaiting,
    ]);
  });

  it('is over when the node is', async () => {
    const world = new World();
    const host = session();
    for (const thing of things(PER_MINUTE + 5)) world.onward.add('announced', thing, host);
    await world.runtime.advance(100);
    world.onward.close();
    world.onward.add('announced', encodedOf('late'), host);
    expect([world.onward.size, world.runtime.pendingTimers]).to.deep.equal([0, 0]);
    await world.runtime.advance(2 * MINUTE);
    expect(world.told).to.have.length(PER_MINUTE);
  });
});
