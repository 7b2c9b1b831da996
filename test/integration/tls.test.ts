import { expect } from 'chai';
import { Disgover, type DisgoverEvents, type Seed } from '../../src/index.js';
import type { TransportInfo } from '../../src/plugin.js';
import { type TlsOptions, tcp } from '../../transports/tcp/index.js';
import { mutualTls, pair, pem } from '../support/certificates.js';
import { expectCode } from '../support/expect-code.js';
import { idOf } from '../support/ids.js';
import { RawPeer } from '../support/raw-peer.js';

type Refused = DisgoverEvents['refused'];

const ca = pem('ca.crt');

describe('nodes over mutual TLS', () => {
  const nodes: Disgover[] = [];
  const start = async (tls: TlsOptions | undefined, seeds: readonly Seed[] = []) => {
    const node = await Disgover.start({ transport: tcp(tls && { tls }), seeds });
    nodes.push(node);
    return node;
  };
  /** The first refusal that the node tells of. */
  const refusedBy = (node: Disgover) =>
    new Promise<Refused>((resolve) => {
      const remove = node.on('refused', (refused) => {
        remove();
        resolve(refused);
      });
    });
  let first: Disgover;

  beforeEach(async () => {
    first = await start(mutualTls);
  });

  afterEach(() => Promise.all(nodes.splice(0).map((node) => node.close())));

  it('join, register and find', async () => {
    const second = await start(mutualTls, [first.contact]);
    const third = await start(mutualTls, [{ transport: first.contact.transport as TransportInfo }]);
    const all = [first, second, third];
    for (const [at, node] of all.entries()) await node.register({ id: idOf(`entity ${at}`), data: at });
    for (const node of all) {
      for (const at of all.keys()) {
        const found = await node.find(idOf(`entity ${at}`));
        expect(found).to.deep.include({ data: at, transport: all[at]?.contact.transport });
      }
    }
    expect(first.contact.transport).to.include({ type: 'tcp', tls: true });
  });

  it('are met by an address without a word of TLS, when TLS is on', async () => {
    const { port } = first.contact.transport as { port: number };
    const second = await start(mutualTls, [`tcp://127.0.0.1:${port}`]);
    await first.register({ id: idOf('x'), data: 'here' });
    expect((await second.find(idOf('x')))?.data).to.equal('here');
  });

  it('tell TLS_REQUIRED to a node without TLS, whose request fails with it', async () => {
    const refused = refusedBy(first);
    const plain = await start(undefined);
    const { tls, ...transport } = first.contact.transport as { tls: boolean; type: string };
    expect(tls).to.equal(true);
    await expectCode(plain.ping({ ...first.contact, transport }), 'ERR_TLS_REQUIRED');
    expect(await refused).to.deep.include({ code: 'TLS_REQUIRED', detail: 'a frame without TLS' });
  });

  it('tell it to a peer that is written from the protocol alone', async () => {
    const refused = refusedBy(first);
    const peer = await RawPeer.connect(first.contact.transport as { port: number });
    peer.hello();
    expect(await peer.expectEnd()).to.equal('TLS_REQUIRED');
    expect((await refused).code).to.equal('TLS_REQUIRED');
  });

  it('refuse a node without a certificate, whose request fails with ERR_TLS_FAILED', async () => {
    const refused = refusedBy(first);
    const transport = tcp({ listen: false, tls: { ca } });
    const stranger = await Disgover.start({ transport, dial: { allow: ['127.0.0.1'] } });
    nodes.push(stranger);
    await expectCode(stranger.ping(first.contact), 'ERR_TLS_FAILED');
    expect((await refused).code).to.equal('TLS_FAILED');
  });

  it('are not dialled by a node that does not trust them', async () => {
    const stranger = await start({ ...pair('other'), ca: pem('other-ca.crt') });
    await expectCode(stranger.ping(first.contact), 'ERR_TLS_FAILED');
    await expectCode(first.ping(stranger.contact), 'ERR_TLS_FAILED');
  });

  it('say that a node does not speak TLS', async () => {
    const plain = await start(undefined);
    const { message } = await expectCode(first.ping(plain.contact), 'ERR_TLS_FAILED');
    expect(message).to.contain('does not speak TLS');
  });
});
