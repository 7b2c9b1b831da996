// JSON parts of contacts that no contact may have, with the code and the detail of their refusal.

import type { FaultCode } from '../../src/errors.js';
import { short } from './raw-peer.js';

export interface BadJson {
  /** The row of the wire table. */
  readonly row: number;
  readonly title: string;
  readonly json: Uint8Array;
  readonly code: FaultCode;
  readonly detail: string;
}

function bad(row: number, json: string | Uint8Array, code: FaultCode, detail = '', title = ''): BadJson {
  return { row, json: Buffer.from(json), code, detail, title: title === '' ? String(json) : title };
}

function nested(levels: number): string {
  return `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
}

function keys(count: number): string {
  return `{${Array.from({ length: count }, (_, i) => `"${i}":1`).join()}}`;
}

export const badJson: readonly BadJson[] = [
  bad(22, '{"a":1,}', 'BAD_JSON', 'position 7'),
  bad(22, '{"a":', 'BAD_JSON', 'position 5'),
  bad(22, 'null', 'BAD_CONTACT', 'expected object, got null'),
  bad(22, '[]', 'BAD_CONTACT', 'expected object, got array'),
  bad(22, '5', 'BAD_CONTACT', 'expected object, got number'),
  bad(22, '"x"', 'BAD_CONTACT', 'expected object, got string'),
  bad(23, Buffer.from([0x7b, 0x22, 0xc3, 0x28]), 'BAD_ENCODING', 'invalid UTF-8 at byte', 'the bytes c3 28'),
  bad(23, '{"data":{"x":"\\ud800"}}', 'BAD_STRING', 'lone surrogate at data.x'),
  bad(24, '{"a":1,"\\u0061":2}', 'DUPLICATE_KEY', 'a'),
  bad(24, '{"id":"Zm9v"}', 'DUPLICATE_KEY', 'id'),
  bad(25, nested(17), 'TOO_DEEP', '17 > 16', '17 levels'),
  bad(25, `{"data":${'['.repeat(1_400)}${']'.repeat(1_400)}}`, 'TOO_DEEP', '17 > 16', '1,400 levels'),
  bad(25, keys(257), 'TOO_MANY_KEYS', '257 > 256', '257 keys'),
  bad(25, `{"data":[${'1,'.repeat(256)}1]}`, 'TOO_MANY_KEYS', '257 > 256', '257 items'),
  bad(25, '{"data":1e999}', 'BAD_NUMBER', 'data'),
  bad(25, '{"data":9007199254740993}', 'BAD_NUMBER', 'data'),
  ...['__proto__', 'constructor', 'prototype'].flatMap((key) => [
    bad(26, `{"${key}":{"polluted":true}}`, 'FORBIDDEN_KEY', `"${key}"`),
    bad(26, `{"data":{"${key}":{"polluted":true}}}`, 'FORBIDDEN_KEY', `"${key}" at data`),
  ]),
];

/** A contact as bytes, with whatever stands for its JSON. */
export function contactWith(id: string, json: Uint8Array): Buffer {
  return Buffer.concat([short(Buffer.from(id, 'base64')), json]);
}
