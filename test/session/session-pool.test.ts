import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import type { Link, LinkHandlers } from '../../src/contracts/transport.js';
import { limits } from '../../src/limits.js';
import { AbortScope } from '../../src/runtime/abort.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { decode } from '../../src/wire/decode.js';
import { encode } from '../../src/wire/encode.js';
import type { Message } from '../../src/wire/messages.js';
import { encodedNodeOf, encodedOf } from '../support/contacts.js';
import { expectCode } from '../support/expect-code.js';
import { idBytesOf, idOf } from '../support/ids.js';
import { addressOf, helloOf, pingOver, SessionNetwork, type SessionPeer } from '../support/sessions.js';

async function pair(options = {}) {
  const world = new SessionNetwork(options);
  const [a, b] = [await world.peer('a'), await world.peer('b')];
  return { world, a, b };
}

const reasonOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'resolved',
    (reason) => reason,
  );

/** A link that the test holds the other end of. */
class HandLink implements Link {
  readonly remote: string;
  maxFrameBytes: number = limits.frameBeforeHelloBytes;
  isCongested = false;
  readonly sent: Uint8Array[] = [];
  handlers: LinkHandlers | undefined;
  isClosed = false;

  constructor(remote = 'hand') {
    this.remote = remote;
  }

  open(handlers: LinkHandlers): void {
    this.handlers = handlers;
  }

  send(frame: Uint8Array): boolean {
    this.sent.push(frame.slice());
    return !this.isCongested;
  }

  pause(): void {}

  resume(): void {}

  close(): void {
    this.isClosed = true;
  }

  receive(message: Message): void {
    this.handlers?.onFrame(encode(message).slice());
  }
}

/** A session of `peer` over a link whose other end has said HELLO. */
function greeted(peer: SessionPeer, name = 'hand'): HandLink {
  const link = new HandLink();
  peer.pool.accept(link, 'hand');
  link.receive(helloOf(encodedOf(name)));
  return link;
}

describe('SessionPool', () => {
  describe('dial', () => {
    it('opens a session over which both can ask', async () => {
      const { world, a, b } = await pair();
      const session = await world.run(a.pool.dial(b.contact));
      const answer = await world.run(pingOver(session, b.contact.id));
      expect(answer.contact?.equals(b.contact)).to.equal(true);
      expect(session.peer?.equals(b.contact)).to.equal(true);
      const [accepted] = b.opened;
      if (accepted === undefined) return expect.fail('not accepted');
      const pong = await world.run(pingOver(accepted, a.contact.id));
      expect(pong.contact?.equals(a.contact)).to.equal(true);
    });

    it('learns the id of a peer that is known by its address only', async () => {
      const { world, a, b } = await pair();
      const session = await world.run(a.pool.dial(addressOf('b')));
      await world.runtime.advance(100);
      expect(session.peer?.id).to.equal(b.contact.id);
      expect(a.pool.get(b.contact)).to.equal(session);
      expect(a.pool.get(addressOf('b'))).to.equal(session);
    });

    it('sends the first request behind HELLO: one round trip after the link is there', async () => {
      const { world, a, b } = await pair({ latencyMs: 50 });
      const session = await world.run(a.pool.dial(b.contact));
      const startMs = world.runtime.now();
      await world.run(pingOver(session, b.contact.id));
      expect(world.runtime.now() - startMs).to.equal(100);
    });

    it('dials once for all who want it at the time', async () => {
      const { world, a, b } = await pair();
      const sessions = await world.run(Promise.all(Array.from({ length: 20 }, () => a.pool.dial(b.contact))));
      expect(new Set(sessions).size).to.equal(1);
      expect(world.network.counts.dials).to.equal(1);
    });

    it('tells all of them why it failed', async () => {
      const { world, a } = await pair();
      const nobody = encodedNodeOf('nobody');
      const outcomes = [a.pool.dial(nobody), a.pool.dial(nobody)].map(reasonOf);
      for (const outcome of await world.run(Promise.all(outcomes)))
        expect(outcome).to.include({ code: 'ERR_DIAL_FAILED' });
      expect(a.pool.size).to.equal(0);
    });

    it('goes on when one of those who wait leaves', async () => {
      const { world, a, b } = await pair();
      const scope = new AbortScope();
      const left = reasonOf(a.pool.dial(b.contact, scope));
      const stayed = a.pool.dial(b.contact);
      scope.abort('gone');
      expect(await left).to.equal('gone');
      expect((await world.run(stayed)).isDialled).to.equal(true);
    });

    it('ends with the last of those who wait, and leaves nothing behind', async () => {
      const { world, a, b } = await pair();
      const scope = new AbortScope();
      const left = [a.pool.dial(b.contact, scope), a.pool.dial(b.contact, scope)].map(reasonOf);
      await world.runtime.advance(5);
      scope.abort('gone');
      expect(await Promise.all(left)).to.deep.equal(['gone', 'gone']);
      await world.runtime.advance(1_000);
      expect([world.network.openEnds, world.runtime.pendingTimers, scope.size]).to.deep.equal([0, 0, 0]);
    });

    it('dials anew for who comes right after the last one has left', async () => {
      const { world, a, b } = await pair();
      const scope = new AbortScope();
      const next = a.pool.dial(b.contact, scope).catch(() => a.pool.dial(b.contact));
      scope.abort('gone');
      expect((await world.run(next)).isDialled).to.equal(true);
    });

    it('asks nobody when the signal has aborted before', async () => {
      const { world, a, b } = await pair();
      const scope = new AbortScope();
      scope.abort('gone');
      expect(await reasonOf(a.pool.dial(b.contact, scope))).to.equal('gone');
      expect(world.network.counts.dials).to.equal(0);
    });

    it("puts one listener at most on a caller's signal, and takes it away again", async () => {
      const { world, a, b } = await pair();
      const { signal } = new AbortController();
      const dialled = Promise.all([a.pool.dial(b.contact, signal), a.pool.dial(encodedNodeOf('b'), signal)]);
      expect(getEventListeners(signal, 'abort')).to.have.length(1);
      const [session] = await world.run(dialled);
      const asked = [pingOver(session, b.contact.id, signal), pingOver(session, b.contact.id, signal)];
      expect(getEventListeners(signal, 'abort')).to.have.length(1);
      await world.run(Promise.all(asked));
      expect(getEventListeners(signal, 'abort')).to.have.length(0);
    });

    it('gives up when no link comes in 5 s', async () => {
      const { world, a, b } = await pair();
      world.network.partition(['a'], ['b']);
      const startMs = world.runtime.now();
      await expectCode(world.run(a.pool.dial(b.contact)), 'ERR_DIAL_FAILED');
      expect(world.runtime.now() - startMs).to.be.within(limits.handshakeMs, limits.handshakeMs + 16);
    });

    it('refuses a contact that none of the transports can dial', async () => {
      const { a } = await pair();
      await expectCode(a.pool.dial(encodedOf('x')), 'ERR_NO_TRANSPORT_FOR');
      await expectCode(a.pool.dial(encodedOf('x', { transport: [] })), 'ERR_NO_TRANSPORT_FOR');
      await expectCode(a.pool.dial(encodedOf('x', { transport: { type: 'quic' } })), 'ERR_NO_TRANSPORT_FOR');
    });

    it('takes the first address that it can speak to', async () => {
      const { world, a, b } = await pair();
      const contact = encodedOf('b', { transport: [{ type: 'quic' }, addressOf('b')] });
      const session = await world.run(a.pool.dial(contact));
      expect(session.dialledAddress).to.deep.equal(addressOf('b'));
      await world.runtime.advance(100);
      expect(session.peer?.id).to.equal(b.contact.id);
    });

    it('dials 32 at once at most, and the others as those end', async () => {
      const world = new SessionNetwork();
      const a = await world.peer('a');
      const count = limits.dials + 8;
      for (let i = 0; i < count; i++) await world.raw(`host-${i}`);
      const dialled = Array.from({ length: count }, (_, i) => a.pool.dial(addressOf(`host-${i}`)));
      await world.runtime.advance(15);
      expect(world.network.counts.dials).to.equal(limits.dials);
      await world.run(Promise.all(dialled));
      expect(world.network.counts.dials).to.equal(count);
    });

    it('does not dial more at once because somebody who waits for a turn leaves', async () => {
      const world = new SessionNetwork();
      const a = await world.peer('a');
      const dial = (i: number, scope?: AbortScope) => a.pool.dial(addressOf(`host-${i}`), scope);
      for (let i = 0; i < limits.dials; i++) dial(i).catch(() => {});
      const waiting = dial(100).catch(() => {});
      const scope = new AbortScope();
      const left = Array.from({ length: 5 }, (_, i) => reasonOf(dial(200 + i, scope)));
      scope.abort('gone');
      await Promise.all(left);
      await world.runtime.advance(0);
      expect(world.network.counts.dials).to.equal(limits.dials);
      await world.run(waiting);
      expect(world.network.counts.dials).to.equal(limits.dials + 1);
    });
  });

  context('when another id answers than was dialled', () => {
    it('refuses on both sides, and both know who it really was', async () => {
      const { world, a, b } = await pair();
      const wrong = EncodedContact.from({ id: idOf('wrong'), transport: addressOf('b') });
      const session = await world.run(a.pool.dial(wrong));
      await expectCode(world.run(pingOver(session, wrong.id)), 'ERR_ID_MISMATCH');
      await world.runtime.advance(100);
      expect([a.ends, b.ends]).to.deep.equal([['ID_MISMATCH'], ['ID_MISMATCH']]);
      expect(a.closed[0]?.refusedPeer?.equals(b.contact)).to.equal(true);
      expect(b.closed[0]?.refusedPeer?.equals(a.contact)).to.equal(true);
      expect([a.opened, b.opened, a.pool.size, b.pool.size]).to.deep.equal([[], [], 0, 0]);
      expect(a.pool.get(wrong)).to.equal(undefined);
    });
  });

  context('when a node dials itself', () => {
    it('refuses, and remembers the address as its own', async () => {
      const world = new SessionNetwork();
      const a = await world.peer('a');
      const session = await world.run(a.pool.dial(addressOf('a')));
      await expectCode(world.run(pingOver(session, a.contact.id)), 'ERR_SELF_CONNECT');
      const { dials } = world.network.counts;
      await expectCode(world.run(a.pool.dial(addressOf('a'))), 'ERR_SELF_CONNECT');
      expect(world.network.counts.dials).to.equal(dials);
      await world.runtime.advance(1_000);
      expect(a.pool.size).to.equal(0);
    });
  });

  context('when the peer is of another group', () => {
    it('refuses on both sides, and hands over nothing', async () => {
      const world = new SessionNetwork();
      const [a, b] = [await world.peer('a'), await world.peer('b', { group: 'other' })];
      const session = await world.run(a.pool.dial(b.contact));
      await expectCode(world.run(pingOver(session, b.contact.id)), 'ERR_GROUP_MISMATCH');
      await world.runtime.advance(100);
      expect(b.ends).to.deep.equal(['GROUP_MISMATCH']);
      expect([a.opened, b.opened]).to.deep.equal([[], []]);
      expect(b.codes).to.include('GROUP_MISMATCH');
    });
  });

  context('when the other end says nothing', () => {
    it('is closed after 5 s where it was accepted', async () => {
      const { world, b } = await pair();
      const raw = await world.raw('raw');
      await world.run(raw.dial('b'));
      await world.runtime.advance(limits.handshakeMs - 100);
      expect(b.pool.size).to.equal(1);
      await world.runtime.advance(200);
      expect([b.pool.size, b.ends, raw.told]).to.deep.equal([
        0,
        ['HANDSHAKE_TIMEOUT'],
        ['HANDSHAKE_TIMEOUT'],
      ]);
    });

    it('is closed after 5 s where it was dialled', async () => {
      const { world, a } = await pair();
      await world.raw('raw');
      const session = await world.run(a.pool.dial(addressOf('raw')));
      expect(session.isOpen).to.equal(false);
      await world.runtime.advance(limits.handshakeMs + 100);
      expect(a.ends).to.deep.equal(['HANDSHAKE_TIMEOUT']);
    });
  });

  context('before the peer is known', () => {
    it('refuses any other frame', async () => {
      const { world, b } = await pair();
      const raw = await world.raw('raw');
      await world.run(raw.dial('b'));
      raw.send({ type: 'ping', requestId: 1, id: idBytesOf(b.contact.id) });
      await world.runtime.advance(100);
      expect([b.ends, raw.types]).to.deep.equal([['HELLO_EXPECTED'], ['close']]);
    });

    it('refuses what is no frame of the protocol', async () => {
      const { world, b } = await pair();
      const raw = await world.raw('raw');
      await world.run(raw.dial('b'));
      raw.sendBytes(Uint8Array.of(1, 2, 3, 4, 5, 6));
      await world.runtime.advance(100);
      expect(b.ends).to.deep.equal(['BAD_MAGIC']);
    });

    it('sends 8 frames at most, and the others once it is', async () => {
      const { world, a } = await pair();
      const raw = await world.raw('raw');
      const session = await world.run(a.pool.dial(addressOf('raw')));
      for (let i = 0; i < 20; i++) pingOver(session, idOf('raw')).catch(() => {});
      await world.runtime.advance(100);
      expect(raw.types).to.have.length(limits.framesBeforeHello);
      raw.send(helloOf(encodedNodeOf('raw')));
      await world.runtime.advance(100);
      const ids = raw.received.flatMap((message) => (message.type === 'ping' ? [message.requestId] : []));
      expect(ids).to.deep.equal(Array.from({ length: 20 }, (_, i) => i + 1));
    });

    it('keeps back a frame that is too long for a stranger, and all that follow it', async () => {
      const { world, a } = await pair();
      const raw = await world.raw('raw');
      const session = await world.run(a.pool.dial(addressOf('raw')));
      const announced = Array.from({ length: 3 }, (_, i) => encodedOf(`x${i}`, { data: 'y'.repeat(2_000) }));
      session.pending
        .request(
          (requestId) => ({
            type: 'findNode',
            requestId,
            target: { id: idBytesOf(idOf('t')) },
            announced,
            withdrawn: [],
          }),
          'nodes',
          {},
        )
        .catch(() => {});
      pingOver(session, idOf('raw')).catch(() => {});
      await world.runtime.advance(100);
      expect(raw.types).to.deep.equal(['hello']);
      raw.send(helloOf(encodedNodeOf('raw')));
      await world.runtime.advance(100);
      expect(raw.types).to.deep.equal(['hello', 'findNode', 'ping']);
    });
  });

  context('when a session is not used for 60 s', () => {
    it('closes it on both sides, with no fault of anybody', async () => {
      const { world, a, b } = await pair();
      await world.run(a.ping(b.contact));
      await world.runtime.advance(limits.idleMs - 1_000);
      expect([a.pool.size, b.pool.size]).to.deep.equal([1, 1]);
      await world.runtime.advance(6_000);
      expect([a.pool.size, b.pool.size]).to.deep.equal([0, 0]);
      expect([...a.ends, ...b.ends]).to.include.members(['IDLE']);
      expect([a.codes, b.codes]).to.deep.equal([[], []]);
      expect([world.runtime.pendingTimers, world.network.openEnds]).to.deep.equal([0, 0]);
    });

    it('counts from the last frame', async () => {
      const { world, a, b } = await pair();
      const session = await world.run(a.pool.dial(b.contact));
      for (let i = 0; i < 5; i++) {
        await world.runtime.advance(limits.idleMs / 2);
        await world.run(pingOver(session, b.contact.id));
      }
      expect(a.pool.size).to.equal(1);
    });
  });

  context('when a peer is asked again and again, and is silent', () => {
    it('closes the session after 120 s', async () => {
      const { world, a } = await pair();
      const link = greeted(a);
      const [session] = a.opened;
      if (session === undefined) return expect.fail('not open');
      for (let ms = 0; ms < 2 * limits.idleMs - 1_000; ms += 500) {
        if (ms % 1_000 === 0) void reasonOf(pingOver(session, idOf('hand')));
        await world.runtime.advance(500);
      }
      expect(link.isClosed).to.equal(false);
      void reasonOf(pingOver(session, idOf('hand')));
      await world.runtime.advance(2_000);
      expect([link.isClosed, a.ends]).to.deep.equal([true, ['IDLE']]);
    });
  });

  context('when there are more sessions than may be', () => {
    it('closes the one that was not used for longest', async () => {
      const { world, a } = await pair();
      const links: HandLink[] = [];
      for (let i = 0; i < limits.sessions; i++) {
        links.push(greeted(a, `hand-${i}`));
        await world.runtime.advance(1);
      }
      links[0]?.receive({ type: 'ping', requestId: 1, id: idBytesOf(a.contact.id) });
      greeted(a, 'one-more');
      expect(a.pool.size).to.equal(limits.sessions);
      expect(links.map(({ isClosed }) => isClosed).indexOf(true)).to.equal(1);
      expect(a.ends).to.deep.equal(['TOO_MANY_SESSIONS']);
    });

    it('keeps one that waits for an answer', async () => {
      const { a } = await pair();
      const links = Array.from({ length: limits.sessions }, (_, i) => greeted(a, `hand-${i}`));
      const [first] = a.opened;
      if (first === undefined) return expect.fail('not open');
      pingOver(first, idOf('hand-0')).catch(() => {});
      greeted(a, 'one-more');
      expect(links.map(({ isClosed }) => isClosed).indexOf(true)).to.equal(1);
    });

    context('and all of them wait for an answer', () => {
      /** A node whose sessions were all accepted, and all are asked something. */
      const busy = async () => {
        const { world, a } = await pair();
        const links = Array.from({ length: limits.sessions }, (_, i) => greeted(a, `hand-${i}`));
        const asked = a.opened.map((session, i) => reasonOf(pingOver(session, idOf(`hand-${i}`))));
        return { world, a, links, asked };
      };

      it('closes the newcomer, and says why', async () => {
        const { a, links } = await busy();
        const newcomers = Array.from({ length: 10 }, () => {
          const link = new HandLink();
          a.pool.accept(link, 'hand');
          return link;
        });
        expect(a.pool.size).to.equal(limits.sessions);
        expect(links.every(({ isClosed }) => !isClosed)).to.equal(true);
        for (const link of newcomers) {
          expect([link.isClosed, link.handlers]).to.deep.equal([true, undefined]);
          expect(decode(link.sent[0] as Uint8Array)).to.include({ code: 'TOO_MANY_SESSIONS' });
        }
      });

      it('closes the oldest that was accepted where the newcomer is dialled', async () => {
        const { world, a, links, asked } = await busy();
        await world.run(a.pool.dial(addressOf('b')));
        expect(a.pool.size).to.equal(limits.sessions);
        expect(links.map(({ isClosed }) => isClosed).lastIndexOf(true)).to.equal(0);
        expect(await asked[0]).to.include({ code: 'ERR_TOO_MANY_SESSIONS' });
      });
    });

    it('is too busy to dial another where all of them were dialled, and wait for an answer', async () => {
      const { world, a } = await pair();
      const raw = await world.raw('raw');
      const contacts = Array.from({ length: limits.sessions }, (_, i) =>
        EncodedContact.from({ id: idOf(`r${i}`), transport: addressOf('raw') }),
      );
      const sessions = await world.run(Promise.all(contacts.map((contact) => a.pool.dial(contact))));
      for (const session of sessions) void reasonOf(pingOver(session, idOf('x')));
      await expectCode(world.run(a.pool.dial(addressOf('b'))), 'ERR_BUSY');
      expect([a.pool.size, raw.links.length]).to.deep.equal([limits.sessions, limits.sessions]);
      expect(a.pool.get(addressOf('b'))).to.equal(undefined);
    });

    it('closes the oldest stranger when 64 have not said HELLO', async () => {
      const { a } = await pair();
      const known = greeted(a);
      const strangers = Array.from({ length: limits.unprovedSessions + 1 }, () => {
        const link = new HandLink();
        a.pool.accept(link, 'hand');
        return link;
      });
      expect(strangers.map(({ isClosed }) => isClosed).lastIndexOf(true)).to.equal(0);
      expect(known.isClosed).to.equal(false);
    });

    for (const [crowd, other] of [
      ['10.0.0.1', '10.0.0.2'],
      ['[2001:db8::%]', '[2001:db8:0:100::1]'],
    ] as const) {
      it(`closes the oldest stranger of ${crowd}, where most come from, and not one of ${other}`, async () => {
        const { a } = await pair();
        const comes = (host: string, port: number) => {
          const link = new HandLink(`${host.replace('%', port.toString(16))}:${port}`);
          a.pool.accept(link, 'hand');
          return link;
        };
        const stranger = comes(other, 1);
        const flood = Array.from({ length: 3 * limits.unprovedSessions }, (_, i) => comes(crowd, i + 1));
        expect(stranger.isClosed).to.equal(false);
        const left = limits.unprovedSessions - 1;
        expect(flood.map(({ isClosed }) => isClosed).lastIndexOf(true)).to.equal(flood.length - left - 1);
      });
    }
  });

  context('when a frame does not arrive whole', () => {
    it('closes the link 10 s after its first byte, however the bytes trickle', async () => {
      const { world, a } = await pair();
      const link = greeted(a);
      link.handlers?.onPartialFrame();
      await world.runtime.advance(limits.frameMs - 100);
      link.handlers?.onPartialFrame();
      await world.runtime.advance(200);
      expect([link.isClosed, a.codes]).to.deep.equal([true, ['FRAME_TIMEOUT']]);
    });

    it('does not count the time of a frame that came whole', async () => {
      const { world, a } = await pair();
      const link = greeted(a);
      for (let requestId = 1; requestId <= 4; requestId++) {
        link.handlers?.onPartialFrame();
        await world.runtime.advance(limits.frameMs - 1_000);
        link.receive({ type: 'ping', requestId, id: idBytesOf(a.contact.id) });
      }
      expect(link.isClosed).to.equal(false);
    });
  });

  context('when the peer does not read', () => {
    it('closes the link once it has been so for 10 s', async () => {
      const { world, a } = await pair();
      const link = greeted(a);
      link.isCongested = true;
      link.receive({ type: 'ping', requestId: 1, id: idBytesOf(a.contact.id) });
      await world.runtime.advance(limits.linkStuckMs + 100);
      expect([link.isClosed, a.codes]).to.deep.equal([true, ['SLOW_READER']]);
    });

    it('keeps it when the peer has caught up', async () => {
      const { world, a } = await pair();
      const link = greeted(a);
      link.isCongested = true;
      link.receive({ type: 'ping', requestId: 1, id: idBytesOf(a.contact.id) });
      link.isCongested = false;
      await world.runtime.advance(limits.linkStuckMs + 100);
      expect(link.isClosed).to.equal(false);
    });
  });

  context('when the link ends by itself', () => {
    it('fails what was asked, without a fault of the peer', async () => {
      const { world, a, b } = await pair();
      const session = await world.run(a.pool.dial(b.contact));
      await world.runtime.advance(100);
      const asked = pingOver(session, b.contact.id);
      world.network.crash('b');
      await expectCode(world.run(asked), 'ERR_LINK_LOST');
      expect(a.codes).to.deep.equal([]);
      expect(a.pool.get(b.contact)).to.equal(undefined);
    });

    it('tells of a fault that the transport saw', async () => {
      const { a } = await pair();
      greeted(a).handlers?.onClose({ code: 'FRAME_TOO_LARGE', detail: '65537 B' });
      expect([a.codes, a.ends]).to.deep.equal([['FRAME_TOO_LARGE'], ['FRAME_TOO_LARGE']]);
    });
  });

  context('when the peer ends the session', () => {
    for (const [code, isFault] of [
      ['CLOSED', false],
      ['IDLE', false],
      ['TOO_MANY_SESSIONS', false],
      ['BAD_FRAME', true],
      ['what is this', false],
    ] as const) {
      it(`${isFault ? 'tells of' : 'takes for no fault'} ${code}, and says nothing more`, async () => {
        const { a } = await pair();
        const link = greeted(a);
        const { length } = link.sent;
        link.receive({ type: 'close', code });
        expect([link.isClosed, link.sent.length, a.codes.length]).to.deep.equal([
          true,
          length,
          isFault ? 1 : 0,
        ]);
      });
    }
  });

  context('when a peer claims an id that has answered elsewhere', () => {
    it('goes on with the session where it answered', async () => {
      const { world, a, b } = await pair();
      const session = await world.run(a.pool.dial(b.contact));
      await world.runtime.advance(100);
      greeted(a, 'b');
      expect(a.pool.get(b.contact)).to.equal(session);
    });
  });

  describe('close', () => {
    it('ends sessions and dials, and leaves nothing', async () => {
      const { world, a, b } = await pair();
      await world.run(a.ping(b.contact));
      const dialled = reasonOf(a.pool.dial(encodedNodeOf('c')));
      a.pool.close();
      expect(await world.run(dialled)).to.include({ code: 'ERR_CLOSED' });
      await world.runtime.advance(100);
      expect([a.pool.size, b.pool.size, world.network.openEnds]).to.deep.equal([0, 0, 0]);
      expect([b.ends, b.codes]).to.deep.equal([['LINK_LOST'], []]);
      await b.close();
      await world.runtime.advance(limits.idleMs);
      expect(world.runtime.pendingTimers).to.equal(0);
    });

    it('takes no link and dials nobody afterwards', async () => {
      const { world, a, b } = await pair();
      a.pool.close();
      const link = new HandLink();
      a.pool.accept(link, 'hand');
      expect(link.isClosed).to.equal(true);
      await expectCode(world.run(a.pool.dial(b.contact)), 'ERR_CLOSED');
    });
  });

  it('shows the sessions that are open, and how a peer usually answers', async () => {
    const { world, a, b } = await pair({ latencyMs: 30 });
    await world.run(a.ping(b.contact));
    expect([...a.pool.open()].map(({ peer }) => peer?.id)).to.deep.equal([b.contact.id]);
    expect(a.pool.roundTripOf(b.contact.id).ms).to.equal(60);
    expect(a.pool.roundTripOf(idOf('nobody'))).to.equal(a.roundTrip);
  });
});
