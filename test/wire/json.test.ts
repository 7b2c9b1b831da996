import { expect } from 'chai';
import { Refusal } from '../../src/errors.js';
import { utf8 } from '../../src/id/bytes.js';
import { canonicalJson, parseJson } from '../../src/wire/json.js';
import { expectRefusal } from '../support/expect-code.js';

describe('canonicalJson', () => {
  it('leaves out what is undefined, and writes -0 as 0', () => {
    expect(canonicalJson({ b: undefined, a: -0 })).to.equal('{"a":0}');
  });

  it('takes objects without a prototype', () => {
    expect(canonicalJson(Object.assign(Object.create(null), { a: 1 }))).to.equal('{"a":1}');
  });

  it('takes one value at several places, which is no cycle', () => {
    const shared = { x: 1 };
    expect(canonicalJson({ a: shared, b: [shared, shared] })).to.equal('{"a":{"x":1},"b":[{"x":1},{"x":1}]}');
  });

  const cycle: Record<string, unknown> = { a: {} };
  (cycle.a as Record<string, unknown>).b = cycle;
  const withExtra = Object.assign([1], { extra: 2 });
  const sparse = Object.assign([1, 2, 3]);
  delete sparse[1];
  const hidden = [1, 2];
  Object.defineProperty(hidden, 0, { get: () => 1, enumerable: true });
  const trap = () => {
    throw new Error('trap');
  };

  const refused: [what: string, value: unknown, code: Refusal['code'], detail: string][] = [
    ['a function', { data: { f: () => 1 } }, 'NOT_SERIALIZABLE', 'data.f is a function'],
    ['a symbol', { data: Symbol('s') }, 'NOT_SERIALIZABLE', 'data is a symbol'],
    ['a bigint', { data: [1n] }, 'NOT_SERIALIZABLE', 'data[0] is a bigint'],
    ['undefined in an array', [undefined], 'NOT_SERIALIZABLE', '[0] is undefined'],
    ['nothing', undefined, 'NOT_SERIALIZABLE', 'the value is undefined'],
    ['a Date', { data: new Date(0) }, 'NOT_SERIALIZABLE', 'data is a Date'],
    ['a Map', { data: new Map() }, 'NOT_SERIALIZABLE', 'data is a Map'],
    ['a Promise', { data: Promise.resolve() }, 'NOT_SERIALIZABLE', 'data is a Promise'],
    ['a cycle', { data: cycle }, 'NOT_SERIALIZABLE', 'cycle at data.a.b'],
    ['a toJSON', { data: { toJSON: trap } }, 'NOT_SERIALIZABLE', 'data.toJSON is a function'],
    ['a symbol as key', { data: { [Symbol('s')]: 1 } }, 'NOT_SERIALIZABLE', 'a key at data is a symbol'],
    [
      'a getter',
      {
        data: {
          get x() {
            return trap();
          },
        },
      },
      'NOT_PLAIN',
      'data.x has a getter',
    ],
    ['a getter in an array', { data: hidden }, 'NOT_PLAIN', 'data.0 has a getter'],
    ['a class instance', { data: new (class Point {})() }, 'NOT_PLAIN', 'data is a Point'],
    ['bytes', { data: Uint8Array.of(1) }, 'NOT_PLAIN', 'data is a Uint8Array'],
    ['a sparse array', { data: sparse }, 'NOT_PLAIN', 'data is not a plain array'],
    ['an array with properties', { data: withExtra }, 'NOT_PLAIN', 'data is not a plain array'],
    [
      'a subclass of Array',
      new (class List extends Array {})(),
      'NOT_PLAIN',
      'the value is not a plain array',
    ],
    ['a Proxy that throws', new Proxy({}, { ownKeys: trap }), 'NOT_PLAIN', 'it is a Proxy'],
    ['NaN', { data: { x: Number.NaN } }, 'BAD_NUMBER', 'data.x is NaN'],
    ['Infinity', { data: { x: Number.POSITIVE_INFINITY } }, 'BAD_NUMBER', 'data.x is Infinity'],
    ['2^53', { data: { x: 2 ** 53 } }, 'BAD_NUMBER', 'data.x is beyond 9007199254740991: use a string'],
    ['a lone surrogate', { data: { x: '\ud800' } }, 'BAD_STRING', 'lone surrogate at data.x'],
    ['a lone surrogate in a key', { data: { '\udc00': 1 } }, 'BAD_STRING', 'lone surrogate in a key at data'],
    ['16,385 bytes of text', { data: 'é'.repeat(8_193) }, 'BAD_STRING', 'data is longer than 16384 B'],
    ['__proto__ as key', { data: JSON.parse('{"__proto__":1}') }, 'FORBIDDEN_KEY', '"__proto__" at data'],
    ['constructor as key', { constructor: 1 }, 'FORBIDDEN_KEY', '"constructor"'],
    ['257 keys', { data: keys(257) }, 'TOO_MANY_KEYS', '257 > 256 keys at data'],
    ['257 items', { data: new Array(257).fill(0) }, 'TOO_MANY_KEYS', '257 > 256 items at data'],
    ['17 levels', nested(17), 'TOO_DEEP', '17 > 16'],
    ['100,000 levels', nested(100_000), 'TOO_DEEP', '17 > 16'],
  ];
  for (const [what, value, code, detail] of refused) {
    it(`refuses ${what}`, () => {
      expectRefusal(canonicalJson(value), code, detail);
    });
  }

  it('takes 16 levels, 256 keys, 256 items and 16,384 bytes of text', () => {
    for (const value of [nested(16), keys(256), new Array(256).fill(0), 'é'.repeat(8_192)]) {
      expect(canonicalJson(value)).to.be.a('string');
    }
  });
});

describe('parseJson', () => {
  const parse = (text: string) => parseJson(utf8(text));

  it('freezes at every depth', () => {
    const value = parse('{"a":[{"b":[]}]}') as { a: [{ b: [] }] };
    for (const part of [value, value.a, value.a[0], value.a[0].b]) expect(part).to.be.frozen;
  });

  const faults: [text: string, position: number][] = [
    ['', 0],
    ['  ', 2],
    ['foo', 0],
    ['tru', 0],
    ['{', 1],
    ['{"a"', 4],
    ['{"a":', 5],
    ['{"a":1', 6],
    ['{"a":1,', 7],
    ['{"a":1,}', 7],
    ['{"a" 1}', 5],
    ['{1:1}', 1],
    ['{"a":1 "b":2}', 7],
    ['{"a":]', 5],
    ['[1,]', 3],
    ['[1 2]', 3],
    ['[1}', 2],
    ['[}', 1],
    ['{]', 1],
    [',', 0],
    ['1 2', 2],
    ['{} []', 3],
    ['01', 1],
    ['1.', 1],
    ['-', 0],
    ['+1', 0],
    ['1e', 1],
    [' \n\t"a', 3],
    ['["a\nb"]', 1],
    ['["\\x"]', 1],
    ['["\\u12"]', 1],
    ['[true,false,null,nul]', 17],
    ['{"é":1}x', 7],
    ['position 77', 0],
  ];
  for (const [text, position] of faults) {
    it(`finds the fault of ${JSON.stringify(text)} at ${position}`, () => {
      expectRefusal(parse(text), 'BAD_JSON', `position ${position}`);
    });
  }

  it('finds where bytes stop being UTF-8', () => {
    const bad = (bytes: number[]) => parseJson(Uint8Array.from(bytes));
    expectRefusal(bad([0x22, 0xc3, 0x28, 0x22]), 'BAD_ENCODING', 'invalid UTF-8 at byte 2');
    expectRefusal(bad([0xff]), 'BAD_ENCODING', 'invalid UTF-8 at byte 0');
    expectRefusal(bad([0x22, 0xe2, 0x82]), 'BAD_ENCODING', 'invalid UTF-8 at byte 3');
  });

  const refused: [what: string, text: string, code: Refusal['code'], detail: string][] = [
    ['a key twice', '{"a":{"b":1,"b":2}}', 'DUPLICATE_KEY', 'b'],
    ['a key twice, once escaped', '{"a":1,"\\u0061":2}', 'DUPLICATE_KEY', 'a'],
    ['the root', '1e999', 'BAD_NUMBER', 'the value is Infinity'],
    ['1e999', '{"x":[1e999]}', 'BAD_NUMBER', 'x[0] is Infinity'],
    ['2^53 + 1', '{"x":9007199254740993}', 'BAD_NUMBER', 'x is beyond 9007199254740991: use a string'],
    ['a lone surrogate', '{"data":{"x":"\\ud800"}}', 'BAD_STRING', 'lone surrogate at data.x'],
    ['__proto__', '{"data":{"__proto__":1}}', 'FORBIDDEN_KEY', '"__proto__" at data'],
    ['17 levels', '['.repeat(17) + ']'.repeat(17), 'TOO_DEEP', '17 > 16'],
  ];
  for (const [what, text, code, detail] of refused) {
    it(`refuses ${what}`, () => {
      expectRefusal(parse(text), code, detail);
    });
  }

  it('does not take a value for a key', () => {
    expect(parse('[{"a":"a","b":["a","a"],"c":{"a":"b"}}]')).not.to.be.instanceOf(Refusal);
  });

  it('overflows no stack, however deep the text', () => {
    expectRefusal(parse('['.repeat(30_000) + ']'.repeat(30_000)), 'TOO_DEEP');
  });

  it('touches no prototype', () => {
    for (const key of ['__proto__', 'constructor', 'prototype']) {
      expectRefusal(parse(`{"${key}":{"polluted":true}}`), 'FORBIDDEN_KEY', `"${key}"`);
      expectRefusal(parse(`[{"x":{"${key}":{"polluted":true}}}]`), 'FORBIDDEN_KEY', `"${key}" at [0].x`);
    }
    expect('polluted' in {}).to.equal(false);
  });

  it('escapes and cuts the keys of whoever wrote it', () => {
    const { detail } = expectRefusal(parse(`{"\\n\\u001b[31m${'k'.repeat(500)}":1e999}`), 'BAD_NUMBER');
    expect(detail).to.match(/^\\n\\u001b\[31mk+… is Infinity$/);
    expect(detail.length).to.be.below(120);
  });
});

function keys(count: number): object {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]));
}

function nested(levels: number): unknown {
  let value: unknown = [];
  for (let i = 1; i < levels; i++) value = [value];
  return value;
}
