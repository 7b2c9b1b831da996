// What an attacker thinks of beyond the tables.

import { RawListener } from '../support/raw-peer.js';
import { Victim } from '../support/victim.js';

describe('attacks', function () {
  this.timeout(10_000);
  let victim: Victim;
  let open: { close(): unknown }[];

  beforeEach(async () => {
    open = [];
    victim = await Victim.start();
  });

  afterEach(async () => {
    await Promise.all(open.map((one) => one.close()));
    await victim.close();
  });

  const listen = async (...args: Parameters<typeof RawListener.listen>) => {
    const listener = await RawListener.listen(...args);
    open.push(listener);
    return listener;
  };

  it('an address that cannot be turned into text ends nothing', async () => {
    const liar = await listen();
    const addresses = [liar.contact.transport, { type: 'tcp', host: { toString: 1, valueOf: 1 }, port: 1 }];
    victim.node.add(liar.contact);
    const peer = await liar.accept();
    await peer.expect('hello');
    peer.hello({ contact: { id: liar.id, transport: addresses } });
    peer.serve();
    await victim.until(() => victim.node.routing.size === 1);
    await victim.expectSound();
  });
});
