import { expect } from 'chai';
import { limits } from '../../src/limits.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { encode } from '../../src/wire/encode.js';
import { contactOfLength, encodedOf } from '../support/contacts.js';
import { idBytesOf, idOf } from '../support/ids.js';

const target = { id: idBytesOf(idOf('target')) };

describe('encode', () => {
  it('uses its buffer again', () => {
    const first = encode({ type: 'pong', requestId: 1 });
    const second = encode({ type: 'pong', requestId: 2 });
    expect(second.buffer).to.equal(first.buffer);
    expect(first).to.deep.equal(second);
  });

  it('fits 20 contacts of 3 KiB, the exact one and the envelope in a frame', () => {
    const contact = EncodedContact.from(contactOfLength(limits.contactBytes));
    const exact = { contact, ttlSeconds: 1 };
    const contacts = new Array<EncodedContact>(limits.contactsInReply).fill(contact);
    const frame = encode({ type: 'nodes', requestId: 1, exact, contacts, conflicts: [] });
    expect(frame.length).to.be.at.most(limits.frameBytes);
  });

  it('throws for more than a frame holds, and works again after it', () => {
    const contact = EncodedContact.from(contactOfLength(limits.contactBytes));
    for (const count of [22, 100]) {
      const announced = new Array<EncodedContact>(count).fill(contact);
      const message = { type: 'findNode', requestId: 1, target, announced, withdrawn: [] } as const;
      expect(() => encode(message)).to.throw(RangeError);
    }
    expect(encode({ type: 'pong', requestId: 1 })).to.deep.equal(Uint8Array.of(0x90, 0, 0, 0, 1, 0, 0));
  });

  it('throws for a text or a list whose length would wrap', () => {
    expect(() => encode({ type: 'close', code: 'X'.repeat(256) })).to.throw(RangeError);
    const contacts = new Array<EncodedContact>(256).fill(encodedOf('x'));
    expect(() => encode({ type: 'nodes', requestId: 1, contacts, conflicts: [] })).to.throw(RangeError);
  });
});

describe('ByteWriter', () => {
  it('fills a frame to the last byte and no further', () => {
    const writer = new ByteWriter();
    writer
      .start(1)
      .raw(new Uint8Array(limits.frameBytes - 2))
      .u8(2);
    expect(writer.frame()).to.have.length(limits.frameBytes);
    expect(() => writer.u8(3)).to.throw(RangeError);
    expect(() => writer.start(1).long(new Uint8Array(0x1_0000))).to.throw(RangeError);
  });
});
