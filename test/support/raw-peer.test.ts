import { expect } from 'chai';
import {
  framed,
  frames,
  type RawContact,
  type RawFrame,
  RawListener,
  RawPeer,
  type RawType,
  readFrame,
} from './raw-peer.js';
import { readVectors } from './vectors.js';

interface Vector {
  readonly name: string;
  readonly hex: string;
  readonly message: MessageVector;
}

/** The fields of all messages; those that a message lacks are not read. */
interface MessageVector {
  readonly type: Exclude<RawType, 'unknown' | 'proof'>;
  readonly requestId: number;
  readonly code: string;
  readonly id: string;
  readonly minVersion: number;
  readonly maxVersion: number;
  readonly nonce: string;
  readonly group: string;
  readonly expectedId?: string;
  readonly contact: RawContact;
  readonly target: { readonly id: string } | { readonly key: string };
  readonly announced: readonly RawContact[];
  readonly withdrawn: readonly RawContact[];
  readonly exact?: { readonly contact: RawContact; readonly ttlSeconds: number };
  readonly contacts: readonly RawContact[];
  readonly conflicts: readonly RawContact[];
  readonly onBehalf?: boolean;
  readonly exactWillDo?: boolean;
  readonly beyond?: boolean;
}

function write(message: MessageVector): Buffer {
  const { type, requestId, code, id, nonce, target, exact } = message;
  const contact = () => sorted(message.contact);
  switch (type) {
    case 'hello':
      return frames.hello({ ...message, contact: contact(), nonce: Buffer.from(nonce, 'hex') });
    case 'close':
      return frames.close(code);
    case 'ping':
      return frames.ping(requestId, id);
    case 'pong':
      return frames.pong(requestId, message.contact && contact());
    case 'findNode':
      return frames.findNode(requestId, {
        target: 'key' in target ? { key: Buffer.from(target.key, 'hex') } : target,
        announced: message.announced.map(sorted),
        withdrawn: message.withdrawn.map(sorted),
        onBehalf: message.onBehalf,
        exactWillDo: message.exactWillDo,
      });
    case 'nodes':
      return frames.nodes(requestId, {
        exact: exact && { ...exact, contact: sorted(exact.contact) },
        contacts: message.contacts.map(sorted),
        conflicts: message.conflicts.map(sorted),
        beyond: message.beyond,
      });
    case 'error':
      return frames.error(requestId, code);
  }
}

describe('RawPeer', () => {
  const { both, withUnknownParts } = readVectors<Record<'both' | 'withUnknownParts', Vector[]>>('frames');

  for (const { name, message, hex } of [...both, ...withUnknownParts]) {
    it(`reads ${name}`, () => {
      // Of the optional parts the vectors say nothing.
      const {
        bytes,
        parts: _,
        ...read
      } = readFrame(Buffer.from(hex, 'hex')) as RawFrame & { parts?: unknown };
      const plain = JSON.parse(JSON.stringify(read), (_, value) =>
        value?.type === 'Buffer' ? Buffer.from(value.data).toString('hex') : value,
      );
      expect(plain).to.deep.equal(message);
      expect(bytes.toString('hex')).to.equal(hex);
    });
  }

  for (const { name, message, hex } of both) {
    it(`writes ${name}`, () => {
      expect(write(message).toString('hex')).to.equal(hex);
    });
  }

  context('with another of its kind', () => {
    let listener: RawListener;

    beforeEach(async () => {
      listener = await RawListener.listen({ group: 'g' });
    });

    afterEach(() => listener.close());

    it('says HELLO, asks and is answered', async () => {
      listener.serve({ findNode: () => ({ contacts: [listener.contact] }) });
      const peer = await RawPeer.greeted(listener, { group: 'g' });
      expect((await peer.pinged(listener.id)).contact).to.deep.equal(listener.contact);
      expect((await peer.pinged(peer.id)).contact).to.equal(undefined);
      const { contacts } = await peer.found({ target: { id: peer.id }, announced: [peer.contact] });
      expect(contacts).to.deep.equal([listener.contact]);
      expect(listener.accepted[0]?.received.map(({ type }) => type)).to.deep.equal([
        'hello',
        'ping',
        'ping',
        'findNode',
      ]);
      peer.destroy();
    });

    it('reads frames that come in pieces, and the code of a CLOSE', async () => {
      const peer = await RawPeer.connect(listener);
      const other = await listener.accept();
      const bytes = Buffer.concat([framed(frames.error(1, 'BUSY')), framed(frames.close('IDLE'))]);
      other.write(bytes.subarray(0, 7));
      other.write(bytes.subarray(7));
      expect(await peer.expectError(1)).to.equal('BUSY');
      other.end();
      expect(await peer.expectEnd()).to.equal('IDLE');
    });

    it('knows silence, and the end of a link', async () => {
      const peer = await RawPeer.connect(listener);
      const other = await listener.accept();
      await peer.expectSilence(20);
      other.destroy(true);
      expect(await peer.expectEnd()).to.equal(undefined);
      const fault = await peer.next().catch((caught: Error) => caught);
      expect(fault).to.be.instanceOf(Error).with.property('message', 'the link has ended');
    });
  });
});

/** Canonical bytes want sorted keys; a peer may send them in any order. */
function sorted(contact: RawContact): RawContact {
  return JSON.parse(JSON.stringify(contact), (_, value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
