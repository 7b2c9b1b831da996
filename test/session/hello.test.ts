import { expect } from 'chai';
import type { Refusal } from '../../src/errors.js';
import { judgeHello, makeHello } from '../../src/session/hello.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import type { Hello } from '../../src/wire/messages.js';
import { encodedNodeOf } from '../support/contacts.js';
import { expectRefusal } from '../support/expect-code.js';
import { idBytesOf, idOf } from '../support/ids.js';

const own = encodedNodeOf('own');
const peer = encodedNodeOf('peer');
const side = { own, group: 'g' };
const nonce = new Uint8Array(16).fill(7);
const hello = (fields: Partial<Hello> = {}): Hello => ({
  ...makeHello({ own: peer, group: 'g' }, nonce),
  ...fields,
});

describe('makeHello', () => {
  it('says who we are, the group, the versions and the nonce', () => {
    expect(makeHello(side, nonce)).to.deep.equal({
      type: 'hello',
      minVersion: 1,
      maxVersion: 1,
      nonce,
      group: 'g',
      contact: own,
    });
  });

  it('says which id was dialled', () => {
    const made = makeHello({ ...side, dialledId: peer.id }, nonce);
    expect(made.expectedId).to.deep.equal(idBytesOf(peer.id));
  });
});

describe('judgeHello', () => {
  const broken = EncodedContact.ofBytes(Uint8Array.of(1, 0x61, 0x7b));

  it('has nothing against a peer of the same group', () => {
    expect(judgeHello(hello(), side)).to.equal(undefined);
    expect(judgeHello(hello(), { ...side, dialledId: peer.id })).to.equal(undefined);
    expect(judgeHello(hello({ expectedId: idBytesOf(own.id) }), side)).to.equal(undefined);
  });

  it('has nothing against a range of versions that includes ours', () => {
    expect(judgeHello(hello({ minVersion: 0, maxVersion: 9 }), side)).to.equal(undefined);
  });

  const refused: readonly [
    string,
    Partial<Hello>,
    Partial<Parameters<typeof judgeHello>[1]>,
    Refusal['code'],
  ][] = [
    ['newer versions only', { minVersion: 2, maxVersion: 9 }, {}, 'VERSION_MISMATCH'],
    ['older versions only', { minVersion: 0, maxVersion: 0 }, {}, 'VERSION_MISMATCH'],
    ['another group', { group: 'h' }, {}, 'GROUP_MISMATCH'],
    ['our own id', { contact: own }, {}, 'SELF_CONNECT'],
    ['a contact that does not parse', { contact: broken }, {}, 'BAD_JSON'],
    ['another id than was dialled', {}, { dialledId: idOf('other') }, 'ID_MISMATCH'],
    ['that it dialled another id', { expectedId: idBytesOf(idOf('other')) }, {}, 'ID_MISMATCH'],
  ];
  for (const [what, fields, ours, code] of refused) {
    it(`refuses who says ${what}`, () => {
      expectRefusal(judgeHello(hello(fields), { ...side, ...ours }), code);
    });
  }

  it('names the first of several faults: version, group, ourselves, contact, id', () => {
    const fields: Partial<Hello>[] = [
      { minVersion: 9, maxVersion: 9 },
      { group: 'h' },
      { contact: own },
      { contact: broken },
      { expectedId: idBytesOf(idOf('other')) },
    ];
    const codes = fields.map((_, from) => {
      const worse = Object.assign({}, ...fields.slice(from).reverse()) as Partial<Hello>;
      return (judgeHello(hello(worse), { ...side, dialledId: idOf('x') }) as Refusal).code;
    });
    expect(codes).to.deep.equal([
      'VERSION_MISMATCH',
      'GROUP_MISMATCH',
      'SELF_CONNECT',
      'BAD_JSON',
      'ID_MISMATCH',
    ]);
  });
});
