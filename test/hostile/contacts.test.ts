// Bad contacts of other nodes, by the numbers of the table of contacts. Rows 1 to 11, 13 and 22 on are about what the application
// registers; 15 to 18 wait for the policy of whom to dial.

import { expect } from 'chai';
import type { Contact } from '../../src/index.js';
import { expectCode } from '../support/expect-code.js';
import { idOf } from '../support/ids.js';
import { frames, type RawContact, RawListener, RawPeer, short } from '../support/raw-peer.js';
import { Victim } from '../support/victim.js';

const x = idOf('x');

describe('hostile contacts from afar', function () {
  this.timeout(30_000);
  let victim: Victim;
  const listeners: RawListener[] = [];

  beforeEach(async () => {
    victim = await Victim.start();
  });

  afterEach(async () => {
    await Promise.all(listeners.splice(0).map((listener) => listener.close()));
    await victim.close();
  });

  /** A node in the victim's table that answers every search for an id with this. */
  const teller = async (answer: { exact?: RawContact; names?: RawContact }) => {
    const listener = await RawListener.listen();
    listeners.push(listener);
    const { exact, names } = answer;
    listener.serve({
      findNode: ({ target }) => ({
        ...('id' in target && exact && { exact: { contact: exact, ttlSeconds: 60 } }),
        contacts: 'id' in target && names !== undefined ? [names] : [],
      }),
    });
    victim.node.add(listener.contact);
    await victim.until(() => victim.node.snapshot().nodes.some(({ id }) => id === listener.id));
    return listener;
  };

  for (const clock of ['5', 1.5, -1, true, {}, [9], null]) {
    it(`12: the clock ${JSON.stringify(clock)} is none, and loses to one`, async () => {
      await teller({ exact: { id: x, vectorClock: clock, data: 'z' } });
      await teller({ exact: { id: x, vectorClock: 1, data: 'a' } });
      expect(await victim.node.find(x, { agree: 2 })).to.include({ vectorClock: 1, data: 'a' });
      expect(await victim.node.find(x)).to.include({ vectorClock: 1 });
      await victim.expectSound();
    });
  }

  it('14: one without a transport is kept and found, and neither dialled nor in the table', async () => {
    const { id } = await teller({ exact: { id: x, data: 1 }, names: { id: idOf('y') } });
    expect(await victim.node.find(x)).to.deep.equal({ id: x, data: 1 });
    await expectCode(victim.node.ping({ id: x }), 'ERR_NO_TRANSPORT_FOR');
    const peer = await RawPeer.greeted(victim.address, { id: idOf('y') });
    await peer.found({ target: { id: x }, announced: [{ id: idOf('z') }] });
    expect((await peer.found({ target: { id: idOf('z') } })).exact?.contact).to.deep.equal({ id: idOf('z') });
    peer.close();
    await victim.expectSound();
    expect(victim.node.snapshot().nodes.map((node) => node.id)).to.deep.equal([id]);
  });

  const undialable = [
    ...['a\r\nb', 'a\0b', 'user@host', 'a#b', 'a b', '', `${'a.'.repeat(126)}aa`, 'a'.repeat(64)].map(
      (host) => [19, { host, port: 6742 }, 'ERR_BAD_HOST'] as const,
    ),
    ...[undefined, null, 5, {}, ['127.0.0.1'], { toString: 1, valueOf: 1 }].map(
      (host) => [19, { host, port: 6742 }, 'ERR_BAD_HOST'] as const,
    ),
    ...[0, -1, 65_536, 80.5, '80', '0x50', null, {}].map(
      (port) => [20, { host: '127.0.0.1', port }, 'ERR_BAD_PORT'] as const,
    ),
    [21, { type: 'quic', host: '127.0.0.1', port: 6742 }, 'ERR_NO_TRANSPORT_FOR'] as const,
    [21, { type: '__proto__' }, 'ERR_NO_TRANSPORT_FOR'] as const,
    [21, { type: '' }, 'ERR_NO_TRANSPORT_FOR'] as const,
  ];

  for (const [row, fields, code] of undialable) {
    const transport = { type: 'tcp', ...fields };
    it(`${row}: one at ${JSON.stringify(transport)} is kept and found; dialled, it fails with ${code}`, async () => {
      const contact = JSON.parse(JSON.stringify({ id: x, transport })) as RawContact;
      const { id } = await teller({ exact: contact, names: { ...contact, id: idOf('y') } });
      const found = (await victim.node.find(x)) as Contact;
      expect(found).to.deep.equal(contact);
      await expectCode(victim.node.ping(found), code);
      victim.node.add({ ...found, id: idOf('z') });
      const trace = await victim.node.trace(idOf('nobody')).catch((fault) => fault);
      expect(trace.found).to.equal(undefined);
      expect(victim.node.snapshot().nodes.map((node) => node.id)).to.deep.equal([id]);
      await victim.expectSound();
    });
  }

  it('21: one with 5 addresses is refused', async () => {
    const transport = Array.from({ length: 5 }, (_, i) => ({ type: 'tcp', host: '127.0.0.1', port: i + 1 }));
    await teller({ exact: { id: x, transport } });
    expect(await victim.node.find(x)).to.equal(undefined);
    await victim.refusal('TOO_MANY_ADDRESSES', '5 > 4');
    await victim.expectSound();
  });

  it('21: one of an unknown transport is forwarded with the bytes it came in', async () => {
    const transport = { type: 'quic', host: '127.0.0.1', port: 6742 };
    const json = ` {"transport" : ${JSON.stringify(transport)} ,"\\u007a":1.0,"a":[ ]} `;
    const bytes = Buffer.concat([short(Buffer.from('x')), Buffer.from(json)]);
    const host = await RawPeer.greeted(victim.address, { fields: { transport } });
    await host.found({ target: { id: x }, announced: [bytes] });
    const asker = await RawPeer.greeted(victim.address);
    const { exact, bytes: frame } = await asker.found({ target: { id: x } });
    expect(exact?.contact).to.deep.equal({ id: x, transport, z: 1, a: [] });
    expect(frame.includes(bytes)).to.equal(true);
    host.close();
    asker.send(frames.close('CLOSED'));
    asker.end();
    await victim.expectSound();
  });
});
