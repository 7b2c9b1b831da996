import { expect } from 'chai';
import { Refusal } from '../../src/errors.js';
import { limits } from '../../src/limits.js';
import { encode } from '../../src/wire/encode.js';
import type { Message } from '../../src/wire/messages.js';
import { encodedNodeOf, encodedOf } from '../support/contacts.js';
import { expectCode } from '../support/expect-code.js';
import { idBytesOf, idOf } from '../support/ids.js';
import {
  addressOf,
  helloOf,
  nodesReply,
  type PeerOptions,
  pingOver,
  SessionNetwork,
} from '../support/sessions.js';

/** A peer, and the raw other end of a session that it has with `raw`. */
async function greeted(options: PeerOptions = {}) {
  const world = new SessionNetwork();
  const peer = await world.peer('peer', options);
  const raw = await world.raw('raw');
  await world.run(raw.dial('peer'));
  raw.send(helloOf(encodedNodeOf('raw')));
  await world.runtime.advance(100);
  raw.received.length = 0;
  const tell = async (...messages: readonly Message[]) => {
    for (const message of messages) raw.send(message);
    await world.runtime.advance(100);
    return raw.received.splice(0);
  };
  return { world, peer, raw, tell };
}

const ping = (requestId: number, name = 'peer'): Message => ({
  type: 'ping',
  requestId,
  id: idBytesOf(idOf(name)),
});
const findNode = (requestId: number, fields: Record<string, unknown> = {}): Message =>
  ({
    type: 'findNode',
    requestId,
    target: { id: idBytesOf(idOf('t')) },
    announced: [],
    withdrawn: [],
    ...fields,
  }) as Message;

describe('makeReceive', () => {
  context('when a request comes', () => {
    it('answers it, each by its own id', async () => {
      const { tell } = await greeted();
      const replies = await tell(ping(1), findNode(2), ping(7, 'other'));
      expect(replies.map((reply) => [reply.type, 'requestId' in reply && reply.requestId])).to.deep.equal([
        ['pong', 1],
        ['nodes', 2],
        ['pong', 7],
      ]);
    });

    for (const again of [5, 4]) {
      it(`does not carry out one whose id is not higher than the last, and goes on: ${again} after 5`, async () => {
        const { tell, peer } = await greeted();
        const [, refused, next] = await tell(ping(5), ping(again), ping(6));
        expect(refused).to.deep.equal({ type: 'error', requestId: again, code: 'BAD_REQUEST_ID' });
        expect(next?.type).to.equal('pong');
        expect(peer.codes).to.deep.equal(['BAD_REQUEST_ID']);
      });
    }

    it('keeps to itself what its own arbiter does wrong', async () => {
      const { tell, peer } = await greeted({ announced: () => new Refusal('ARBITER_THREW', 'odd') });
      const [reply] = await tell(findNode(1, { announced: [encodedOf('x')] }));
      expect(reply).to.deep.equal({ type: 'error', requestId: 1, code: 'INTERNAL' });
      expect(peer.codes).to.deep.equal(['ARBITER_THREW']);
    });

    it('tells the code of what the handler refuses', async () => {
      const announced = () => new Refusal('FOREIGN_TRANSPORT', 'elsewhere');
      const { tell } = await greeted({ announced });
      const [reply] = await tell(findNode(1, { announced: [encodedOf('x')] }));
      expect(reply).to.deep.equal({ type: 'error', requestId: 1, code: 'FOREIGN_TRANSPORT' });
    });

    it('tells nothing but INTERNAL of a fault of our own, and goes on', async () => {
      const faults: unknown[] = [];
      const bug = new TypeError('a bug');
      const closest = () => {
        throw bug;
      };
      const { tell } = await greeted({ closest, onFault: (fault) => faults.push(fault) });
      const replies = await tell(findNode(1), ping(2));
      expect(replies[0]).to.deep.equal({ type: 'error', requestId: 1, code: 'INTERNAL' });
      expect(replies[1]?.type).to.equal('pong');
      expect(faults).to.deep.equal([bug]);
    });
  });

  context('when a frame cannot be read', () => {
    it('answers a request of an unknown kind, and goes on', async () => {
      const { raw, tell } = await greeted();
      raw.sendBytes(Uint8Array.of(0x7f, 0, 0, 0, 1, 0));
      const [reply, next] = await tell(ping(2));
      expect(reply).to.deep.equal({ type: 'error', requestId: 1, code: 'UNSUPPORTED' });
      expect(next?.type).to.equal('pong');
    });

    it('answers a request that is cut after its id', async () => {
      const { raw, tell } = await greeted();
      raw.sendBytes(Uint8Array.of(0x11, 0, 0, 0, 1, 0));
      const [reply] = await tell();
      expect(reply).to.deep.equal({ type: 'error', requestId: 1, code: 'BAD_FRAME' });
    });

    for (const frame of [
      [0x10, 0, 0],
      [0x01, 1, 2, 3],
    ]) {
      it(`ends the session when there is no request id to answer to: ${frame}`, async () => {
        const { raw, tell, peer } = await greeted();
        raw.sendBytes(Uint8Array.from(frame));
        const replies = await tell();
        expect(replies.map(({ type }) => type)).to.deep.equal(['close']);
        expect(peer.pool.size).to.equal(0);
      });
    }

    it('fails the request that the reply was for', async () => {
      const { world, raw, peer } = await greeted();
      const [session] = peer.opened;
      if (session === undefined) return expect.fail('no session');
      const asked = pingOver(session, idOf('raw'));
      // A PONG that claims a contact and has none.
      raw.sendBytes(Uint8Array.of(0x90, 0, 0, 0, 1, 1));
      await expectCode(world.run(asked), 'ERR_BAD_FRAME');
      expect(peer.codes).to.deep.equal(['BAD_FRAME']);
      expect(peer.pool.size).to.equal(1);
    });
  });

  context('when a fault of our own comes to light', () => {
    it('ends the session that has found it, and nothing else', async () => {
      const fault = new Error('a bug');
      const onRefused = () => {
        throw fault;
      };
      const { tell, peer } = await greeted({ onRefused });
      const [reply] = await tell(nodesReply(99));
      expect(reply).to.deep.equal({ type: 'close', code: 'INTERNAL' });
      expect([peer.faults, peer.pool.size]).to.deep.equal([[fault], 0]);
    });
  });

  context('when a reply comes that nobody waits for', () => {
    it('ignores ten of them, and ends the session at the eleventh', async () => {
      const { raw, tell, peer } = await greeted();
      for (let i = 1; i <= limits.unsolicitedReplies; i++) raw.send({ type: 'pong', requestId: i });
      expect(await tell()).to.deep.equal([]);
      expect(peer.codes).to.have.length(limits.unsolicitedReplies);
      const [reply] = await tell(nodesReply(99));
      expect(reply).to.deep.equal({ type: 'close', code: 'UNSOLICITED_REPLY' });
      expect(peer.pool.size).to.equal(0);
    });

    it('does not count one that comes after its deadline', async () => {
      const { world, raw, tell, peer } = await greeted();
      const [session] = peer.opened;
      if (session === undefined) return expect.fail('no session');
      for (let i = 0; i < 20; i++) pingOver(session, idOf('raw')).catch(() => {});
      await world.runtime.advance(limits.requestCeilingMs);
      const asked = raw.received.splice(0).flatMap((each) => (each.type === 'ping' ? [each.requestId] : []));
      expect(asked).to.have.length(20);
      await tell(...asked.map((requestId) => ({ type: 'pong', requestId }) as Message));
      expect([peer.codes, peer.pool.size]).to.deep.equal([[], 1]);
    });
  });

  context('when the peer says HELLO again', () => {
    it('ends the session', async () => {
      const { tell, peer } = await greeted();
      const replies = await tell(helloOf(encodedNodeOf('raw')));
      expect(replies).to.deep.equal([{ type: 'close', code: 'UNEXPECTED_HELLO' }]);
      expect(peer.codes).to.deep.equal(['UNEXPECTED_HELLO']);
    });
  });

  context('when the peer says CLOSE', () => {
    it('ends the session without a word', async () => {
      const { tell, peer } = await greeted();
      expect(await tell({ type: 'close', code: 'IDLE' })).to.deep.equal([]);
      expect([peer.pool.size, peer.codes]).to.deep.equal([0, []]);
    });
  });

  it('passes over optional parts that it does not know, and counts them', async () => {
    let unknown = 0;
    const { raw, tell } = await greeted({ onUnknownPart: () => unknown++ });
    const frame = encode(ping(1)).slice();
    // One part of tag 200 with two bytes, in place of none.
    raw.sendBytes(Uint8Array.from([...frame.subarray(0, -1), 1, 200, 0, 2, 7, 7]));
    const [reply] = await tell();
    expect(reply?.type).to.equal('pong');
    expect(unknown).to.equal(1);
  });

  it('reaches who dialled, too', async () => {
    const world = new SessionNetwork();
    const peer = await world.peer('peer');
    const raw = await world.raw('raw');
    raw.answer = (message, link) => {
      if (message.type === 'hello') raw.send(helloOf(encodedNodeOf('raw')), link);
      if (message.type === 'hello') raw.send(ping(1), link);
    };
    await world.run(peer.pool.dial(addressOf('raw')));
    await world.runtime.advance(100);
    expect(raw.types).to.deep.equal(['hello', 'pong']);
  });
});
