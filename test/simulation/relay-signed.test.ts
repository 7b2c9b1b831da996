import { expect } from 'chai';
import { signed } from '../../arbiters/signed.js';
import { Engine } from '../../src/engine.js';
import { Identity } from '../../src/identity/identity.js';
import type { Contact, Disgover } from '../../src/index.js';
import { limits } from '../../src/limits.js';
import { resolveOptions } from '../../src/options.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { memory } from '../../transports/memory/index.js';
import { idOf } from '../support/ids.js';
import { addressOf, SimulatedNodes } from '../support/simulated-nodes.js';

const id = idOf('entity');
const NODES = 12;

/** `NODES` that listen, fewer of which hold a contact, and `browser`, which nobody can dial and which has an owner sign for it. */
async function withBrowser(
  scenario: (nodes: SimulatedNodes, browser: Disgover) => Promise<void>,
): Promise<void> {
  const nodes = new SimulatedNodes(1, { k: 4 });
  const identity = () => new Identity(nodes.runtime.randomBytes(32));
  const start = (name: string, seeds: readonly string[], owner?: Identity) => {
    const own = identity();
    const listen = owner === undefined;
    return nodes.start(name, seeds, {
      id: own.id,
      identity: own,
      listen,
      ...signed({ identity: owner ?? own }),
    });
  };
  const run = async () => {
    for (let i = 0; i < NODES; i++) await start(`node-${i}`, i === 0 ? [] : ['node-0']);
    await scenario(nodes, await start('browser', ['node-0'], identity()));
  };
  try {
    await nodes.runtime.run(run, { maxMs: 4 * limits.registrationMs });
  } finally {
    await nodes.runtime.run(nodes.close());
  }
}

/** What each of the others finds and pings. */
const pinged = (nodes: SimulatedNodes) =>
  Promise.all(
    nodes.all.slice(0, NODES).map(async (node) => {
      const found: Contact | undefined = await node.find(id, { fresh: true });
      return found && (await node.ping(found).catch(({ code }) => ({ data: code })))?.data;
    }),
  );
const everywhere = Array.from({ length: NODES }, () => 'here');

/** A node that nobody can dial either, and that announces what it has found to all others. */
async function repeat(nodes: SimulatedNodes, contact: Contact): Promise<Engine> {
  const { runtime, network } = nodes;
  const transport = memory({ network, host: 'repeater', port: 1, listen: false });
  const identity = new Identity(runtime.randomBytes(32));
  const repeater = new Engine(
    resolveOptions({ transport, runtime, identity, seeds: [addressOf('node-0')], ...signed() }),
  );
  await repeater.listen();
  await repeater.bootstrap.start();
  const announced = [EncodedContact.from(contact)];
  const target = { key: repeater.self.contact.key };
  for (const node of nodes.all.slice(0, NODES)) {
    const asked = repeater.client.findNode(EncodedContact.from(node.contact), { target, announced });
    // Where the contact was heard in passing only, it is refused.
    await asked.catch(({ code }) => expect(code).to.equal('ERR_STALE_SEQ'));
  }
  return repeater;
}

const passages = (nodes: SimulatedNodes): number =>
  nodes.all
    .slice(0, NODES)
    .flatMap((node) => node.snapshot().collections.filter(({ name }) => name === 'relayed'))
    .reduce((sum, { size }) => sum + size, 0);

describe('an entity at a node that nobody can dial, signed by another key than the node’s', function () {
  this.timeout(30_000);

  it('is there for as long as its host is', () =>
    withBrowser(async (nodes, browser) => {
      await browser.register({ id, data: 'here' });
      await nodes.runtime.sleep(2 * limits.registrationMs);
      expect(await pinged(nodes)).to.deep.equal(everywhere);
    }));

  it('is asked for over the new sessions of a host whose old ones were lost', () =>
    withBrowser(async (nodes, browser) => {
      await browser.register({ id, data: 'here' });
      await nodes.runtime.sleep(limits.relayKeepAliveMs);
      nodes.network.crash('browser');
      nodes.network.restart('browser');
      await nodes.runtime.sleep(2 * limits.relayKeepAliveMs);
      expect(await pinged(nodes)).to.deep.equal(everywhere);
    }));

  it('is asked for at its host, and at nobody who repeats what the host has announced', () =>
    withBrowser(async (nodes, browser) => {
      const registered = await browser.register({ id, data: 'here' });
      const repeater = await repeat(nodes, registered);
      expect(await pinged(nodes)).to.deep.equal(everywhere);
      expect(passages(nodes)).to.equal(limits.relays);
      await browser.close();
      await nodes.runtime.sleep(1_000);
      expect(passages(nodes)).to.equal(0);
      await repeater.close();
      const again = await repeat(nodes, registered);
      expect(passages(nodes)).to.equal(0);
      await again.close();
    }));
});
