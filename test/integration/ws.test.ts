import { expect } from 'chai';
import { Disgover, type DisgoverOptions } from '../../src/index.js';
import { tcp } from '../../transports/tcp/index.js';
import { ws } from '../../transports/ws/index.js';
import { serverTls } from '../support/certificates.js';
import { expectCode } from '../support/expect-code.js';
import { idOf } from '../support/ids.js';

describe('nodes over WebSocket', () => {
  const nodes: Disgover[] = [];
  const start = async (options: DisgoverOptions) => {
    const node = await Disgover.start(options);
    nodes.push(node);
    return node;
  };
  const urlOf = ({ contact }: Disgover, scheme = 'ws') => {
    const { host, port, path = '' } = contact.transport as { host: string; port: number; path?: string };
    return `${scheme}://${host}:${port}${path}`;
  };

  afterEach(() => Promise.all(nodes.splice(0).map((node) => node.close())));

  it('register, find and unregister, three of them', async () => {
    const first = await start({ transport: ws() });
    const second = await start({ transport: ws(), seeds: [urlOf(first)] });
    const third = await start({ transport: ws({ path: '/here' }), seeds: [first.contact] });
    await second.register({ id: idOf('billing'), data: { url: 'http://10.0.0.7' } });
    await third.register({ id: idOf('orders'), data: 1 });
    const found = await third.find(idOf('billing'));
    expect(found?.data).to.deep.equal({ url: 'http://10.0.0.7' });
    expect(found?.transport).to.deep.equal(second.contact.transport);
    const orders = await second.find(idOf('orders'));
    expect(orders?.transport).to.deep.include({ type: 'ws', path: '/here' });
    expect((await second.ping(urlOf(third)))?.id).to.equal(third.id);
    expect(await second.unregister(idOf('billing'))).to.equal(true);
    expect(await first.find(idOf('billing'), { fresh: true })).to.equal(undefined);
  });

  it('find what is registered over TCP, through one that speaks both', async () => {
    const both = await start({ transport: [tcp(), ws()] });
    const [overTcp] = both.contact.transport as { type: string; host: string; port: number }[];
    const host = await start({ transport: tcp(), seeds: [`tcp://${overTcp?.host}:${overTcp?.port}`] });
    const guest = await start({ transport: ws({ listen: false }), seeds: [both.contact] });
    await host.register({ id: idOf('far'), data: 'here' });
    expect((await guest.find(idOf('far')))?.data).to.equal('here');
  });

  it('talk over TLS, and to nobody without it', async () => {
    const first = await start({ transport: ws({ tls: serverTls }) });
    const second = await start({ transport: ws({ tls: serverTls }), seeds: [urlOf(first, 'wss')] });
    await first.register({ id: idOf('secret'), data: 1 });
    expect((await second.find(idOf('secret')))?.data).to.equal(1);
    const stranger = await start({ transport: ws(), seeds: [urlOf(first, 'ws')] });
    await expectCode(stranger.find(idOf('secret')), 'ERR_NO_NODES');
  });

  it('refuse at the start a seed with credentials', async () => {
    await expectCode(start({ transport: ws(), seeds: ['ws://user:secret@127.0.0.1:1'] }), 'ERR_BAD_URL');
  });
});
