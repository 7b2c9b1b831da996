import { expect } from 'chai';
import type { Refusal } from '../../src/errors.js';
import { utf8 } from '../../src/id/bytes.js';
import { contactIdOfBytes } from '../../src/id/contact-id.js';
import { keyOf } from '../../src/id/key.js';
import { limits } from '../../src/limits.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { contactOfLength, encodedOf } from '../support/contacts.js';
import { expectRefusal, expectThrowsCode } from '../support/expect-code.js';
import { idOf } from '../support/ids.js';

const id = idOf('foo');
const tcp = { type: 'tcp', host: '127.0.0.1', port: 6742 };
const trap = () => {
  throw new Error('trap');
};

/** A contact as a peer may write it: any bytes after its id. */
function fromAfar(json: string | Uint8Array): EncodedContact {
  return EncodedContact.ofBytes(
    Buffer.concat([Uint8Array.of(3), utf8('foo'), typeof json === 'string' ? utf8(json) : json]),
  );
}

describe('EncodedContact', () => {
  describe('encode', () => {
    const cycle: Record<string, unknown> = {};
    cycle.a = { b: cycle };
    const { proxy: revoked, revoke } = Proxy.revocable({}, {});
    revoke();

    const refused: [what: string, input: unknown, code: Refusal['code'], detail: string][] = [
      ['nothing', undefined, 'BAD_CONTACT', 'expected object, got undefined'],
      ['null', null, 'BAD_CONTACT', 'expected object, got null'],
      ['a string', 'x', 'BAD_CONTACT', 'expected object, got string'],
      ['an array', [], 'BAD_CONTACT', 'expected object, got array'],
      ['an object without id', {}, 'BAD_CONTACT', 'id is missing'],
      [
        'an id that is a number',
        { id: 5 },
        'BAD_ID',
        'expected canonical base64 of 1..255 bytes, got number',
      ],
      ['an id that is bytes', { id: utf8('foo') }, 'BAD_ID', 'got Uint8Array'],
      ['an empty id', { id: '' }, 'BAD_ID', 'expected canonical base64 of 1..255 bytes, got an empty string'],
      ['an id of 256 bytes', { id: Buffer.alloc(256).toString('base64') }, 'BAD_ID', '256 > 255'],
      ['a url-safe id', { id: '-_8=' }, 'BAD_ID', 'not canonical base64 (did you mean "+/8=")'],
      ['an id without its padding', { id: 'Zg' }, 'BAD_ID', 'not canonical base64 (did you mean "Zg=="'],
      ['an id with a newline', { id: 'Zm9v\n' }, 'BAD_ID', 'not canonical base64 (did you mean "Zm9v")'],
      ['an id with trailing bits', { id: 'Zh==' }, 'BAD_ID', 'trailing bits are not zero'],
      ['a function', { id, data: { f: trap } }, 'NOT_SERIALIZABLE', 'data.f is a function'],
      ['a symbol', { id, data: { s: Symbol('s') } }, 'NOT_SERIALIZABLE', 'data.s is a symbol'],
      ['a bigint', { id, data: { b: 1n } }, 'NOT_SERIALIZABLE', 'data.b is a bigint'],
      ['a Date', { id, data: { d: new Date(0) } }, 'NOT_SERIALIZABLE', 'data.d is a Date'],
      ['a Map', { id, data: new Map() }, 'NOT_SERIALIZABLE', 'data is a Map'],
      ['a cycle', { id, data: cycle }, 'NOT_SERIALIZABLE', 'cycle at data.a.b'],
      [
        'a toJSON that throws',
        { id, data: { toJSON: trap } },
        'NOT_SERIALIZABLE',
        'data.toJSON is a function',
      ],
      [
        'a getter',
        { id, data: Object.defineProperty({}, 'x', { get: trap, enumerable: true }) },
        'NOT_PLAIN',
        'data.x has a getter',
      ],
      [
        'a getter of its id',
        Object.defineProperty({}, 'id', { get: trap, enumerable: true }),
        'NOT_PLAIN',
        'id has a getter',
      ],
      [
        'a hidden getter of its id',
        Object.defineProperty({}, 'id', { get: trap }),
        'NOT_PLAIN',
        'id has a getter',
      ],
      ['a Proxy', { id, data: new Proxy({}, {}) }, 'NOT_PLAIN', 'cannot be cloned'],
      [
        'a Proxy that throws',
        { id, data: new Proxy({}, { getPrototypeOf: trap }) },
        'NOT_PLAIN',
        'it is a Proxy',
      ],
      ['a revoked Proxy', { id, data: [revoked] }, 'NOT_PLAIN', 'it is a Proxy'],
      ['a revoked Proxy as the contact', revoked, 'NOT_PLAIN', 'it is a Proxy'],
      ['a class instance', { id, data: new (class Point {})() }, 'NOT_PLAIN', 'data is a Point'],
      [
        'a class instance as the contact',
        Object.assign(new (class Actor {})(), { id }),
        'NOT_PLAIN',
        'the contact is a Actor',
      ],
      ['NaN', { id, data: { x: Number.NaN } }, 'BAD_NUMBER', 'data.x is NaN'],
      ['Infinity', { id, data: { x: Number.POSITIVE_INFINITY } }, 'BAD_NUMBER', 'data.x is Infinity'],
      ['2^53', { id, data: { x: 2 ** 53 } }, 'BAD_NUMBER', 'use a string'],
      [
        '__proto__ as key',
        { id, data: JSON.parse('{"__proto__":{}}') },
        'FORBIDDEN_KEY',
        '"__proto__" at data',
      ],
      ['constructor as key', { id, data: [{ constructor: 1 }] }, 'FORBIDDEN_KEY', '"constructor" at data[0]'],
      ['prototype as key', { id, prototype: 1 }, 'FORBIDDEN_KEY', '"prototype"'],
      [
        'a transport without a type',
        { id, transport: { host: '::1' } },
        'BAD_CONTACT',
        'transport is not an object with a type',
      ],
      [
        'a transport that is text',
        { id, transport: 'tcp' },
        'BAD_CONTACT',
        'transport is not an object with a type',
      ],
      [
        'a transport that is null',
        { id, transport: null },
        'BAD_CONTACT',
        'transport is not an object with a type',
      ],
      [
        'a list of transports with one that is none',
        { id, transport: [tcp, 1] },
        'BAD_CONTACT',
        'nor a list of such',
      ],
      ['five addresses', { id, transport: new Array(5).fill(tcp) }, 'TOO_MANY_ADDRESSES', '5 > 4'],
    ];
    for (const [what, input, code, detail] of refused) {
      it(`refuses ${what}`, () => {
        expectRefusal(EncodedContact.encode(input), code, detail);
      });
    }

    it('refuses 3,073 bytes, and says how much of it is data', () => {
      expectRefusal(
        EncodedContact.encode(contactOfLength(3_073)),
        'CONTACT_TOO_LARGE',
        '3073 B > 3072 B (data is 3062 B)',
      );
      expectRefusal(EncodedContact.encode({ id, other: 'x'.repeat(3_072) }), 'CONTACT_TOO_LARGE', '> 3072 B');
    });

    it('takes 3,072 bytes', () => {
      expect(EncodedContact.from(contactOfLength(3_072)).bytes).to.have.length(3_072);
    });

    it('leaves out data that is undefined', () => {
      expect(EncodedContact.from({ id, data: undefined }).bytes).to.deep.equal(
        EncodedContact.from({ id }).bytes,
      );
      expect(EncodedContact.from({ id }).contact).not.to.have.property('data');
    });

    it('writes a clock of -0 as 0', () => {
      expect(EncodedContact.from({ id, vectorClock: -0 }).contact.vectorClock).to.equal(0);
      expect(Object.is(EncodedContact.from({ id, vectorClock: -0 }).contact.vectorClock, 0)).to.equal(true);
    });

    it('leaves clocks to the arbiter', () => {
      for (const vectorClock of ['5', 1.5, -1, true, {}, null]) {
        expect(EncodedContact.from({ id, vectorClock }).contact.vectorClock).to.deep.equal(vectorClock);
      }
    });

    it('keeps transports of unknown type', () => {
      const transport = { type: 'quic', anything: [1] };
      expect(EncodedContact.from({ id, transport }).contact.transport).to.deep.equal(transport);
    });

    it('is the same whatever the order of keys', () => {
      expect(encodedOf('foo', { a: 1, b: 2 }).bytes).to.deep.equal(encodedOf('foo', { b: 2, a: 1 }).bytes);
    });
  });

  describe('from', () => {
    it('throws what encode refuses', () => {
      const fault = expectThrowsCode(() => EncodedContact.from({}), 'ERR_BAD_CONTACT');
      expect(fault.message).to.equal('BAD_CONTACT: id is missing');
    });
  });

  describe('parse', () => {
    const refused: [what: string, json: string | Uint8Array, code: Refusal['code'], detail: string][] = [
      ['broken JSON', '{"data":}', 'BAD_JSON', 'position 8'],
      ['null', 'null', 'BAD_CONTACT', 'expected object, got null'],
      ['an array', '[]', 'BAD_CONTACT', 'expected object, got array'],
      ['a number', '5', 'BAD_CONTACT', 'expected object, got number'],
      ['a string', '"x"', 'BAD_CONTACT', 'expected object, got string'],
      ['bytes that are not UTF-8', Uint8Array.of(0xc3, 0x28), 'BAD_ENCODING', 'invalid UTF-8 at byte 1'],
      ['a lone surrogate', '{"data":{"x":"\\ud800"}}', 'BAD_STRING', 'lone surrogate at data.x'],
      ['a key twice', '{"a":1,"a":2}', 'DUPLICATE_KEY', 'a'],
      ['an id inside the JSON', '{"id":"Zm9v"}', 'DUPLICATE_KEY', 'id'],
      ['17 levels', `{"data":${'['.repeat(16)}${']'.repeat(16)}}`, 'TOO_DEEP', '17 > 16'],
      [
        '257 keys',
        `{${Array.from({ length: 257 }, (_, i) => `"${i}":0`)}}`,
        'TOO_MANY_KEYS',
        '257 > 256 keys',
      ],
      ['1e999', '{"vectorClock":1e999}', 'BAD_NUMBER', 'vectorClock is Infinity'],
      ['2^53 + 1', '{"vectorClock":9007199254740993}', 'BAD_NUMBER', 'use a string'],
      ['__proto__', '{"data":{"__proto__":{"polluted":true}}}', 'FORBIDDEN_KEY', '"__proto__" at data'],
      ['constructor', '{"constructor":1}', 'FORBIDDEN_KEY', '"constructor"'],
      ['prototype', '{"a":[{"prototype":1}]}', 'FORBIDDEN_KEY', '"prototype" at a[0]'],
      [
        'five addresses',
        `{"transport":${JSON.stringify(new Array(5).fill(tcp))}}`,
        'TOO_MANY_ADDRESSES',
        '5 > 4',
      ],
      [
        'a transport that is null',
        '{"transport":null}',
        'BAD_CONTACT',
        'transport is not an object with a type',
      ],
    ];
    for (const [what, json, code, detail] of refused) {
      it(`refuses ${what}`, () => {
        const contact = fromAfar(json);
        expectRefusal(contact.parse(), code, detail);
        expectThrowsCode(() => contact.contact, `ERR_${code}`);
        expect(contact.id, 'the id can be read all the same').to.equal(id);
      });
    }

    it('freezes at every depth, and parses once', () => {
      const encoded = fromAfar('{"data":{"a":[{}]},"transport":{"type":"tcp"}}');
      const { data, transport } = encoded.contact as { data: { a: [object] }; transport: object };
      for (const part of [encoded.contact, data, data.a, data.a[0], transport]) expect(part).to.be.frozen;
      expect(encoded.contact).to.equal(encoded.contact);
    });

    it('gives a contact of only an id for no JSON and for an empty object', () => {
      expect(fromAfar('').contact).to.deep.equal({ id });
      expect(fromAfar('{}').contact).to.deep.equal({ id });
    });

    it('encodes again whatever it takes', () => {
      const fields = Object.fromEntries(Array.from({ length: limits.jsonKeys }, (_, i) => [`k${i}`, i]));
      const parsed = fromAfar(JSON.stringify(fields)).contact;
      expect(EncodedContact.from(parsed).contact).to.deep.equal(parsed);
    });
  });

  it('has the id, its bytes and its key', () => {
    const encoded = encodedOf('foo', { data: 1 });
    expect(encoded.idBytes).to.deep.equal(utf8('foo'));
    expect(encoded.id).to.equal(id);
    expect(encoded.key).to.deep.equal(keyOf(utf8('foo')));
    const again = EncodedContact.ofBytes(encoded.bytes);
    expect(again.id).to.equal(contactIdOfBytes(utf8('foo')));
    expect(again.key).to.equal(again.key);
  });

  describe('equals', () => {
    const cases: [what: string, a: string, b: string, equal: boolean][] = [
      ['the same bytes', '{"a":1}', '{"a":1}', true],
      ['another order of keys', '{"a":1,"b":2}', '{"b":2,"a":1}', true],
      ['white space', '{"a":1}', ' { "a" : 1 } ', true],
      ['an empty object and nothing', '{}', '', true],
      ['another value', '{"a":1}', '{"a":2}', false],
      ['another order of items', '{"a":[1,2]}', '{"a":[2,1]}', false],
      ['the same bytes that do not parse', '{', '{', true],
      ['other bytes that do not parse', '{', '[', false],
      ['a contact and bytes that do not parse', '{}', '{', false],
    ];
    for (const [what, a, b, equal] of cases) {
      it(`is ${equal} for ${what}`, () => {
        expect(fromAfar(a).equals(fromAfar(b))).to.equal(equal);
        expect(fromAfar(b).equals(fromAfar(a))).to.equal(equal);
      });
    }

    it('is false for another id', () => {
      expect(encodedOf('foo').equals(encodedOf('bar'))).to.equal(false);
    });

    it('is by bytes for a contact that grows beyond 3 KiB when it is written canonically', () => {
      const json = `{"a":[${new Array(250).fill('1e15').join()}],"b":"${'x'.repeat(1_500)}"}`;
      expect(fromAfar(json).contact.a).to.have.length(250);
      expect(fromAfar(json).equals(fromAfar(json))).to.equal(true);
      expect(fromAfar(json).equals(fromAfar(`${json} `))).to.equal(false);
    });
  });
});
