import { expect } from 'chai';
import type { Contact, TransportInfo } from '../../src/index.js';
import { Disgover } from '../../src/index.js';
import { tcp } from '../../transports/tcp/index.js';
import { expectCode } from '../support/expect-code.js';
import { idOf } from '../support/ids.js';
import { RawPeer } from '../support/raw-peer.js';

const id = idOf('entity');
const viaIn = (contact: Contact | undefined) =>
  ((contact?.transport ?? []) as readonly TransportInfo[]).map(({ via }) => via);

describe('an entity at a node over TCP that does not listen', function () {
  this.timeout(30_000);

  const open: Disgover[] = [];
  const start = async (listen: boolean, seed?: Disgover): Promise<Disgover> => {
    const seeds = seed === undefined ? [] : [seed.contact];
    const node = await Disgover.start({ transport: tcp({ listen }), seeds });
    open.push(node);
    return node;
  };
  const startMany = async (count: number): Promise<Disgover[]> => {
    const nodes = [await start(true)];
    while (nodes.length < count) nodes.push(await start(true, nodes[0]));
    return nodes;
  };

  afterEach(() => Promise.all(open.splice(0).map((node) => node.close())));

  it('is found and pinged by every node, and by another that does not listen', async () => {
    const nodes = await startMany(6);
    const browser = await start(false, nodes[0]);
    const other = await start(false, nodes[5]);
    const registered = await browser.register({ id, data: 'here' });
    for (const node of [...nodes, browser, other]) {
      expect(await node.find(id)).to.deep.equal(registered);
      expect(await node.ping(registered)).to.deep.equal(registered);
    }
  });

  it('is pinged through the relays that are left, and through new ones', async () => {
    const nodes = await startMany(6);
    const browser = await start(false, nodes[0]);
    const registered = await browser.register({ id, data: 'here' });
    const [lost] = registered.transport as readonly TransportInfo[];
    const relay = nodes.find((node) => node.id === lost?.via) as Disgover;
    const rest = nodes.filter((node) => node !== relay);
    await relay.close();
    for (const node of rest) expect((await node.ping(registered))?.data).to.equal('here');
    await until(async () => !viaIn(await browser.find(id)).includes(relay.id));
    const renewed = (await browser.find(id)) as Contact;
    expect(viaIn(renewed)).to.have.length(viaIn(registered).length);
    for (const node of rest) expect((await node.ping(renewed))?.data).to.equal('here');
  });

  it('is nowhere once it is unregistered, or its node is closed', async () => {
    const [node] = (await startMany(2)) as [Disgover];
    const browser = await start(false, node);
    const registered = await browser.register({ id });
    await browser.unregister(id);
    expect(await node.ping(registered)).to.equal(undefined);
    const again = await browser.register({ id });
    expect((await node.ping(again))?.id).to.equal(id);
    await browser.close();
    // The end of a link takes a moment to arrive.
    await until(async () => (await node.ping(again)) === undefined);
  });

  it('is asked for by a peer that knows nothing of relays but their address', async () => {
    const [node] = (await startMany(1)) as [Disgover];
    const browser = await start(false, node);
    const registered = await browser.register({ id, data: 'here' });
    const { port } = node.contact.transport as { port: number };
    const peer = await RawPeer.greeted({ port });
    expect((await peer.pinged(id)).contact).to.deep.equal(registered);
    peer.destroy();
  });

  it('cannot be asked for where another node answers at the address of its relay', async () => {
    const [node, other] = (await startMany(2)) as [Disgover, Disgover];
    const { transport } = node.contact;
    const stranger = await start(false, other);
    const forged = { id, transport: [{ ...(transport as TransportInfo), via: idOf('nobody') }] };
    await expectCode(stranger.ping(forged), 'ERR_ID_MISMATCH');
    expect(
      await stranger.ping({ id, transport: [{ ...(transport as TransportInfo), via: node.id }] }),
    ).to.equal(undefined);
  });
});

const PATIENCE_MS = 10_000;

/** Resolves when the fact holds. */
async function until(fact: () => Promise<boolean>): Promise<void> {
  const start = performance.now();
  while (!(await fact())) {
    if (performance.now() - start > PATIENCE_MS) throw new Error(`never came true: ${fact}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
