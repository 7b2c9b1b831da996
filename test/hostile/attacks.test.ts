// What an attacker thinks of beyond the tables.

import { type AddressInfo, createServer } from 'node:net';
import { expect } from 'chai';
import { HeldContacts } from '../../src/contacts/held-contacts.js';
import { bytesOfContactId } from '../../src/id/contact-id.js';
import { compareDistance } from '../../src/id/distance.js';
import { keyOf } from '../../src/id/key.js';
import { Disgover, type Transport } from '../../src/index.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { tcp } from '../../transports/tcp/index.js';
import { contactWith } from '../support/bad-json.js';
import { expectCode } from '../support/expect-code.js';
import { idOf, keyOfName } from '../support/ids.js';
import { contactBytes, frames, RawListener, RawPeer } from '../support/raw-peer.js';
import { Victim } from '../support/victim.js';

const largestClock = Number.MAX_SAFE_INTEGER;

describe('attacks', function () {
  this.timeout(30_000);
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

  /** A peer that the victim has in its table. It behaves, or does as it is told. */
  const known = async (told: (self: RawListener) => Parameters<RawListener['serve']>[0] = () => ({})) => {
    const listener = await listen();
    listener.serve(told(listener));
    victim.node.add(listener.contact);
    // Also the walks that a first node sets off are over: who is cut off during two of them has failed twice.
    await victim.until(() => nodes().some(({ id }) => id === listener.id) && victim.sizes.lookups === 0);
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
      const liar = await known(() => ({
        findNode: () => ({ contacts: [{ id: honest.id, transport: dead }] }),
      }));
      expect(await victim.node.find('eA==')).to.equal(undefined);
      const teller = await known(() => ({ findNode: () => ({ contacts: [honest.contact] }) }));
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

  context('by what it has others keep', () => {
    const contacts = (count: number, json: string) =>
      Array.from({ length: count }, (_, i) => contactWith(idOf(`flood ${i}`), Buffer.from(json)));

    it('50,000 announced contacts and no more are held, in as many bytes as are allowed', async () => {
      const peer = await dial();
      const flood = contacts(51_200, '{}');
      for (let i = 0; i < flood.length; i += 512)
        await peer.found({ target: { id: idOf('flood') }, announced: flood.slice(i, i + 512) });
      expect(victim.sizes.held).to.be.within(47_500, 50_000);
      await victim.expectSound();
    });

    it('10,000 withdrawals and no more are remembered', async () => {
      const peer = await dial();
      const flood = contacts(10_240, '{}');
      for (let i = 0; i < flood.length; i += 512)
        await peer.found({ target: { id: idOf('flood') }, withdrawn: flood.slice(i, i + 512) });
      expect(victim.sizes.tombstones).to.equal(10_000);
      await victim.expectSound();
    });

    it('contacts are held as bytes: parsed, 3 KB of empty lists would take 40', () => {
      const held = new HeldContacts(keyOfName('own'), () => 0);
      for (const keep of ['announce', 'lose', 'bury'] as const) {
        const contact = EncodedContact.ofBytes(contactWith(idOf('x'), Buffer.from('{"data":[[],[]]}')));
        const parsed = contact.parse();
        if (keep === 'bury') held.bury(contact);
        else held.announce(undefined, contact, contact);
        if (keep === 'lose') {
          contact.parse();
          held.announce(contact, EncodedContact.ofBytes(contactWith(idOf('x'), Buffer.from('{}'))), contact);
        }
        expect(contact.parse(), keep).not.to.equal(parsed);
      }
    });

    it('the addresses of all who added to a merged contact count', () => {
      const held = new HeldContacts(keyOfName('own'), () => 0);
      const of = (host: string) =>
        EncodedContact.from({ id: idOf('x'), transport: { type: 'tcp', host: host.repeat(1_000) } });
      held.announce(undefined, of('a'), of('a'));
      const before = held.bytes;
      for (const host of ['b', 'c', 'd'])
        held.announce(of('a'), of(host), EncodedContact.from({ id: idOf('x') }));
      expect(held.bytes).to.be.above(before + 2_000);
    });
  });

  context('by floods', () => {
    it('1,000 requests in one write are each answered once, in order, and others meanwhile', async () => {
      const peer = await dial();
      const count = 1_000;
      const requests = Array.from({ length: count }, (_, i) =>
        i % 2 === 0
          ? frames.ping(i + 1, victim.node.id)
          : frames.findNode(i + 1, { target: { id: peer.id } }),
      );
      peer.send(...requests);
      await victim.expectSound();
      for (let i = 0; i < count; i++) await peer.expect(i % 2 === 0 ? 'pong' : 'nodes', i + 1);
      peer.lastRequestId = count;
      await victim.expectServes(peer);
    });

    it('of strangers that say nothing 64 stay, and who says HELLO is served', async () => {
      const silent = await Promise.all(Array.from({ length: 200 }, () => RawPeer.connect(victim.address)));
      open.push(() => silent.map((peer) => peer.destroy()));
      await victim.expectSound();
      await victim.until(() => (victim.sizes.sessions ?? 0) <= 64);
      expect(silent.filter(({ isEnded }) => !isEnded).length).to.be.at.most(65);
      await victim.runtime.advance(5_100);
      await victim.until(() => victim.sizes.sessions === 0);
    });

    it('of sessions 512 stay, and a newcomer is served', async () => {
      for (let i = 0; i < 13; i++) await Promise.all(Array.from({ length: 40 }, () => dial()));
      await victim.expectSound();
      expect(victim.sizes.sessions).to.be.at.most(512);
    });

    it('a HELLO as large as may be is taken, and its bytes are forwarded', async () => {
      const listener = await RawListener.listen({ fields: { data: 'y'.repeat(2_900) } });
      open.push(() => listener.close());
      listener.serve();
      const room = 3_072 - contactBytes(listener.contact).length;
      expect(room).to.be.within(0, 172);
      victim.node.add(listener.contact);
      await victim.until(() => nodes().length === 1);
      const asker = await dial();
      const { contacts } = await asker.found({ target: { id: idOf('anything') } });
      expect(contacts).to.deep.equal([listener.contact]);
    });
  });

  context('by addresses that do not answer', () => {
    it('no more than 32 are dialled at once, whoever gives up waiting', async () => {
      let dialling = 0;
      let most = 0;
      const hanging: Transport = {
        name: 'hanging',
        listen: async () => undefined,
        close: async () => {},
        dial: (_, { signal }) =>
          new Promise((_resolve, reject) => {
            most = Math.max(most, ++dialling);
            signal.addEventListener('abort', () => {
              dialling--;
              reject(signal.reason);
            });
          }),
      };
      const node = await Disgover.start({ transport: hanging, runtime: victim.runtime });
      open.push(() => node.close());
      const dials = Array.from({ length: 100 }, (_, port) => {
        const giveUp = new AbortController();
        const contact = { id: idOf(`${port}`), transport: { type: 'hanging', port } };
        const outcome = node.ping(contact, { signal: giveUp.signal }).catch((fault) => fault);
        return { giveUp, outcome };
      });
      await new Promise(setImmediate);
      expect(dialling).to.equal(32);
      for (const { giveUp } of dials.slice(50)) giveUp.abort();
      await new Promise(setImmediate);
      expect([dialling, most]).to.deep.equal([32, 32]);
      for (const { giveUp } of dials) giveUp.abort();
      await Promise.all(dials.map(({ outcome }) => outcome));
      expect([dialling, most]).to.deep.equal([0, 32]);
    });
  });

  context('by its replies', () => {
    const x = idOf('x');

    it('to requests of another session it changes nothing', async () => {
      const honest = await listen();
      victim.node.add(honest.contact);
      const asked = await honest.accept();
      await asked.expect('hello');
      asked.hello();
      const ping = await asked.expect('ping');
      const liar = await dial();
      liar.send(
        frames.pong(ping.requestId, { id: honest.id, data: 'a lie' }),
        frames.error(ping.requestId, 'INTERNAL'),
      );
      await victim.refusal('UNSOLICITED_REPLY');
      await victim.expectServes(liar);
      asked.serve();
      asked.send(frames.pong(ping.requestId, honest.contact));
      await victim.until(() => nodes().length === 1 && victim.sizes.verifications === 0);
      expect(nodes()).to.deep.equal([honest.contact]);
    });

    it('that name our own address under twenty ids it makes us dial ourselves no more than three times', async () => {
      const contacts = Array.from({ length: 20 }, (_, i) => ({
        id: idOf(`${i}`),
        transport: victim.address,
      }));
      await known(() => ({ findNode: ({ target }) => ({ contacts: 'id' in target ? contacts : [] }) }));
      expect(await victim.node.find(x)).to.equal(undefined);
      const selves = victim.refused.filter(({ code }) => code === 'SELF_CONNECT');
      // Both ends of each link say so; the walk that announces is another one.
      expect(selves.length).to.be.at.most(2 * 2 * 3);
      await victim.expectSound();
      expect(nodes()).to.have.lengthOf(1);
    });

    it('that name our own id at its address it does not make us ask there', async () => {
      const trap = await listen();
      await known(() => ({
        findNode: () => ({ contacts: [{ id: victim.node.id, transport: trap.contact.transport }] }),
      }));
      expect(await victim.node.find(x)).to.equal(undefined);
      expect(trap.accepted).to.deep.equal([]);
    });

    it('that name itself twenty times it is asked once in a walk', async () => {
      const liar = await known(({ contact }) => ({
        findNode: () => ({ contacts: Array.from({ length: 20 }, () => contact) }),
      }));
      const trace = await victim.node.trace(x);
      expect(trace.steps.map(({ id }) => id)).to.deep.equal([liar.id]);
    });

    it('that name twenty ids at its address it gets none of them into the table', async () => {
      const liar = await known(({ contact: { transport } }) => ({
        findNode: () => ({
          contacts: Array.from({ length: 20 }, (_, i) => ({ id: idOf(`${i}`), transport })),
        }),
      }));
      const trace = await victim.node.trace(x);
      expect(trace.steps.filter(({ type }) => type === 'answered').map(({ id }) => id)).to.deep.equal([
        liar.id,
      ]);
      expect(nodes().map(({ id }) => id)).to.deep.equal([liar.id]);
    });

    it('that lead ever closer to nothing it ends after 64 requests', async () => {
      const key = keyOfName('x');
      const fakes = Array.from({ length: 4_000 }, (_, i) => idOf(`fake ${i}`)).sort((a, b) =>
        compareDistance(key, keyOf(bytesOfContactId(b)), keyOf(bytesOfContactId(a))),
      );
      // Whoever is dialled there is there.
      const server = createServer(async (socket) => {
        const peer = new RawPeer(socket, { id: idOf('liar') }, 'default');
        open.push(() => peer.destroy());
        const { expectedId = peer.id } = await peer.expect('hello');
        peer.hello({ contact: { id: expectedId, transport } });
        const lie = () => ({ contacts: fakes.splice(0, 20).map((id) => ({ id, transport })) });
        peer.serve({ findNode: lie, ping: ({ id }) => ({ id, transport }) });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      open.push(() => server.close());
      const { port } = server.address() as AddressInfo;
      const transport = { type: 'tcp', host: '127.0.0.1', port };
      victim.node.add({ id: idOf('liar'), transport });
      await victim.until(() => nodes().length > 0);
      const trace = await victim.node.trace(x);
      expect(trace).to.include({ end: 'requests', requests: 64 });
      expect(trace.found).to.equal(undefined);
      await victim.expectSound();
    });

    it('that redirect the id of an honest node it does not change whom we ask', async () => {
      const honest = await known();
      await known(({ contact: { transport } }) => ({
        findNode: ({ target }) =>
          'id' in target && target.id === honest.id
            ? { exact: { contact: { id: honest.id, transport }, ttlSeconds: 60 } }
            : {},
      }));
      await victim.node.find(honest.id);
      expect(nodes()).to.deep.include(honest.contact);
      const asked = honest.accepted.flatMap(({ received }) => received).length;
      await victim.node.trace(x);
      expect(honest.accepted.flatMap(({ received }) => received).length).to.be.above(asked);
    });
  });

  context('by links that are half open', () => {
    it('a node is reached over a new one, though it is asked over the dead one again and again', async () => {
      const honest = await known();
      const dead = honest.accepted.map((peer) => peer.serve({ findNode: () => null, ping: () => null }));
      const outcomes: unknown[] = [];
      for (let i = 0; i < 12; i++) {
        const outcome = victim.node.ping(honest.contact).catch(({ code }) => code);
        // Answers are real, deadlines are not.
        const isAnswered = await Promise.race([
          outcome,
          new Promise((resolve) => setTimeout(resolve, 20, 'no')),
        ]);
        if (isAnswered === 'no') await victim.runtime.advance(5_100);
        outcomes.push(await outcome);
        await victim.runtime.advance(5_000);
      }
      expect(outcomes[0]).to.equal('ERR_TIMEOUT');
      expect(outcomes.at(-1)).to.deep.include({ id: honest.id });
      for (const peer of dead) expect(peer.isEnded).to.equal(true);
    });

    it('200 that are reset as soon as they are open leave nothing', async () => {
      for (let i = 0; i < 10; i++) {
        const peers = await Promise.all(Array.from({ length: 20 }, () => RawPeer.connect(victim.address)));
        for (const peer of peers) {
          peer.hello();
          peer.destroy(true);
        }
      }
      await victim.expectSound();
      await victim.until(() => victim.sizes.sessions === 0);
    });
  });

  context('by withdrawals', () => {
    const contact = { id: idOf('x'), vectorClock: 5, data: 1 };

    it("what another node hosts is not withdrawn by who repeats that node's contact", async () => {
      const honest = await dial({ fields: { transport: { type: 'other' } } });
      const hosted = { ...contact, transport: { type: 'other' } };
      await honest.found({ target: { id: contact.id }, announced: [hosted] });
      const liar = await dial({ fields: { transport: { type: 'another' } } });
      liar.findNode({ target: { id: contact.id }, withdrawn: [hosted] });
      expect(await liar.expectError()).to.equal('FOREIGN_TRANSPORT');
      const older = { ...contact, vectorClock: 4 };
      const { exact } = await liar.found({ target: { id: contact.id }, withdrawn: [older] });
      expect(exact?.contact).to.deep.equal(hosted);
    });

    it('what is registered here is not withdrawn by anybody', async () => {
      const liar = await dial();
      const withdrawn = [{ id: idOf('honest'), vectorClock: largestClock }];
      await liar.found({ target: { id: idOf('honest') }, withdrawn });
      await victim.expectSound();
    });
  });

  context('by being what we are', () => {
    it('a seed that is ourselves leaves us alone, and no link behind', async () => {
      const { contact } = await listen();
      const { port } = contact.transport as { port: number };
      await Promise.all(open.splice(0).map((close) => close()));
      await victim.close();
      victim = await Victim.start({ transport: tcp({ port }), seeds: [`tcp://127.0.0.1:${port}`] });
      expect(victim.node.state).to.equal('alone');
      expect(victim.sizes.sessions).to.equal(0);
      await victim.runtime.advance(300_000);
      expect(victim.node.state).to.equal('alone');
    });

    for (const claims of ['in HELLO', 'in CLOSE'] as const) {
      it(`a seed that claims ${claims} to be us is asked again, and may yet be another`, async () => {
        const liar = await listen();
        const started = Victim.start({ id: idOf('other'), seeds: [`tcp://127.0.0.1:${liar.port}`] });
        const peer = await liar.accept();
        await peer.expect('hello');
        if (claims === 'in HELLO') peer.hello({ contact: { id: idOf('other') } });
        else peer.close('SELF_CONNECT');
        const other = await started;
        open.push(() => other.close());
        expect(other.node.state).to.equal('isolated');
        liar.serve();
        await other.runtime.advance(2_100);
        await other.until(() => other.node.state === 'joined');
      });
    }

    it('a node with our id is refused, and refuses us', async () => {
      const twin = await Victim.start({ seeds: [victim.node.contact] });
      open.push(() => twin.close());
      expect(twin.node.state).to.equal('isolated');
      await victim.refusal('SELF_CONNECT');
      expect([victim.node.routing.size, twin.node.routing.size]).to.deep.equal([0, 0]);
      await victim.expectSound();
      await twin.expectSound();
    });

    it('two nodes of one id are one entry with others, which does not change hands without end', async () => {
      const twins = await Promise.all(
        [1, 2].map(() => Victim.start({ id: idOf('twin'), seeds: [victim.node.contact] })),
      );
      open.push(...twins.map((twin) => () => twin.close()));
      const bothAsk = async () => {
        for (const twin of twins) await twin.node.find(idOf('nothing'), { fresh: true });
        await victim.until(() => victim.sizes.verifications === 0);
        await victim.expectSound();
      };
      // Whichever the arbiter prefers is there once both have been met.
      await bothAsk();
      const [entry, ...others] = nodes();
      expect(others).to.deep.equal([]);
      await bothAsk();
      expect(nodes()).to.deep.equal([entry]);
    });
  });
});
