import { expect } from 'chai';
import { type DisgoverError, Refusal } from '../../src/errors.js';
import { limits } from '../../src/limits.js';
import { RpcClient } from '../../src/rpc/client.js';
import type { DialTarget } from '../../src/session/dialler.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { encodedNodeOf, encodedOf } from '../support/contacts.js';
import { expectCode } from '../support/expect-code.js';
import { idBytesOf, idOf } from '../support/ids.js';
import { addressOf, helloOf, type PeerOptions, SessionNetwork } from '../support/sessions.js';

async function setUp(options: PeerOptions = {}) {
  const world = new SessionNetwork();
  const [near, far] = [await world.peer('near'), await world.peer('far', options)];
  const failed: (readonly [DialTarget, DisgoverError['code']])[] = [];
  const client = new RpcClient(near.pool, {
    onAnswered: () => {},
    onFailed: (target, { code }) => failed.push([target, code]),
  });
  const ping = (target: DialTarget, signal?: AbortSignal) =>
    client.ping(target, idBytesOf(far.contact.id), { signal });
  return { world, near, far, client, failed, ping };
}

describe('RpcClient', () => {
  it('dials who was not talked to, and asks over the same session the next time', async () => {
    const { world, far, ping, failed } = await setUp();
    for (let i = 0; i < 3; i++) {
      const { contact } = await world.run(ping(far.contact));
      expect(contact?.equals(far.contact)).to.equal(true);
    }
    expect([world.network.counts.dials, failed]).to.deep.equal([1, []]);
  });

  it('asks for nodes, and tells what is announced and withdrawn', async () => {
    const seen: string[] = [];
    const thing = encodedOf('thing');
    const { world, far, client } = await setUp({
      announced: (contact) => void seen.push(`announced ${contact.id}`),
      withdrawn: (contact) => void seen.push(`withdrawn ${contact.id}`),
      exact: () => ({ contact: thing, ttlMs: 60_000 }),
      closest: () => [encodedNodeOf('other')],
    });
    const query = { target: { id: idBytesOf(thing.id) }, announced: [thing], withdrawn: [encodedOf('gone')] };
    const nodes = await world.run(client.findNode(far.contact, query));
    expect(nodes.contacts.map(({ id }) => id)).to.deep.equal([idOf('other')]);
    expect(nodes.exact?.ttlSeconds).to.equal(60);
    expect(seen).to.deep.equal([`withdrawn ${idOf('gone')}`, `announced ${thing.id}`]);
  });

  it('says that the exact contact will do, and nobody else is named', async () => {
    const thing = encodedOf('thing');
    const { world, far, client } = await setUp({
      exact: () => ({ contact: thing, ttlMs: 60_000 }),
      closest: () => [encodedNodeOf('other')],
    });
    const query = { target: { id: thing.idBytes }, exactWillDo: true };
    const nodes = await world.run(client.findNode(far.contact, query));
    expect([nodes.exact?.contact.id, nodes.contacts]).to.deep.equal([thing.id, []]);
  });

  it('has a node look for an id, for longer than it usually takes, and holds nothing against it', async () => {
    const seen: unknown[] = [];
    const thing = encodedOf('thing');
    const { world, far, client, failed } = await setUp({
      findFor: async (id) => {
        seen.push(id);
        await world.runtime.sleep(seen.length === 1 ? limits.onBehalfMs : 60_000);
        return { contact: thing, ttlMs: 60_000 };
      },
    });
    const target = { id: idBytesOf(thing.id) };
    const nodes = await world.run(client.findThrough(far.contact, target));
    expect([nodes.exact?.contact.id, seen]).to.deep.equal([thing.id, [thing.id]]);
    await expectCode(world.run(client.findThrough(far.contact, target)), 'ERR_TIMEOUT');
    expect(failed).to.deep.equal([]);
  });

  context('when it asks once', () => {
    const pingOnce = ({ client, far }: Awaited<ReturnType<typeof setUp>>) =>
      client.ping(far.contact, idBytesOf(far.contact.id), { once: true });

    it('ends the session that it opened with the answer, and nobody takes that for a fault', async () => {
      const scene = await setUp();
      const { world, near, far, failed } = scene;
      const { contact } = await world.run(pingOnce(scene));
      expect(contact?.equals(far.contact)).to.equal(true);
      await world.runtime.advance(100);
      expect([near.pool.size, far.pool.size, failed, far.refusals]).to.deep.equal([0, 0, [], []]);
    });

    it('leaves a session as it is that was there, or that serves others meanwhile', async () => {
      const scene = await setUp();
      const { world, near, ping, far } = scene;
      await world.run(Promise.all([pingOnce(scene), ping(far.contact)]));
      expect(near.pool.size).to.equal(1);
      await world.run(pingOnce(scene));
      expect([near.pool.size, world.network.counts.dials]).to.deep.equal([1, 1]);
    });
  });

  it('asks whoever is at an address', async () => {
    const { world, far, ping } = await setUp();
    const { contact } = await world.run(ping(addressOf('far')));
    expect(contact?.equals(far.contact)).to.equal(true);
  });

  context('when the session has gone since the last request', () => {
    it('dials again, once, and says so when that fails too', async () => {
      const { world, far, ping, failed } = await setUp();
      await world.run(ping(far.contact));
      await world.runtime.advance(100);
      const asked = ping(far.contact);
      far.pool.close();
      await expectCode(world.run(asked), 'ERR_LINK_LOST');
      expect(world.network.counts.dials).to.equal(2);
      expect(failed).to.deep.equal([[far.contact, 'ERR_LINK_LOST']]);
    });

    it('gets its answer over a new link when the peer had only forgotten the old one', async () => {
      const { world, far, ping, failed } = await setUp();
      await world.run(ping(far.contact));
      await world.runtime.advance(100);
      for (const session of far.pool.open()) session.close('TOO_MANY_SESSIONS', 'full');
      const { contact } = await world.run(ping(far.contact));
      expect(contact?.equals(far.contact)).to.equal(true);
      expect(failed).to.deep.equal([]);
    });
  });

  context('when the target does not answer', () => {
    it('rejects, and says whom it was about: no link', async () => {
      const { world, client, failed } = await setUp();
      const nobody = encodedNodeOf('nobody');
      await expectCode(world.run(client.ping(nobody, nobody.idBytes)), 'ERR_DIAL_FAILED');
      expect(failed).to.deep.equal([[nobody, 'ERR_DIAL_FAILED']]);
    });

    it('rejects, and says whom it was about: no answer', async () => {
      const { world, near, ping, failed } = await setUp();
      const raw = await world.raw('raw');
      raw.answer = (message, link) => {
        if (message.type === 'hello') raw.send(helloOf(encodedNodeOf('raw')), link);
      };
      await expectCode(world.run(ping(addressOf('raw'))), 'ERR_TIMEOUT');
      expect(failed).to.deep.equal([[addressOf('raw'), 'ERR_TIMEOUT']]);
      expect(near.pool.size).to.equal(1);
    });

    it('rejects, and says whom it was about: another id', async () => {
      const { world, ping, failed } = await setUp();
      const wrong = EncodedContact.from({ id: idOf('wrong'), transport: addressOf('far') });
      await expectCode(world.run(ping(wrong)), 'ERR_ID_MISMATCH');
      expect(failed).to.deep.equal([[wrong, 'ERR_ID_MISMATCH']]);
    });

    it('rejects with the code that the target tells', async () => {
      const { world, far, client, failed } = await setUp({
        closest: () => {
          throw new Error('a bug there');
        },
        onFault: () => {},
      });
      const query = { target: { id: idBytesOf(idOf('t')) } };
      await expectCode(world.run(client.findNode(far.contact, query)), 'ERR_INTERNAL');
      expect(failed).to.have.length(1);
    });
  });

  context('when the target refuses what is announced to it', () => {
    for (const code of ['BAD_SIGNATURE', 'ID_KEY_MISMATCH', 'STALE_SEQ', 'RATE_LIMITED'] as const) {
      it(`rejects with ${code}, and takes it for an answer`, async () => {
        const { world, far, client, failed } = await setUp({ announced: () => new Refusal(code, 'no') });
        const query = { target: { id: idBytesOf(idOf('t')) }, announced: [encodedOf('t')] };
        await expectCode(world.run(client.findNode(far.contact, query)), `ERR_${code}`);
        expect(failed).to.deep.equal([]);
      });
    }
  });

  context('when the signal aborts', () => {
    it('rejects with its reason, and takes nobody for failed', async () => {
      const { world, far, ping, failed } = await setUp();
      for (const waitMs of [5, 30]) {
        const controller = new AbortController();
        const asked = ping(far.contact, controller.signal).catch((reason) => reason);
        await world.runtime.advance(waitMs);
        controller.abort('enough');
        expect(await asked).to.equal('enough');
      }
      await world.runtime.advance(1_000);
      expect(failed).to.deep.equal([]);
    });
  });

  context('when the node closes', () => {
    it('rejects, and takes nobody for failed', async () => {
      const { world, near, far, ping, failed } = await setUp();
      await world.run(ping(far.contact));
      const asked = ping(far.contact);
      near.pool.close();
      await expectCode(asked, 'ERR_CLOSED');
      expect(failed).to.deep.equal([]);
    });
  });

  context('when more is asked of one peer than may be', () => {
    it('rejects the rest, which is no fault of the peer', async () => {
      const { world, far, ping, failed } = await setUp();
      await world.run(ping(far.contact));
      const most = limits.requestsInFlightPerPeer + limits.requestsInFlight;
      const asked = Array.from({ length: most + 1 }, () => ping(far.contact));
      const [last] = asked.slice(-1) as [Promise<unknown>];
      await expectCode(last, 'ERR_BUSY');
      await world.run(Promise.all(asked.slice(0, -1)));
      expect(failed).to.deep.equal([]);
    });
  });
});
