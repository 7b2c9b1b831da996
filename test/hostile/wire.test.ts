// Bad input on the wire, row by row, against a node over TCP: a peer that shares no code with it writes the bytes by hand.
// Rows of TLS ports (3) stand in test/transports/tcp/tls.test.ts, those of secrets, proofs and admission (12, 13, parts of 9 and 28,
// the ninth frame of 7) in handshake.test.ts, those of WebSocket (33, 34) in ws.test.ts. Left out until the parts exist that they
// are about: limits of rate and of addresses (30, 31) and UDP (35, 36).

import { expect } from 'chai';
import type { FaultCode } from '../../src/errors.js';
import { badJson, contactWith } from '../support/bad-json.js';
import { expectCode } from '../support/expect-code.js';
import { idOf } from '../support/ids.js';
import {
  framed,
  frames,
  type NodesFields,
  type RawFrameOf,
  RawListener,
  RawPeer,
  type Sendable,
  short,
  u8,
  u16,
  u32,
} from '../support/raw-peer.js';
import { Victim } from '../support/victim.js';

/** What a peer does to whose link is then ended. */
interface Ending {
  readonly row: number;
  readonly input: string;
  readonly does: (peer: RawPeer, victim: Victim) => unknown;
  readonly code: FaultCode;
  readonly detail?: string;
  /** False where the framing is lost: then nothing is said. */
  readonly isTold?: false;
}

/** A request that is refused: its bytes, with request id 1. */
interface Refusable {
  readonly row: number;
  readonly input: string;
  readonly frame: (victim: Victim) => Uint8Array;
  readonly code: FaultCode;
  readonly detail?: string;
}

const x = idOf('x');
const far = { type: 'tcp', host: '127.0.0.1', port: 9 };
const findNode = (...rest: Uint8Array[]) => Buffer.concat([u8(0x11), u32(1), ...rest]);
const targetX = Buffer.concat([u8(0), short(Buffer.from('x'))]);
const announcing = (...announced: Sendable[]) => frames.findNode(1, { target: { id: x }, announced });

const beforeHello: readonly Ending[] = [
  {
    row: 1,
    input: 'nothing',
    does: (_, { runtime }) => runtime.advance(5_100),
    code: 'HANDSHAKE_TIMEOUT',
  },
  {
    row: 2,
    input: 'an HTTP request',
    does: (peer) => peer.write(Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n')),
    code: 'BAD_MAGIC',
    detail: 'looks like HTTP, which nodes do not speak at this port',
    isTold: false,
  },
  {
    row: 2,
    input: 'a ClientHello of TLS',
    does: (peer) => peer.write(Buffer.from('16030100c8010000c40303', 'hex')),
    code: 'BAD_MAGIC',
    detail: 'looks like TLS',
    isTold: false,
  },
  {
    row: 2,
    input: 'a HELLO with another magic',
    does: (peer) => peer.hello({ magic: 'BITT' }),
    code: 'BAD_MAGIC',
  },
  {
    row: 4,
    input: 'the length 2^32 - 1',
    does: (peer) => peer.write(u32(0xffff_ffff)),
    code: 'FRAME_TOO_LARGE',
    detail: '4294967295 B > 4096 B before the peer is proved',
    isTold: false,
  },
  {
    row: 4,
    input: 'the length 5000',
    does: (peer) => peer.write(u32(5_000)),
    code: 'FRAME_TOO_LARGE',
    detail: '5000 B > 4096 B before the peer is proved',
    isTold: false,
  },
  { row: 5, input: 'the length 0', does: (peer) => peer.write(u32(0)), code: 'FRAME_EMPTY', isTold: false },
  {
    row: 5,
    input: '40 of 100 bytes, and the end',
    does: (peer) => {
      peer.write(framed(new Uint8Array(40), 100));
      peer.end();
    },
    code: 'FRAME_TRUNCATED',
    detail: 'got 40 of 100 B',
    isTold: false,
  },
  ...(['ping', 'findNode', 'pong', 'nodes', 'error', 'unknown'] as const).map((type) => ({
    row: 7,
    input: `${type} before HELLO`,
    does: (peer: RawPeer) => peer.send(firstFrames[type]),
    code: 'HELLO_EXPECTED' as const,
  })),
  {
    row: 9,
    input: 'a HELLO of another group',
    does: (peer) => peer.hello({ group: 'others' }),
    code: 'GROUP_MISMATCH',
  },
  {
    row: 9,
    input: 'a HELLO of versions 9 to 9',
    does: (peer) => peer.hello({ minVersion: 9, maxVersion: 9 }),
    code: 'VERSION_MISMATCH',
    detail: 'we speak 1..1, peer 9..9',
  },
  {
    row: 9,
    input: 'a HELLO of versions 2 to 1',
    does: (peer) => peer.hello({ minVersion: 2, maxVersion: 1 }),
    code: 'VERSION_MISMATCH',
  },
  {
    row: 10,
    input: 'a HELLO that dials another id',
    does: (peer) => peer.hello({ expectedId: idOf('somebody') }),
    code: 'ID_MISMATCH',
  },
  {
    row: 11,
    input: 'a HELLO of the node itself',
    does: (peer, { node }) => peer.hello({ contact: node.contact }),
    code: 'SELF_CONNECT',
  },
  {
    row: 16,
    input: 'a HELLO that is cut',
    does: (peer) => peer.send(frames.hello({ contact: peer.contact }).subarray(0, 20)),
    code: 'BAD_FRAME',
  },
  {
    row: 16,
    input: 'a HELLO with bytes behind it',
    does: (peer) => peer.send(Buffer.concat([frames.hello({ contact: peer.contact }), u8(0)])),
    code: 'BAD_FRAME',
    detail: '1 B after the last field',
  },
  {
    row: 21,
    input: 'a HELLO with a contact of 3073 bytes',
    does: (peer) => peer.hello({ contact: contactWith(x, Buffer.alloc(3_071, ' ')) }),
    code: 'CONTACT_TOO_LARGE',
    detail: '3073 B > 3072 B',
  },
  {
    row: 21,
    input: 'a HELLO with an id of no bytes',
    does: (peer) => peer.hello({ contact: u8(0) }),
    code: 'BAD_CONTACT',
  },
  ...badJson.map(({ row, title, json, code, detail }) => ({
    row,
    input: `a HELLO with the contact ${title}`,
    does: (peer: RawPeer) => peer.hello({ contact: contactWith(x, json) }),
    code,
    detail,
  })),
];

const firstFrames = {
  ping: frames.ping(1, x),
  findNode: frames.findNode(1, { target: { id: x } }),
  pong: frames.pong(1),
  nodes: frames.nodes(1),
  error: frames.error(1, 'BUSY'),
  unknown: Buffer.concat([u8(0x42), u32(1)]),
};

const afterHello: readonly Ending[] = [
  {
    row: 4,
    input: 'the length 65537',
    does: (peer) => peer.write(u32(65_537)),
    code: 'FRAME_TOO_LARGE',
    detail: '65537 B > 65536 B',
    isTold: false,
  },
  {
    row: 6,
    input: 'one byte every 9 seconds',
    does: async (peer, victim) => {
      for (const byte of [0, 0]) {
        peer.write(u8(byte));
        // Once a later peer has been answered, the byte has been read.
        await victim.expectSound();
        await victim.runtime.advance(9_000);
      }
    },
    code: 'FRAME_TIMEOUT',
  },
  { row: 8, input: 'a second HELLO', does: (peer) => peer.hello(), code: 'UNEXPECTED_HELLO' },
  {
    row: 16,
    input: 'a PING that ends within its request id',
    does: (peer) => peer.send(frames.ping(1, x).subarray(0, 3)),
    code: 'BAD_FRAME',
    detail: 'request id ends 2 B past the frame',
  },
  {
    row: 12,
    input: 'a PROOF that HELLO did not announce',
    does: (peer) => peer.send(Buffer.concat([u8(0x02), u8(0), u8(0), u8(0)])),
    code: 'BAD_FRAME',
  },
  {
    row: 19,
    input: 'eleven replies that nobody asked for',
    does: (peer) => peer.send(...Array.from({ length: 11 }, (_, i) => frames.pong(i + 1))),
    code: 'UNSOLICITED_REPLY',
  },
];

const refusable: readonly Refusable[] = [
  ...[0x00, 0x12, 0x7f, 0xff].map((kind) => ({
    row: 14,
    input: `a request of the kind 0x${kind.toString(16)}`,
    frame: () => Buffer.concat([u8(kind), u32(1), u8(0)]),
    code: 'UNSUPPORTED' as const,
  })),
  {
    row: 16,
    input: 'a PING cut before its target',
    frame: () => frames.ping(1, x).subarray(0, 5),
    code: 'BAD_FRAME',
  },
  {
    row: 16,
    input: 'bytes after the last field',
    frame: () => Buffer.concat([frames.ping(1, x), Buffer.alloc(3)]),
    code: 'BAD_FRAME',
    detail: '3 B after the last field',
  },
  {
    row: 16,
    input: 'a field past the frame',
    frame: () => {
      const whole = announcing({ id: idOf('a') }, { id: idOf('b') }, { id: idOf('c') }, { id: idOf('d') });
      return whole.subarray(0, whole.length - 4);
    },
    code: 'BAD_FRAME',
    detail: 'announced[3] ends 1 B past the frame',
  },
  {
    row: 16,
    input: 'a count that does not fit',
    frame: () => findNode(targetX, u16(0), u16(512)),
    code: 'BAD_FRAME',
    detail: 'withdrawn[0] ends 2 B past the frame',
  },
  {
    row: 16,
    input: 'an announce of 513',
    frame: () => findNode(targetX, u16(513), u16(0), u8(0)),
    code: 'TOO_MANY_CONTACTS',
    detail: '513 > 512',
  },
  {
    row: 16,
    input: 'a target of an unknown kind',
    frame: () => findNode(u8(2), u16(0), u16(0), u8(0)),
    code: 'BAD_FRAME',
  },
  {
    row: 16,
    input: '17 parts',
    frame: () =>
      Buffer.concat([
        frames.ping(1, x).subarray(0, -1),
        u8(17),
        ...Array.from({ length: 17 }, (_, tag) => Buffer.concat([u8(tag), u16(0)])),
      ]),
    code: 'BAD_FRAME',
  },
  {
    row: 16,
    input: '4,097 bytes of parts',
    frame: () =>
      Buffer.concat([frames.ping(1, x).subarray(0, -1), u8(1), u8(9), u16(4_097), Buffer.alloc(4_097)]),
    code: 'BAD_FRAME',
  },
  {
    row: 17,
    input: 'a target id of length 0',
    frame: () => frames.findNode(1, { target: { id: '' } }),
    code: 'BAD_ID',
    detail: '1..255 bytes, got 0',
  },
  {
    row: 17,
    input: 'a PING to an id of length 0',
    frame: () => frames.ping(1, ''),
    code: 'BAD_ID',
    detail: '1..255 bytes, got 0',
  },
  { row: 18, input: 'the request id 0', frame: () => frames.ping(0, x), code: 'BAD_REQUEST_ID' },
  {
    row: 21,
    input: 'an announced contact whose id ends past it',
    frame: () => announcing(Buffer.from([9, 1, 2])),
    code: 'BAD_CONTACT',
  },
  {
    row: 21,
    input: 'an announced contact of no bytes',
    frame: () => announcing(new Uint8Array(0)),
    code: 'BAD_CONTACT',
  },
  {
    row: 21,
    input: 'an announced contact of 3,073 bytes',
    frame: () => announcing(contactWith(x, Buffer.alloc(3_071, ' '))),
    code: 'CONTACT_TOO_LARGE',
    detail: '3073 B > 3072 B',
  },
  ...badJson.flatMap(({ row, title, json, code, detail }) => [
    { row, input: `an announce of ${title}`, frame: () => announcing(contactWith(x, json)), code, detail },
    {
      row,
      input: `a withdrawal of ${title}`,
      frame: () => frames.findNode(1, { target: { id: x }, withdrawn: [contactWith(x, json)] }),
      code,
      detail,
    },
  ]),
  {
    row: 28,
    input: "an announce with another peer's transport",
    frame: () => announcing({ id: x, transport: far }),
    code: 'FOREIGN_TRANSPORT',
  },
  {
    row: 28,
    input: "an announce with the node's own transport",
    frame: ({ address }) => announcing({ id: x, transport: address }),
    code: 'FOREIGN_TRANSPORT',
  },
  {
    row: 28,
    input: "a withdrawal with another peer's transport",
    frame: () => frames.findNode(1, { target: { id: x }, withdrawn: [{ id: x, transport: far }] }),
    code: 'FOREIGN_TRANSPORT',
  },
];

/** What a node gets that asks: the reply's fields, or its bytes. */
interface BadReply {
  readonly row: number;
  readonly input: string;
  readonly reply: (asked: RawFrameOf<'findNode'>, link: RawPeer) => NodesFields | Uint8Array;
  readonly code: FaultCode;
  readonly detail?: string;
}

const good: readonly Sendable[] = [{ id: idOf('named'), transport: far }];

const badReplies: readonly BadReply[] = [
  {
    row: 16,
    input: 'that is cut',
    reply: ({ requestId }) => frames.nodes(requestId, { contacts: good }).subarray(0, -7),
    code: 'BAD_FRAME',
    detail: 'contacts[0] ends',
  },
  {
    row: 20,
    input: 'with 21 contacts',
    reply: () => ({ contacts: Array.from({ length: 21 }, (_, i) => ({ id: idOf(`${i}`), transport: far })) }),
    code: 'TOO_MANY_CONTACTS',
    detail: '21 > 20',
  },
  {
    row: 21,
    input: 'with a contact whose id ends past it',
    reply: () => ({ contacts: [...good, Buffer.from([9, 1, 2])] }),
    code: 'BAD_CONTACT',
  },
  {
    row: 21,
    input: 'with a contact of 3,073 bytes',
    reply: () => ({ contacts: [...good, contactWith(x, Buffer.alloc(3_071, ' '))] }),
    code: 'CONTACT_TOO_LARGE',
    detail: '3073 B > 3072 B',
  },
  ...badJson.flatMap(({ row, title, json, code, detail }) => [
    {
      row,
      input: `that names ${title}`,
      reply: () => ({ contacts: [contactWith(x, json)] }),
      code,
      detail,
    },
    {
      row,
      input: `with the exact contact ${title}`,
      reply: () => ({ exact: { contact: contactWith(x, json), ttlSeconds: 60 } }),
      code,
      detail,
    },
  ]),
  {
    row: 27,
    input: 'with another id as the exact contact',
    reply: () => ({ exact: { contact: { id: idOf('b'), transport: far }, ttlSeconds: 60 } }),
    code: 'ID_MISMATCH',
    detail: `asked ${x} got ${idOf('b')}`,
  },
];

describe('hostile bytes', function () {
  this.timeout(30_000);
  let victim: Victim;

  beforeEach(async () => {
    victim = await Victim.start();
  });

  afterEach(() => victim.close());

  const endsLink = (
    { row, input, does, code, detail = '', isTold }: Ending,
    connect: () => Promise<RawPeer>,
  ) =>
    it(`${row}: ${input} ends the link with ${code}`, async () => {
      const peer = await connect();
      await does(peer, victim);
      expect(await peer.expectEnd()).to.equal(isTold === false ? undefined : code);
      await victim.refusal(code, detail);
      expect(victim.refused).to.have.length.at.most(11);
      victim.expectNothingKept();
      await victim.expectSound();
    });

  context('before HELLO', () => {
    for (const ending of beforeHello) endsLink(ending, () => RawPeer.connect(victim.address));

    it('10: who dials another id learns the true one', async () => {
      const peer = await RawPeer.connect(victim.address);
      const { contact } = await peer.greet({ expectedId: idOf('somebody') });
      expect(contact.id).to.equal(victim.node.id);
      expect(await peer.expectEnd()).to.equal('ID_MISMATCH');
    });

    it('4: of a frame that is announced too large nothing is read', async () => {
      const peer = await RawPeer.connect(victim.address);
      peer.write(Buffer.concat([u32(0xffff_ffff), Buffer.alloc(65_536)]));
      await victim.refusal('FRAME_TOO_LARGE');
      await peer.ended;
      await victim.expectSound();
    });
  });

  context('after HELLO', () => {
    for (const ending of afterHello) endsLink(ending, () => RawPeer.greeted(victim.address));

    for (const { row, input, frame, code, detail } of refusable) {
      it(`${row}: ${input} is answered ${code}, and the session goes on`, async () => {
        const peer = await RawPeer.greeted(victim.address);
        const sent = frame(victim);
        peer.send(sent);
        expect(await peer.expectError(Buffer.from(sent).readUInt32BE(1))).to.equal(code);
        await victim.refusal(code, detail);
        expect(victim.refused).to.have.lengthOf(1);
        victim.expectNothingKept();
        peer.lastRequestId = 1;
        await victim.expectServes(peer);
        peer.close();
        await victim.expectSound();
      });
    }

    it('15: unknown parts are passed over and counted', async () => {
      const peer = await RawPeer.greeted(victim.address);
      const parts = [u8(2), u8(7), u16(3), Buffer.from('abc'), u8(255), u16(0)];
      peer.send(Buffer.concat([frames.ping(1, victim.node.id).subarray(0, -1), ...parts]));
      expect((await peer.expect('pong', 1)).contact?.id).to.equal(victim.node.id);
      expect(victim.counters.get('unknownPart')).to.equal(2);
      expect(victim.refused).to.deep.equal([]);
      peer.close();
      await victim.expectSound();
    });

    it('18: a request id that was used is answered BAD_REQUEST_ID, and not carried out', async () => {
      const peer = await RawPeer.greeted(victim.address);
      await peer.pinged(victim.node.id);
      peer.findNode({ target: { id: x }, announced: [{ id: x }] }, 1);
      expect(await peer.expectError(1)).to.equal('BAD_REQUEST_ID');
      await victim.refusal('BAD_REQUEST_ID', '1 after 1');
      victim.expectNothingKept();
      await victim.expectServes(peer);
      peer.close();
    });

    it('19: ten replies that nobody asked for are ignored and counted', async () => {
      const peer = await RawPeer.greeted(victim.address);
      const replies = [frames.pong(1), frames.nodes(1, { contacts: good }), frames.error(1, 'INTERNAL')];
      for (let i = 0; i < 10; i++) peer.send(replies[i % 3] as Buffer);
      await victim.expectServes(peer);
      expect(victim.refused.map(({ code }) => code)).to.deep.equal(Array(10).fill('UNSOLICITED_REPLY'));
      victim.expectNothingKept();
      peer.close();
      await victim.expectSound();
    });

    it('29: an announce of an id that is registered here meets it in the arbiter', async () => {
      const conflicts: unknown[] = [];
      victim.node.on('conflict', ({ candidate, standing }) =>
        conflicts.push([candidate.data, standing.data]),
      );
      const peer = await RawPeer.greeted(victim.address);
      const claim = { id: idOf('honest'), data: 'a claim' };
      const { exact, conflicts: before } = await peer.found({
        target: { id: claim.id },
        announced: [claim],
      });
      expect(exact?.contact.data).to.deep.equal({ note: 'still here' });
      expect(before).to.deep.equal([exact?.contact]);
      expect(conflicts).to.deep.equal([['a claim', { note: 'still here' }]]);
      victim.expectNothingKept();
      peer.close();
      await victim.expectSound();
    });

    it('32: who does not read is not waited for longer than 10 seconds', async () => {
      await victim.node.register({ id: idOf('large'), data: 'y'.repeat(2_900) });
      const peer = await RawPeer.greeted(victim.address);
      peer.pause();
      // As much as the system takes in between, and then some: the node stops to read before it keeps more.
      const asked = frames.findNode(1, { target: { id: idOf('large') } });
      const flood: Buffer[] = [];
      for (let id = 1; id <= 8_000; id++) {
        asked.writeUInt32BE(id, 1);
        flood.push(framed(asked));
      }
      peer.write(Buffer.concat(flood));
      const isRefused = () => victim.refused.some(({ code }) => code === 'SLOW_READER');
      for (let i = 0; i < 5 && !isRefused(); i++) {
        await victim.expectSound();
        await victim.runtime.advance(11_000);
      }
      await victim.refusal('SLOW_READER');
      peer.resume();
      await peer.ended;
      await victim.expectSound();
    });
  });

  context('in replies', () => {
    let liar: RawListener;

    beforeEach(async () => {
      liar = await RawListener.listen();
    });

    afterEach(() => liar.close());

    /** The victim knows the liar, which answers what is said here when the id `x` is asked for. */
    const know = async (reply: BadReply['reply']) => {
      liar.serve({ findNode: (asked, link) => ('id' in asked.target ? reply(asked, link) : {}) });
      victim.node.add(liar.contact);
      await victim.until(() => victim.node.routing.size === 1);
    };

    for (const { row, input, reply, code, detail } of badReplies) {
      it(`${row}: a reply ${input} is refused with ${code}`, async () => {
        await know(reply);
        const found = await victim.node.find(x).catch((fault) => fault.code);
        expect(found).to.be.oneOf([undefined, 'ERR_NO_NODES']);
        const refused = await victim.refusal(code, detail);
        expect(refused.remote).to.be.oneOf([liar.id, `127.0.0.1:${liar.port}`]);
        const { cache, held } = victim.sizes;
        expect({ cache, held }).to.deep.equal({ cache: 0, held: 0 });
        await victim.expectSound();
      });
    }

    it('19: a reply of another kind is not taken for the answer', async () => {
      await know(({ requestId }) => frames.pong(requestId, { id: x, transport: far }));
      const finding = victim.node.find(x);
      await victim.refusal('UNSOLICITED_REPLY');
      const [failed] = await Promise.all([finding.catch((fault) => fault), victim.runtime.advance(11_000)]);
      expect(failed.code).to.equal('ERR_NO_NODES');
      await victim.expectSound();
    });

    it('19: the same reply twice is taken once', async () => {
      await know(({ requestId }, link) => {
        const reply = frames.nodes(requestId, { exact: { contact: { id: x }, ttlSeconds: 60 } });
        link.send(reply);
        return reply;
      });
      expect((await victim.node.find(x))?.id).to.equal(x);
      await victim.refusal('UNSOLICITED_REPLY');
      expect(victim.sizes.cache).to.equal(1);
      await victim.expectSound();
    });

    it('10: another id than was dialled is remembered under its own', async () => {
      const other = await RawListener.listen();
      try {
        other.serve();
        await know(() => ({ contacts: [{ id: idOf('y'), transport: other.contact.transport }] }));
        expect(await victim.node.find(x)).to.equal(undefined);
        await victim.refusal('ID_MISMATCH', `dialled ${idOf('y')}, got ${other.id}`);
        await victim.until(() => victim.node.routing.size === 2);
        const ids = victim.node.snapshot().nodes.map(({ id }) => id);
        expect(ids).to.have.members([liar.id, other.id]);
      } finally {
        await other.close();
      }
      await victim.expectSound();
    });

    it('11: an address that turns out to be ours is not dialled again', async () => {
      // Under another name than we give ourselves.
      const ourselves = `tcp://localhost:${victim.address.port}`;
      await expectCode(victim.node.ping(ourselves), 'ERR_SELF_CONNECT');
      const refusals = victim.refused.length;
      await expectCode(victim.node.ping(ourselves), 'ERR_SELF_CONNECT');
      expect(victim.refused).to.have.lengthOf(refusals);
      await victim.expectSound();
    });
  });
});
