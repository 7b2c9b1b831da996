// What ended, misled or bloated the ancestor, each by its name in the list of its faults; `clock-zero`, `clock-tie`, `clock-alien` and
// `g-set-example` are in arbiters.test.ts.

import { getEventListeners, once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { gSet } from '../../arbiters/g-set.js';
import { compareDistance } from '../../src/id/distance.js';
import type { ArbiterFunction, Contact } from '../../src/index.js';
import { contactWith } from '../support/bad-json.js';
import { expectCode } from '../support/expect-code.js';
import { idOf, keyAtDistance, keyOfName } from '../support/ids.js';
import { frames, type NodesFields, RawListener, RawPeer, short, u8, u16, u32 } from '../support/raw-peer.js';
import { Victim } from '../support/victim.js';

const x = idOf('x');

describe('what the ancestor got wrong', function () {
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

  /** Stands in for the victim of the hook. */
  const startAgain = async (...options: Parameters<typeof Victim.start>) => {
    await victim.close();
    victim = await Victim.start(...options);
  };

  /** A node in the victim's table that answers every search for an id with this. */
  const teller = async (answer: NodesFields, id?: string) => {
    const listener = await RawListener.listen(id === undefined ? {} : { id });
    listeners.push(listener);
    listener.serve({ findNode: ({ target }) => ('id' in target ? answer : {}) });
    victim.node.add(listener.contact);
    await victim.until(() => victim.node.snapshot().nodes.some((node) => node.id === listener.id));
    return listener;
  };

  /** Announces the contacts, one after the other, and lets go. */
  const announce = async (...contacts: (Contact | Record<string, unknown>)[]) => {
    const peer = await RawPeer.greeted(victim.address);
    for (const contact of contacts) await peer.found({ target: { id: x }, announced: [contact as Contact] });
    const { exact } = await peer.found({ target: { id: (contacts[0] as Contact).id } });
    peer.close();
    return exact?.contact;
  };

  context('ping-without-sender', () => {
    it('before HELLO, PING is refused', async () => {
      const peer = await RawPeer.connect(victim.address);
      peer.ping(victim.node.id);
      expect(await peer.expectEnd()).to.equal('HELLO_EXPECTED');
      await victim.expectSound();
    });

    it("the ancestor's own bytes are refused", async () => {
      const peer = await RawPeer.connect(victim.address);
      peer.write(Buffer.from('{"request":{"ping":"Zm9v"}}\r\n'));
      await victim.refusal('FRAME_TOO_LARGE');
      await peer.ended;
      await victim.expectSound();
    });

    it('a PING that is cut before its target is refused', async () => {
      const peer = await RawPeer.greeted(victim.address);
      peer.send(frames.ping(1, victim.node.id).subarray(0, 5));
      expect(await peer.expectError(1)).to.equal('BAD_FRAME');
      peer.close();
      await victim.expectSound();
    });
  });

  context('find-node-number', () => {
    it('a target of no bytes, or past the frame, is refused', async () => {
      const peer = await RawPeer.greeted(victim.address);
      peer.send(frames.findNode(1, { target: { id: '' } }));
      expect(await peer.expectError(1)).to.equal('BAD_ID');
      peer.send(Buffer.concat([u8(0x11), u32(2), u8(0), u8(200), Buffer.from('foo')]));
      expect(await peer.expectError(2)).to.equal('BAD_FRAME');
      peer.close();
      await victim.expectSound();
    });

    it('a number is no id for find', async () => {
      for (const id of [5, null, undefined, {}, Symbol('x')] as unknown as string[])
        await expectCode(victim.node.find(id), 'ERR_BAD_ID');
    });
  });

  context('proto-as-id', () => {
    const proto = Buffer.from('__proto__').toString('base64');

    it('the text is no id', async () => {
      await expectCode(victim.node.find('__proto__'), 'ERR_BAD_ID');
      await victim.expectSound();
    });

    it('the bytes are an id like any other', async () => {
      const peer = await RawPeer.greeted(victim.address, { id: proto });
      await peer.found({ target: { id: proto }, announced: [{ id: proto, data: 1 }] });
      expect((await peer.found({ target: { id: proto } })).exact?.contact.data).to.equal(1);
      peer.close();
      await teller({ contacts: [{ id: proto }], exact: { contact: { id: proto }, ttlSeconds: 1 } }, proto);
      expect((await victim.node.find(proto))?.id).to.equal(proto);
      expect(victim.node.snapshot().nodes.map(({ id }) => id)).to.deep.equal([proto]);
      await victim.expectSound();
    });

    it('the key is refused', async () => {
      const json = Buffer.from('{"__proto__":{"contact":1}}');
      await teller({ contacts: [contactWith(idOf('y'), json)] });
      expect(await victim.node.find(x)).to.equal(undefined);
      await victim.refusal('FORBIDDEN_KEY');
      await victim.expectSound();
    });
  });

  context('steal-own-id', () => {
    it("the node's own contact never changes", async () => {
      const { id, contact } = victim.node;
      const thief = { id, vectorClock: Number.MAX_SAFE_INTEGER, data: 'thief' };
      expect(await announce(thief)).to.deep.equal(contact);
      await teller({ exact: { contact: thief, ttlSeconds: 60 }, contacts: [thief] });
      expect(await victim.node.find(id, { fresh: true })).to.deep.equal(contact);
      expect((await victim.node.trace(id)).found).to.be.oneOf([undefined, contact]);
      expect(victim.node.contact).to.equal(contact);
      await victim.expectSound();
    });

    it('1e308 is no clock', async () => {
      const peer = await RawPeer.greeted(victim.address);
      const thief = contactWith(idOf('honest'), Buffer.from('{"vectorClock":1e308}'));
      peer.findNode({ target: { id: x }, announced: [thief] });
      expect(await peer.expectError()).to.equal('BAD_NUMBER');
      await victim.expectServes(peer);
      peer.close();
    });

    it('a registration stays where the arbiter keeps it, and tells of the claim', async () => {
      const conflicts: unknown[] = [];
      victim.node.on('conflict', ({ candidate }) => conflicts.push(candidate.data));
      expect((await announce({ id: idOf('honest'), data: 'a thief' }))?.data).to.deep.equal({
        note: 'still here',
      });
      expect(conflicts).to.deep.equal(['a thief']);
      await victim.expectSound();
    });
  });

  it('null-in-reply: what is no contact is dropped, and refused by its code', async () => {
    const broken = ['null', '[]', '[null]', '{"transport":null}', '{"transport":[{}]}'];
    const contacts = broken.map((json, i) => contactWith(idOf(`${i}`), Buffer.from(json)));
    await teller({ contacts: [...contacts, { id: idOf('empty') }] });
    expect(await victim.node.find(x)).to.equal(undefined);
    await victim.refusal('BAD_CONTACT');
    for (const { code } of victim.refused) expect(code).to.equal('BAD_CONTACT');
    expect(victim.refused.length).to.be.at.least(broken.length);
    await victim.expectSound();
  });

  it('wrong-id-answer: another id is not the answer, and the walk goes on', async () => {
    // One request at a time, and the liar is the closest to what is looked for: it has the same id.
    await startAgain({ concurrency: 1 });
    await teller({ exact: { contact: { id: idOf('b') }, ttlSeconds: 60 } }, x);
    await teller({ exact: { contact: { id: x, data: 'right' }, ttlSeconds: 60 } });
    expect((await victim.node.find(x))?.data).to.equal('right');
    await victim.refusal('ID_MISMATCH', `asked ${x} got ${idOf('b')}`);
    await victim.expectSound();
  });

  context('silent-peer', () => {
    // Nothing but the find shall have a deadline.
    beforeEach(() => victim.node.unregister(idOf('honest')));

    const settles = async (outcome: string | undefined, isUnderWay?: () => Promise<unknown>) => {
      const before = victim.runtime.pendingTimers;
      const { signal } = new AbortController();
      const found = victim.node.find(x, { signal }).catch((fault) => fault.code);
      await isUnderWay?.();
      await victim.runtime.advance(10_100);
      expect(await found).to.equal(outcome);
      expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
      expect(victim.sizes.lookups).to.equal(0);
      expect(victim.runtime.pendingTimers).to.be.at.most(before);
      const peer = await RawPeer.greeted(victim.address);
      expect((await peer.pinged(victim.node.id)).contact).to.deep.equal(victim.node.contact);
      peer.close();
    };

    it('one that stops to answer', async () => {
      const silent = await teller({});
      const silence = { findNode: () => null, ping: () => null };
      silent.serve(silence);
      for (const peer of silent.accepted) peer.serve(silence);
      await settles('ERR_NO_NODES');
    });

    it('one that never says HELLO, named twenty times', async () => {
      const silent = await RawListener.listen();
      listeners.push(silent);
      const { transport } = silent.contact;
      const contacts = Array.from({ length: 20 }, (_, i) => ({ id: idOf(`${i}`), transport }));
      await teller({ contacts });
      // The one that answered does not know it, and was the only one to answer.
      await settles(undefined, () => silent.accept());
    });
  });

  context('endless-frame', () => {
    /** Bytes that a link takes which is written to for ever. */
    const taken = async (...head: Uint8Array[]) => {
      const socket = connect(victim.address);
      await once(socket, 'connect');
      socket.on('error', () => {});
      socket.resume();
      const ended = new Promise((resolve) => socket.once('close', resolve));
      socket.write(Buffer.concat(head));
      const endless = Buffer.alloc(1_048_576, 'x');
      for (let i = 0; i < 200 && !socket.destroyed && !socket.readableEnded; i++) {
        if (socket.write(endless)) continue;
        await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), ended]);
      }
      socket.destroy();
      await ended;
      return socket.bytesWritten;
    };

    it('200 MB without an end are not taken', async () => {
      expect(await taken(Buffer.from('xxxx'))).to.be.below(32 * 1_048_576);
      await victim.refusal('FRAME_TOO_LARGE');
      await victim.expectSound();
    });

    it('nor after a HELLO', async () => {
      const hello = frames.hello({ contact: { id: x } });
      expect(await taken(u32(hello.length), hello, u32(65_537))).to.be.below(32 * 1_048_576);
      await victim.refusal('FRAME_TOO_LARGE', '65537 B > 65536 B');
      await victim.expectSound();
    });
  });

  it('id-aliases: one id has one text', async () => {
    await announce({ id: 'Zm9v', data: 1 });
    expect((await victim.node.find('Zm9v'))?.data).to.equal(1);
    for (const alias of ['Zm9v\n', 'Zm9v====', 'Zm9v=', ' Zm9v', 'Zm9', 'Zh==', 'Z-_v', 'Zm 9v'])
      await expectCode(victim.node.find(alias), 'ERR_BAD_ID');
    expect(victim.sizes).to.include({ held: 1, misses: 0 });
  });

  context('near-keys', () => {
    it('of 1,000 pairs that differ in their last bits none ties', () => {
      const base = keyOfName('base');
      for (let i = 0n; i < 1_000n; i++) {
        const [near, far] = [keyAtDistance(base, 2n ** 255n + i), keyAtDistance(base, 2n ** 255n + i + 1n)];
        expect(compareDistance(base, near, far)).to.be.below(0);
        expect(compareDistance(base, far, near)).to.be.above(0);
      }
    });

    it('ids of 200 bytes are as far as others', async () => {
      const ids = [1, 2, 3].map((byte) => Buffer.alloc(200, byte).toString('base64'));
      for (const id of ids) await teller({ exact: { contact: { id: x, data: id }, ttlSeconds: 0 } }, id);
      const { steps } = await victim.node.trace(idOf('other'));
      // Whose exact contact is none of what was asked for is asked again, for whom it knows.
      expect(new Set(steps.map(({ id }) => id))).to.deep.equal(new Set(ids));
      for (const { distanceBits } of steps) expect(distanceBits).to.be.within(1, 256);
      await victim.expectSound();
    });
  });

  context('merge-lost', () => {
    const set = (...workers: string[]) => ({
      id: x,
      data: { workers: Object.fromEntries(workers.map((worker) => [worker, 1])) },
    });

    beforeEach(() => startAgain(gSet({ path: 'workers' })));

    it('a holder keeps what the arbiter returned', async () => {
      const held = await announce(set('w1'), set('w2'));
      expect(held?.data).to.deep.equal(set('w1', 'w2').data);
      await victim.expectSound();
    });

    it('so does the cache', async () => {
      await teller({ exact: { contact: set('w1'), ttlSeconds: 60 } });
      await teller({ exact: { contact: set('w2'), ttlSeconds: 60 } });
      const merged = set('w1', 'w2').data;
      expect((await victim.node.find(x, { agree: 2 }))?.data).to.deep.equal(merged);
      expect((await victim.node.find(x))?.data).to.deep.equal(merged);
      await victim.expectSound();
    });
  });

  context('arbiter-throws', () => {
    const hostile = (trap: string): object =>
      new Proxy(
        {},
        {
          get(_, name) {
            if (name === trap || trap === '*') throw new Error('a trap');
            return undefined;
          },
          ownKeys() {
            throw new Error('a trap');
          },
        },
      );

    const wrongs: Record<string, () => unknown> = {
      'an Error': () => {
        throw new Error('no');
      },
      'undefined, thrown': () => {
        throw undefined;
      },
      'what cannot be told as text': () => {
        throw Object.create(null);
      },
      'what throws when told as text': () => {
        throw hostile('*');
      },
      undefined: () => undefined,
      null: () => null,
      'a promise that rejects': () => Promise.reject(new Error('later')),
      'a thenable that throws': () => hostile('then'),
      'an object that throws when read': () => hostile('id'),
      'another id': () => ({ id: idOf('another') }),
      'a cycle': () => {
        const cycle: Record<string, unknown> = { id: x };
        cycle.data = cycle;
        return cycle;
      },
      '4 KiB': () => ({ id: x, data: 'y'.repeat(4_096) }),
    };

    for (const [title, wrong] of Object.entries(wrongs)) {
      it(`${title}: the incumbent is kept, and arbiterFault told`, async () => {
        const isOurs = ({ id }: Contact) => id === x;
        const arbiter: ArbiterFunction = (incumbent, candidate) =>
          isOurs(candidate) && incumbent !== undefined ? (wrong() as Contact) : candidate;
        await startAgain({ arbiter });
        const faults: string[] = [];
        victim.node.on('arbiterFault', ({ code }) => faults.push(code));
        expect((await announce({ id: x, data: 1 }, { id: x, data: 2 }))?.data).to.equal(1);
        await teller({ exact: { contact: { id: x, data: 3 }, ttlSeconds: 60 } });
        expect((await victim.node.trace(x)).found?.data).to.equal(1);
        expect(faults.length).to.equal(2);
        expect(faults[0]).to.be.oneOf(['ARBITER_THREW', 'ARBITER_BAD_RESULT']);
        await victim.expectSound();
      });
    }
  });

  it('counts what does not fit, and not what is said to be there', async () => {
    const peer = await RawPeer.greeted(victim.address);
    const target = Buffer.concat([u8(0), short(Buffer.from('x'))]);
    peer.send(Buffer.concat([u8(0x11), u32(1), target, u16(0xffff)]));
    expect(await peer.expectError(1)).to.equal('TOO_MANY_CONTACTS');
    peer.close();
  });
});
