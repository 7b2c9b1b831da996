// What an attacker thinks of beyond the tables.

import { expect } from 'chai';
import { expectCode } from '../support/expect-code.js';
import { frames, RawListener, RawPeer } from '../support/raw-peer.js';
import { Victim } from '../support/victim.js';

const largestClock = Number.MAX_SAFE_INTEGER;

describe('attacks', function () {
  this.timeout(10_000);
  let victim: Victim;
  let open: (() => unknown)[];

  beforeEach(async () => {
    open = [];
    victim = await Victim.start();
  });

  afterEach(async () => {
    await Promise.all(open.map((close) => close()));
    await victim.close();
  });

  const listen = async (...args: Parameters<typeof RawListener.listen>) => {
    const listener = await RawListener.listen(...args);
    open.push(() => listener.close());
    return listener;
  };

  const dial = async (...[identity]: [Parameters<typeof RawPeer.greeted>[1]?]) => {
    const peer = await RawPeer.greeted(victim.address, identity);
    open.push(() => peer.destroy());
    return peer;
  };

  /** Where nobody listens. */
  const deadAddress = async () => {
    const dead = await RawListener.listen();
    await dead.close();
    return dead.contact.transport;
  };

  const nodes = () => victim.node.snapshot().nodes;

  /** A peer that behaves, or as it is told, and that the victim has in its table. */
  const known = async (...[handlers]: Parameters<RawListener['serve']>) => {
    const listener = await listen();
    listener.serve(handlers);
    victim.node.add(listener.contact);
    await victim.until(() => nodes().some(({ id }) => id === listener.id));
    return listener;
  };

  /** Ends the sessions with the peer; `left`: how many others there are. */
  const cutOff = ({ accepted }: RawListener, left = 0) =>
    victim.until(() => {
      for (const peer of accepted) peer.destroy();
      return victim.sizes.sessions === left;
    });

  context('by its address', () => {
    it('one that cannot be turned into text ends nothing', async () => {
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

    it('a list of none is not taken for an address', async () => {
      await dial({ fields: { transport: [] } });
      await victim.expectSound();
      expect(nodes()).to.deep.equal([]);
    });

    for (const port of [0, -1, 65_536, 80.5, '80', null, undefined]) {
      it(`the port ${JSON.stringify(port)} is not taken for one, though the host is the link's`, async () => {
        await dial({ fields: { transport: { type: 'tcp', host: '127.0.0.1', port } } });
        await victim.expectSound();
        expect(nodes()).to.deep.equal([]);
      });
    }

    it('one that it was not dialled at is not believed', async () => {
      const elsewhere = { type: 'tcp', host: '127.0.0.2', port: 9 };
      const liar = await listen({ fields: { transport: elsewhere } });
      liar.serve();
      const asked = { id: liar.id, transport: { ...elsewhere, host: '127.0.0.1', port: liar.port } };
      expect((await victim.node.ping(asked))?.id).to.equal(liar.id);
      await victim.until(() => victim.sizes.verifications === 0);
      await victim.expectSound();
      expect(nodes()).to.deep.equal([]);
    });
  });

  context('by the id of an honest node', () => {
    it('that node is not forgotten for claims at dead addresses', async () => {
      const honest = await known();
      await cutOff(honest);
      const dead = await deadAddress();
      // More than one address, so that the link does not vouch for them; all at once, so that no check comes in between.
      await Promise.all(
        [1, 2, 3, 4].map((i) => dial({ id: honest.id, fields: { transport: [dead, { type: 'other', i }] } })),
      );
      await victim.until(() => victim.sizes.verifications === 0);
      await victim.expectSound();
      expect(nodes()).to.deep.equal([honest.contact]);
      expect((await victim.node.ping(honest.contact))?.id).to.equal(honest.id);
    });

    for (const [title, more] of [
      ['an address that the link vouches for', []],
      ['one more address', [{ type: 'other' }]],
    ] as const) {
      it(`its entry does not move to where nobody answers, by ${title}`, async () => {
        const honest = await known();
        const dead = await deadAddress();
        const transport = more.length === 0 ? dead : [dead, ...more];
        await dial({ id: honest.id, fields: { transport, vectorClock: largestClock } });
        await victim.until(() => victim.sizes.verifications === 0);
        await victim.expectSound();
        expect(nodes()).to.deep.equal([honest.contact]);
      });
    }

    it('what others say of it at a dead address does not quarantine it', async () => {
      const honest = await listen();
      honest.serve();
      const dead = await deadAddress();
      const liar = await known({ findNode: () => ({ contacts: [{ id: honest.id, transport: dead }] }) });
      expect(await victim.node.find('eA==')).to.equal(undefined);
      const teller = await known({ findNode: () => ({ contacts: [honest.contact] }) });
      liar.serve({});
      for (const peer of liar.accepted) peer.serve({});
      expect(await victim.node.find('eQ==')).to.equal(undefined);
      expect(nodes().map(({ id }) => id)).to.have.members([liar.id, teller.id, honest.id]);
    });

    it('requests for it do not go to who claims to be it', async () => {
      const honest = await known();
      await dial({ id: honest.id, fields: { transport: await deadAddress(), vectorClock: largestClock } });
      await cutOff(honest, 1);
      expect((await victim.node.ping(honest.contact))?.transport).to.deep.equal(honest.contact.transport);
    });
  });

  context('by the codes of its refusals', () => {
    for (const code of ['CLOSED', 'BUSY', 'TIMEOUT', 'NO_NODES', 'LOOKUP_TIMEOUT', 'toString', '']) {
      it(`ERROR ${JSON.stringify(code)} is not taken for a failure of ours`, async () => {
        const liar = await listen();
        const ping = ({ requestId }: { requestId: number }) => {
          liar.accepted[0]?.send(frames.error(requestId, code));
          return null;
        };
        liar.serve({ ping });
        await expectCode(victim.node.ping(liar.contact), 'ERR_UNSUPPORTED');
      });

      it(`CLOSE ${JSON.stringify(code)} is not taken for a failure of ours`, async () => {
        const liar = await listen();
        const ping = () => {
          liar.accepted[0]?.close(code);
          return null;
        };
        liar.serve({ ping });
        await expectCode(victim.node.ping(liar.contact), 'ERR_LINK_LOST');
      });
    }
  });
});
