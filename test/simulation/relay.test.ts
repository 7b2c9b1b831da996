import { expect } from 'chai';
import { advance } from '../../arbiters/vector-clock.js';
import type { Contact, Disgover, DisgoverOptions, TransportInfo } from '../../src/index.js';
import { limits } from '../../src/limits.js';
import { expectCode } from '../support/expect-code.js';
import { idOf } from '../support/ids.js';
import { SimulatedNodes } from '../support/simulated-nodes.js';

const id = idOf('entity');

/** `count` nodes that listen, and `browser`, which nobody can dial. */
async function withBrowser(
  count: number,
  scenario: (nodes: SimulatedNodes, browser: Disgover) => Promise<void>,
  options: Partial<Omit<DisgoverOptions, 'transport' | 'runtime'>> = {},
): Promise<void> {
  const nodes = new SimulatedNodes(1, options);
  await nodes.run(async () => {
    await nodes.startMany(count);
    await scenario(nodes, await nodes.start('browser', [`node-${count - 1}`], { listen: false }));
  });
}

const relaysIn = (contact: Contact | undefined): readonly TransportInfo[] =>
  (contact?.transport ?? []) as readonly TransportInfo[];
const hostsIn = (contact: Contact | undefined): string[] => relaysIn(contact).map(({ host }) => String(host));

/** What each of the others finds and pings, by its host. */
async function pingedFromAll(nodes: SimulatedNodes, entity = id): Promise<Record<string, unknown>> {
  const outcomes: Record<string, unknown> = {};
  for (const [name, node] of nodes.byName) {
    const found = await node.find(entity, { fresh: node.routing.size > 0 });
    outcomes[name] = found && (await node.ping(found).catch((fault) => fault))?.data;
  }
  return outcomes;
}

/** The same outcome for each of them. */
const forAll = (nodes: SimulatedNodes, outcome: unknown) =>
  Object.fromEntries([...nodes.byName.keys()].map((name) => [name, outcome]));

describe('an entity at a node that nobody can dial', function () {
  this.timeout(30_000);

  for (const count of [1, 4, 39]) {
    it(`is found and pinged from each of ${count + 1} nodes`, () =>
      withBrowser(count, async (nodes, browser) => {
        const registered = await browser.register({ id, data: 'here' });
        expect(relaysIn(registered)).to.have.length(Math.min(count, limits.relays));
        for (const { via, host, type } of relaysIn(registered))
          expect([via, type]).to.deep.equal([idOf(String(host)), 'memory']);
        expect(await pingedFromAll(nodes)).to.deep.equal(forAll(nodes, 'here'));
      }));
  }

  it('is no node in anybody’s table', () =>
    withBrowser(4, async (nodes, browser) => {
      await browser.register({ id });
      await nodes.runtime.sleep(120_000);
      for (const node of nodes.all) {
        const ids = node.snapshot().nodes.map((contact) => contact.id);
        expect(ids).not.to.include.oneOf([id, browser.id]);
      }
    }));

  it('is pinged where it was registered before anybody was there', async () => {
    const nodes = new SimulatedNodes(1);
    await nodes.run(async () => {
      const browser = await nodes.start('browser', ['late'], { listen: false });
      expect(await browser.register({ id, data: 'early' })).not.to.have.property('transport');
      await nodes.start('late');
      await nodes.runtime.sleep(30_000);
      expect(await pingedFromAll(nodes)).to.deep.equal(forAll(nodes, 'early'));
    });
  });

  it('is asked for as it is now, not as it was when it was found', () =>
    withBrowser(4, async (nodes, browser) => {
      const old = await browser.register({ id, data: 'old' });
      await browser.register({ id, data: 'new' });
      expect((await nodes.get('node-0').ping(old))?.data).to.equal('new');
    }));

  it('is still there after half an hour, over sessions that are used for nothing else', () =>
    withBrowser(4, async (nodes, browser) => {
      await browser.register({ id, data: 'here' });
      await nodes.runtime.sleep(1_900_000);
      expect(await pingedFromAll(nodes)).to.deep.equal(forAll(nodes, 'here'));
    }));

  it('is pinged by another such node', () =>
    withBrowser(5, async (nodes, browser) => {
      const other = await nodes.start('other', ['node-0'], { listen: false });
      const mine = await browser.register({ id, data: 'mine' });
      const yours = await other.register({ id: idOf('yours'), data: 'yours' });
      expect((await other.ping(mine))?.data).to.equal('mine');
      expect((await browser.ping(yours))?.data).to.equal('yours');
    }));

  it('leaves nothing behind where it could not be registered, nor takes the place of what was', () =>
    withBrowser(3, async (nodes, browser) => {
      const kept = () => browser.snapshot().collections.find(({ name }) => name === 'relayedEntities')?.size;
      // Too large once the relays are in it.
      const data = 'x'.repeat(limits.contactBytes - 60);
      for (let i = 0; i < 5; i++)
        await expectCode(browser.register({ id: idOf(`large-${i}`), data }), 'ERR_CONTACT_TOO_LARGE');
      expect(kept()).to.equal(0);
      const before = await browser.register({ id, data: 'here' });
      await expectCode(browser.register({ id, data }), 'ERR_CONTACT_TOO_LARGE');
      expect(kept()).to.equal(1);
      nodes.network.crash('node-0');
      await nodes.get('node-0').close();
      nodes.byName.delete('node-0');
      await nodes.runtime.sleep(2 * limits.relayKeepAliveMs);
      expect(hostsIn(before)).to.include('node-0');
      const after = await nodes.get('node-1').find(id, { fresh: true });
      expect(hostsIn(after)).to.have.members(['node-1', 'node-2']);
      expect(await pingedFromAll(nodes)).to.deep.equal(forAll(nodes, 'here'));
    }));

  it('is not found nor hosted once it is unregistered', () =>
    withBrowser(5, async (nodes, browser) => {
      const registered = await browser.register({ id });
      await browser.unregister(id);
      expect(await nodes.get('node-0').find(id, { fresh: true })).to.equal(undefined);
      expect(await nodes.get('node-0').ping(registered)).to.equal(undefined);
    }));

  it('is hosted nowhere once its host is closed', () =>
    withBrowser(5, async (nodes, browser) => {
      const registered = await browser.register({ id });
      await browser.close();
      nodes.byName.delete('browser');
      await nodes.runtime.sleep(100);
      for (const node of nodes.all) expect(await node.ping(registered)).to.equal(undefined);
    }));
});

describe('a relay', function () {
  this.timeout(30_000);

  const SOON = limits.relayKeepAliveMs;

  for (const [how, fields] of Object.entries({
    '': {},
    ', also with a clock of the application’s own': { vectorClock: 7 },
  })) {
    it(`that crashes is replaced within one keep-alive period${how}`, () =>
      withBrowser(8, async (nodes, browser) => {
        const before = await browser.register({ id, data: 'here', ...fields });
        const [lost = ''] = hostsIn(before);
        nodes.network.crash(lost);
        await nodes.get(lost).close();
        nodes.byName.delete(lost);
        await nodes.runtime.sleep(SOON);
        const after = await nodes.any().find(id, { fresh: true });
        expect(hostsIn(after)).to.have.length(limits.relays).and.not.to.include(lost);
        expect(await pingedFromAll(nodes)).to.deep.equal(forAll(nodes, 'here'));
      }));
  }

  it('that falls silent is replaced within one keep-alive period and the time of two requests', () =>
    withBrowser(8, async (nodes, browser) => {
      const before = await browser.register({ id, data: 'here' });
      const [lost = ''] = hostsIn(before);
      nodes.network.freeze(lost);
      await nodes.runtime.sleep(SOON + 2 * limits.requestFirstMs);
      const after = await browser.find(id);
      expect(hostsIn(after)).to.have.length(limits.relays).and.not.to.include(lost);
      nodes.network.thaw(lost);
    }));

  it('is asked after another that is gone', () =>
    withBrowser(8, async (nodes, browser) => {
      const registered = await browser.register({ id, data: 'here' });
      const [first = '', second = ''] = hostsIn(registered);
      for (const lost of [first, second]) {
        nodes.network.crash(lost);
        await nodes.get(lost).close();
        nodes.byName.delete(lost);
      }
      expect((await nodes.any().ping(registered))?.data).to.equal('here');
    }));

  it('that has only lost the session is told again, and the contact stays as it is', () =>
    withBrowser(1, async (nodes, browser) => {
      const registered = await browser.register({ id, data: 'here' });
      nodes.network.crash('browser');
      nodes.network.restart('browser');
      await nodes.runtime.sleep(2_000);
      expect(await nodes.get('node-0').find(id)).to.deep.equal(registered);
      expect((await nodes.get('node-0').ping(registered))?.data).to.equal('here');
    }));

  it('that comes back as the only node there is relays again', () =>
    withBrowser(1, async (nodes, browser) => {
      await browser.register({ id, data: 'here' });
      nodes.network.crash('node-0');
      await nodes.get('node-0').close();
      await nodes.runtime.sleep(5_000);
      nodes.network.restart('node-0');
      await nodes.start('node-0');
      await nodes.runtime.sleep(60_000);
      expect(await pingedFromAll(nodes)).to.deep.equal(forAll(nodes, 'here'));
    }));

  it('does not take back an entity that has moved', () =>
    withBrowser(8, async (nodes, browser) => {
      const registered = await browser.register({ id, data: 'old home' });
      await nodes.get('node-3').register({ ...advance(registered), data: 'new home' });
      const [lost = ''] = hostsIn(registered).filter((host) => host !== 'node-3');
      nodes.network.crash(lost);
      await nodes.get(lost).close();
      nodes.byName.delete(lost);
      await nodes.runtime.sleep(2 * SOON);
      for (const node of nodes.all) expect((await node.find(id, { fresh: true }))?.data).to.equal('new home');
    }));
});

describe('a node that nobody can dial', function () {
  this.timeout(30_000);

  /** Frames that the network carries in ten minutes in which nobody does anything. */
  async function idleFrames(prepare: (browser: Disgover) => Promise<unknown>): Promise<number> {
    let frames = 0;
    await withBrowser(5, async (nodes, browser) => {
      await prepare(browser);
      await nodes.runtime.sleep(100_000);
      const before = nodes.network.counts.frames;
      await nodes.runtime.sleep(60_000);
      frames = nodes.network.counts.frames - before;
    });
    return frames;
  }

  it('keeps no sessions open where it has nothing registered, or nothing any more', async () => {
    const nothing = await idleFrames(async () => {});
    const kept = await idleFrames((browser) => browser.register({ id }));
    const noLonger = await idleFrames(async (browser) => {
      await browser.register({ id });
      await browser.unregister(id);
    });
    expect(kept - nothing).to.equal(2 * 3 * (60_000 / limits.relayKeepAliveMs));
    expect(noLonger).to.equal(nothing);
  });
});
