// Messages and contacts ⇄ bytes.

import { holds, type MicroCase } from '../lib/time-case.js';
import { anyContact, fresh } from './contacts.js';
import { decode, EncodedContact, encode } from './engine.js';

const id = new Uint8Array(20).fill(7);
const ping = { type: 'ping', requestId: 7, id } as const;
const contacts = Array.from({ length: 20 }, () => anyContact());
const nodes = { type: 'nodes', requestId: 7, contacts, conflicts: [] } as const;
// Copies: the encoder's buffer is used again.
const pingFrame = Uint8Array.from(encode(ping));
const nodesFrame = Uint8Array.from(encode(nodes));
const one = anyContact({ data: { role: 'worker' } });

const typeOf = (frame: Uint8Array) => (decode(frame) as { readonly type?: string }).type;

export const cases: readonly MicroCase[] = [
  {
    name: 'codec / encode ping / 20 B id',
    prove: () => holds('a frame of 27 bytes', encode(ping).length === pingFrame.length),
    run: () => encode(ping),
  },
  {
    name: 'codec / decode ping / 20 B id',
    prove: () => holds('a ping', typeOf(pingFrame) === 'ping'),
    run: () => decode(pingFrame),
  },
  {
    name: 'codec / encode nodes / 20 contacts',
    prove: () => holds('the same frame', encode(nodes).length === nodesFrame.length),
    run: () => encode(nodes),
  },
  {
    name: 'codec / decode nodes / 20 contacts',
    prove: () => holds('nodes', typeOf(nodesFrame) === 'nodes'),
    run: () => decode(nodesFrame),
  },
  {
    name: 'contact / encode / an object',
    prove: () => holds('the same bytes', EncodedContact.from({ ...one.contact }).equals(one)),
    run: () => EncodedContact.from({ ...one.contact }),
  },
  {
    name: 'contact / key of bytes / 20 B id',
    prove: () => holds('the same key', Buffer.compare(fresh(one).key, one.key) === 0),
    run: () => fresh(one).key,
  },
  {
    name: 'contact / parse / data and one address',
    prove: () => holds('the same id', fresh(one).contact.id === one.contact.id),
    run: () => fresh(one).parse(),
  },
];
