import { expect } from 'chai';
import { advance } from '../../arbiters/vector-clock.js';
import type { Contact } from '../../src/contracts/contact.js';
import { Disgover } from '../../src/disgover.js';
import { Hub, memory } from '../../transports/memory/index.js';
import { idOf } from '../support/ids.js';

describe('Disgover.unregister, after the entity has moved to another node', () => {
  const id = idOf('actor');
  let nodes: readonly [old: Disgover, home: Disgover, third: Disgover];
  let registered: Contact;
  let moved: Contact;

  beforeEach(async () => {
    const network = new Hub();
    const old = await Disgover.start({ transport: memory({ network }) });
    const join = () => Disgover.start({ transport: memory({ network }), seeds: [old.contact] });
    nodes = [old, await join(), await join()];
    registered = await old.register({ id });
    moved = await nodes[1].register(advance(registered));
  });

  afterEach(() => Promise.all(nodes.map((node) => node.close())));

  const registrationsOf = (node: Disgover) =>
    node.snapshot().collections.find(({ name }) => name === 'registrations')?.size;
  const foundEverywhere = () => Promise.all(nodes.map((node) => node.find(id, { fresh: true })));

  it('refuses the contact that was registered, since a newer one stands', async () => {
    const [old] = nodes;
    expect(await old.unregister(registered)).to.equal(false);
    expect(registrationsOf(old)).to.equal(1);
  });

  it('ends the registration by its id, and leaves the newer one', async () => {
    const [old] = nodes;
    expect(await old.unregister(id)).to.equal(true);
    expect(registrationsOf(old)).to.equal(0);
    expect(await foundEverywhere()).to.deep.equal([moved, moved, moved]);
  });

  it('is not found at its old home again when it ends at the new one', async () => {
    const [old, home] = nodes;
    await old.unregister(id);
    expect(await home.unregister(id)).to.equal(true);
    expect(await foundEverywhere()).to.deep.equal([undefined, undefined, undefined]);
  });
});
