import { expect } from 'chai';
import type { FaultCode } from '../../src/errors.js';
import { limits } from '../../src/limits.js';
import type { EncodedContact } from '../../src/wire/contact-codec.js';
import { decode } from '../../src/wire/decode.js';
import { encode } from '../../src/wire/encode.js';
import { type BadFrame, type Hello, Kind, type Message, type Nodes } from '../../src/wire/messages.js';
import { encodedOf } from '../support/contacts.js';
import { idBytesOf, idOf, keyOfName } from '../support/ids.js';
import { bytesOfHex } from '../support/vectors.js';

const foo = encodedOf('foo', { data: 'x', transport: { type: 'tcp', host: '127.0.0.1', port: 1 } });
const id = idBytesOf(idOf('foo'));

const messages: Record<Message['type'], Message> = {
  hello: {
    type: 'hello',
    minVersion: 1,
    maxVersion: 2,
    nonce: new Uint8Array(16).fill(7),
    group: 'Zürich',
    expectedId: id,
    contact: foo,
  },
  proof: {
    type: 'proof',
    identity: { how: 'signed', bytes: new Uint8Array(64).fill(4) },
    secret: new Uint8Array(32).fill(5),
  },
  close: { type: 'close', code: 'IDLE' },
  ping: { type: 'ping', requestId: 1, id },
  findNode: {
    type: 'findNode',
    requestId: 2,
    target: { key: keyOfName('foo') },
    announced: [foo, encodedOf('bar')],
    withdrawn: [encodedOf('baz')],
  },
  pong: { type: 'pong', requestId: 1, contact: foo },
  nodes: {
    type: 'nodes',
    requestId: 2,
    exact: { contact: foo, ttlSeconds: 60 },
    contacts: [foo, encodedOf('bar')],
    conflicts: [encodedOf('baz')],
  },
  error: { type: 'error', requestId: 3, code: 'UNSUPPORTED' },
};

/** The frame of a message, copied: `encode` uses its buffer again. */
const frameOf = (message: Message) => Buffer.from(encode(message));
const frameOfHex = (...hex: string[]) => bytesOfHex(hex.join('').replaceAll(' ', ''));

function expectBad(frame: Uint8Array, code: FaultCode, detail: string): BadFrame {
  const bad = decode(frame) as BadFrame;
  expect(bad.type).to.equal('bad');
  expect(bad.code, bad.detail).to.equal(code);
  expect(bad.detail).to.contain(detail);
  return bad;
}

describe('decode', () => {
  for (const message of Object.values(messages)) {
    context(`of ${message.type}`, () => {
      it('gives back what was encoded', () => {
        const decoded = decode(frameOf(message));
        expect(decoded.type).to.equal(message.type);
        expect(frameOf(decoded as Message)).to.deep.equal(frameOf(message));
      });

      it('keeps nothing of the frame', () => {
        const frame = frameOf(message);
        const decoded = decode(frame) as Message;
        frame.fill(0xff);
        expect(frameOf(decoded)).to.deep.equal(frameOf(message));
      });

      it('refuses the frame cut at any position, and reads its request id where it can', () => {
        const frame = frameOf(message);
        for (let length = 0; length < frame.length; length++) {
          const bad = expectBad(frame.subarray(0, length), 'BAD_FRAME', 'past the frame');
          if ('requestId' in message) {
            expect(bad.requestId).to.equal(length < 5 ? undefined : message.requestId);
          } else expect(bad).to.not.have.property('requestId');
        }
      });

      it('refuses a byte after the last field', () => {
        expectBad(
          Buffer.concat([frameOf(message), Uint8Array.of(0)]),
          'BAD_FRAME',
          '1 B after the last field',
        );
      });

      it('passes over unknown parts and counts them', () => {
        let passedOver = 0;
        const frame = Buffer.concat([
          frameOf(message).subarray(0, -1),
          frameOfHex('02', '07 0000', 'ff 0003 aabbcc'),
        ]);
        const decoded = decode(frame, () => passedOver++);
        expect(frameOf(decoded as Message)).to.deep.equal(frameOf(message));
        expect(passedOver).to.equal(2);
      });
    });
  }

  it('gives back what HELLO says of proofs', () => {
    const hello: Message = {
      ...(messages.hello as Hello),
      key: new Uint8Array(32).fill(1),
      exchangeKey: new Uint8Array(32).fill(2),
      remembered: new Uint8Array(32).fill(3),
      provesSecret: true,
    };
    expect(decode(frameOf(hello))).to.deep.equal(hello);
  });

  for (const [message, part, tag] of [
    [
      { type: 'findNode', requestId: 1, target: { id: idBytesOf(idOf('x')) }, announced: [], withdrawn: [] },
      'onBehalf',
      '01',
    ],
    [
      { type: 'findNode', requestId: 1, target: { id: idBytesOf(idOf('x')) }, announced: [], withdrawn: [] },
      'exactWillDo',
      '02',
    ],
    [{ type: 'nodes', requestId: 1, contacts: [], conflicts: [] }, 'beyond', '01'],
  ] as const) {
    it(`gives back ${part} of ${message.type}, and nothing where it says nothing`, () => {
      const said = { ...message, [part]: true };
      expect(decode(frameOf(said))).to.deep.equal(said);
      expect(decode(frameOf({ ...message, [part]: false }))).to.deep.equal(message);
    });

    it(`passes over what ${part} of ${message.type} may hold in versions to come`, () => {
      const frame = Buffer.concat([frameOf(message).subarray(0, -1), frameOfHex('01', `${tag} 0002 aabb`)]);
      expect(decode(frame)).to.deep.equal({ ...message, [part]: true });
    });
  }

  context('of an unknown kind', () => {
    for (const kind of [0x00, 0x04, 0x0f, 0x12, 0x7f, 0x80, 0xff]) {
      const name = `0x${kind.toString(16).padStart(2, '0')}`;
      it(`takes ${name} for a request that is not supported`, () => {
        const frame = Uint8Array.of(kind, 0x01, 0x02, 0x03, 0x04, 9, 9);
        const bad = expectBad(frame, 'UNSUPPORTED', `request kind ${name}`);
        expect(bad.of).to.equal('request');
        expect(bad.requestId).to.equal(0x01020304);
      });
    }

    it('takes PROOF for no request', () => {
      const bad = expectBad(Uint8Array.of(Kind.proof, 1, 2, 3, 4), 'BAD_FRAME', 'proof of identity');
      expect(bad.of).to.equal('other');
      expect(bad).to.not.have.property('requestId');
    });
  });

  const long = (text: string) => {
    const bytes = Buffer.from(text);
    return Buffer.concat([Uint8Array.of(bytes.length >> 8, bytes.length & 0xff), bytes]).toString('hex');
  };
  const contact = long('\u0003foo{}');
  const refused: [what: string, frame: Uint8Array, code: FaultCode, detail: string][] = [
    ['no bytes', new Uint8Array(0), 'BAD_FRAME', 'kind ends 1 B past the frame'],
    ['a cut request id', frameOfHex('10 0000'), 'BAD_FRAME', 'request id ends 2 B past the frame'],
    [
      'a contact past the frame',
      frameOfHex('91 00000002 00 04', contact, contact, contact, '0014 03666f6f', '00'.repeat(4)),
      'BAD_FRAME',
      'contacts[3] ends 12 B past the frame',
    ],
    [
      'a count that does not fit',
      frameOfHex('91 00000002 00 14', contact),
      'BAD_FRAME',
      'contacts[1] ends 2 B past the frame',
    ],
    ['a target id of length 0', frameOfHex('10 00000001 00 00'), 'BAD_ID', '1..255 bytes, got 0'],
    [
      'a target id of length 0 to find',
      frameOfHex('11 00000001 00 00 0000 0000 00'),
      'BAD_ID',
      '1..255 bytes, got 0',
    ],
    ['a target of unknown kind', frameOfHex('11 00000001 02'), 'BAD_FRAME', 'target of kind 2'],
    [
      '21 contacts',
      frameOfHex('91 00000002 00 15', contact.repeat(21), '0000 00'),
      'TOO_MANY_CONTACTS',
      '21 > 20 in contacts',
    ],
    ['513 announced', frameOfHex('11 00000001 00 01 61 0201'), 'TOO_MANY_CONTACTS', '513 > 512 in announced'],
    [
      '513 withdrawn',
      frameOfHex('11 00000001 00 01 61 0000 0201'),
      'TOO_MANY_CONTACTS',
      '513 > 512 in withdrawn',
    ],
    ['513 conflicts', frameOfHex('91 00000002 00 00 0201'), 'TOO_MANY_CONTACTS', '513 > 512 in conflicts'],
    [
      'a contact of no bytes',
      frameOfHex('91 00000002 00 01 0000 0000 00'),
      'BAD_CONTACT',
      'contacts[0]: an id of 0 B in a contact of 0 B',
    ],
    [
      'a contact of no id',
      frameOfHex('91 00000002 00 01 0001 00 0000 00'),
      'BAD_CONTACT',
      'contacts[0]: an id of 0 B in a contact of 1 B',
    ],
    [
      'a contact shorter than its id',
      frameOfHex('91 00000002 00 01 0003 03 6161 0000 00'),
      'BAD_CONTACT',
      'contacts[0]: an id of 3 B in a contact of 3 B',
    ],
    [
      'a contact of 3,073 bytes',
      frameOfHex('90 00000001 01', long(`\u0003foo${' '.repeat(3_069)}`), '00'),
      'CONTACT_TOO_LARGE',
      'contact: 3073 B > 3072 B',
    ],
    [
      'a contact that claims 65,535 bytes',
      frameOfHex('90 00000001 01 ffff'),
      'CONTACT_TOO_LARGE',
      'contact: 65535 B > 3072 B',
    ],
    [
      'a contact neither absent nor present',
      frameOfHex('90 00000001 07'),
      'BAD_FRAME',
      'contact: neither absent (0) nor present (1) but 7',
    ],
    ['17 parts', frameOfHex('90 00000001 00 11', '010000'.repeat(17)), 'BAD_FRAME', '17 > 16 parts'],
    [
      '4,097 bytes of parts',
      frameOfHex('90 00000001 00 02', '01 0800', '00'.repeat(2048), '02 0801', '00'.repeat(2049)),
      'BAD_FRAME',
      '4097 B > 4096 B of parts',
    ],
    [
      'a part past the frame',
      frameOfHex('90 00000001 00 01 01 0002 00'),
      'BAD_FRAME',
      'parts[0] ends 1 B past the frame',
    ],
    [
      'another magic',
      frameOfHex('01 44534756'.replace('56', '57'), '00'.repeat(30)),
      'BAD_MAGIC',
      'not a disgover HELLO',
    ],
    [
      'a group that is not UTF-8',
      Buffer.concat([frameOf(messages.hello).subarray(0, 29), frameOfHex('02 c328 00')]),
      'BAD_ENCODING',
      'group is not UTF-8',
    ],
    [
      'a group of 65 bytes',
      Buffer.concat([frameOf(messages.hello).subarray(0, 29), frameOfHex('41', '61'.repeat(65))]),
      'BAD_FRAME',
      'group: 65 B > 64 B',
    ],
  ];
  for (const [what, frame, code, detail] of refused) {
    it(`refuses ${what}`, () => {
      expectBad(frame, code, detail);
    });
  }

  it('counts no part of a frame that is refused', () => {
    let passedOver = 0;
    decode(frameOfHex('90 00000001 00 02 01 0000 02 0001'), () => passedOver++);
    expect(passedOver).to.equal(0);
  });

  it('does not parse contacts: one that is broken costs only itself', () => {
    const frame = frameOfHex(
      '91 00000002 00 03',
      contact,
      long('\u0003bar{'),
      long('\u0003baznull'),
      '0000 00',
    );
    const { contacts } = decode(frame) as Nodes;
    expect(contacts.map((each) => (each as EncodedContact).parse())).to.satisfy(
      ([a, b, c]: { code?: string }[]) =>
        a?.code === undefined && b?.code === 'BAD_JSON' && c?.code === 'BAD_CONTACT',
    );
  });

  it('reads the highest numbers', () => {
    const { requestId } = decode(frameOfHex('90 ffffffff 00 00')) as { requestId: number };
    expect(requestId).to.equal(2 ** 32 - 1);
  });

  it('takes 512 announced and 512 withdrawn', () => {
    const list = Array.from({ length: limits.contactsInAnnounce }, (_, i) => encodedOf(`n${i}`));
    const frame = frameOf({ ...messages.findNode, announced: list, withdrawn: list } as Message);
    expect(decode(frame)).to.have.property('withdrawn').with.length(512);
  });
});
