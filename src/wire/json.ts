// The JSON part of a contact: what is allowed in it, its one canonical text, and the strict way back.

import { mayHoldProxy } from '#may-hold-proxy';
import { jsonFault, utf8Fault } from '#text-fault';
import { quote, Refusal, typeName } from '../errors.js';
import { textOf, utf8 } from '../id/bytes.js';
import { limits } from '../limits.js';
import { duplicateKey } from './duplicate-key.js';

const LONE_SURROGATE = /[\ud800-\udfff]/u;
const NOTHING: readonly string[] = Object.freeze([]);
/** Strings that JSON writes as they are. */
const AS_IT_IS = /^[ !#-[\]-~]*$/;
/** Keys that were checked and written before: contacts have few different ones. Bounded by limits.jsonKeysWritten. */
const keysWritten = new Map<string, string>();
const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * The canonical text of a value: keys sorted by UTF-16 code units, no white space, numbers and strings as ECMAScript writes
 * them (RFC 8785). Undefined properties are left out. Whatever JSON would drop or change in silence is refused.
 */
export function canonicalJson(value: unknown): string | Refusal {
  return refusalOf(() => write(value, '', 0, []));
}

/** The canonical text of an object without some of its own keys: a contact without its id. */
export function canonicalJsonWithout(omitted: readonly string[], object: object): string | Refusal {
  return refusalOf(() => {
    if (Array.isArray(object)) throw new Refusal('BAD_CONTACT', 'expected object, got array');
    const text = writeObject(object, '', 0, [object], omitted);
    checkNoProxy(object);
    return text;
  });
}

/** The value of a canonical text that was written here, frozen at every depth. */
export function parseCanonicalJson(text: string): unknown {
  return freeze(JSON.parse(text));
}

/** A copy of a value of JSON that may be changed. */
export function copyOfJson<Value>(value: Value): Value;
export function copyOfJson(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOfJson);
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) copy[key] = copyOfJson((value as Record<string, unknown>)[key]);
  return copy;
}

/** The value of a JSON text that came from elsewhere, frozen at every depth, or why it is none that a contact may hold. */
export function parseJson(bytes: Uint8Array): unknown | Refusal {
  let text: string;
  try {
    text = textOf(bytes);
  } catch {
    return new Refusal('BAD_ENCODING', utf8Fault(bytes));
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return new Refusal('BAD_JSON', jsonFault(text));
  }
  const duplicate = duplicateKey(text);
  if (duplicate !== undefined) return new Refusal('DUPLICATE_KEY', duplicate);
  return refusalOf(() => {
    freezeChecked(value, '', 0);
    return value;
  });
}

function refusalOf<Result>(run: () => Result): Result | Refusal {
  try {
    return run();
  } catch (fault) {
    if (fault instanceof Refusal) return fault;
    // Plain data can be read; only the trap of a Proxy throws, or one that is revoked.
    return new Refusal('NOT_PLAIN', 'a value in it cannot be read: it is a Proxy');
  }
}

function write(value: unknown, path: string, depth: number, above: object[]): string {
  switch (typeof value) {
    case 'string':
      if (AS_IT_IS.test(value) && value.length <= limits.jsonStringBytes) return `"${value}"`;
      checkString(value, path);
      return JSON.stringify(value);
    case 'number':
      checkNumber(value, path);
      return String(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (above.includes(value)) throw new Refusal('NOT_SERIALIZABLE', `cycle at ${shown(path)}`);
      checkDepth(depth + 1, path);
      above.push(value);
      try {
        return Array.isArray(value)
          ? writeArray(value, path, depth, above)
          : writeObject(value, path, depth, above);
      } finally {
        above.pop();
      }
    default:
      throw new Refusal(
        'NOT_SERIALIZABLE',
        `${shown(path)} is ${value === undefined ? '' : 'a '}${typeof value}`,
      );
  }
}

function writeArray(items: readonly unknown[], path: string, depth: number, above: object[]): string {
  checkCount(items.length, limits.jsonItems, 'items', path);
  const isPlain =
    Object.getPrototypeOf(items) === Array.prototype && Object.keys(items).length === items.length;
  if (!isPlain) throw new Refusal('NOT_PLAIN', `${shown(path)} is not a plain array`);
  let text = '[';
  for (let i = 0; i < items.length; i++) {
    if (i > 0) text += ',';
    text += write(plainValue(items, String(i), path), `${path}[${i}]`, depth + 1, above);
  }
  return `${text}]`;
}

function writeObject(
  value: object,
  path: string,
  depth: number,
  above: object[],
  omitted: readonly string[] = NOTHING,
): string {
  checkPlain(value, path);
  if (Object.getOwnPropertySymbols(value).length > 0) {
    throw new Refusal('NOT_SERIALIZABLE', `a key${at(path)} is a symbol`);
  }
  for (const key of omitted) plainValue(value, key, path);
  const all = Object.keys(value);
  const keys = omitted.length === 0 ? all : all.filter((key) => !omitted.includes(key));
  checkCount(keys.length, limits.jsonKeys, 'keys', path);
  let text = '';
  for (const key of keys.sort()) {
    const name = textOfKey(key, path);
    const property = plainValue(value, key, path);
    if (property === undefined) continue;
    text += `${text === '' ? '' : ','}${name}:${write(property, within(path, key), depth + 1, above)}`;
  }
  return `{${text}}`;
}

function textOfKey(key: string, path: string): string {
  const before = keysWritten.get(key);
  if (before !== undefined) return before;
  checkKey(key, path);
  const text = JSON.stringify(key);
  if (keysWritten.size >= limits.jsonKeysWritten) keysWritten.clear();
  keysWritten.set(key, text);
  return text;
}

function checkPlain(value: object, path: string): void {
  const prototype = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return;
  const name = typeName(value);
  const code = ['Date', 'Map', 'Set', 'RegExp', 'Promise', 'WeakMap', 'WeakSet'].includes(name)
    ? 'NOT_SERIALIZABLE'
    : 'NOT_PLAIN';
  throw new Refusal(code, `${path === '' ? 'the contact' : shown(path)} is a ${shown(name)}`);
}

/** A Proxy shows nothing of itself but that it cannot be cloned. */
function checkNoProxy(object: object): void {
  if (!mayHoldProxy(object)) return;
  try {
    structuredClone(object);
  } catch (cause) {
    throw new Refusal('NOT_PLAIN', `a value in it cannot be cloned (${quote(String(cause))})`);
  }
}

/** The value of an own property, read without running a getter. */
function plainValue(of: object, key: string, path: string): unknown {
  const property = Object.getOwnPropertyDescriptor(of, key);
  if (property !== undefined && !('value' in property)) {
    throw new Refusal('NOT_PLAIN', `${shown(within(path, key))} has a getter`);
  }
  return property?.value;
}

function freeze(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  for (const key of Object.keys(value)) freeze((value as Record<string, unknown>)[key]);
  return Object.freeze(value);
}

function freezeChecked(value: unknown, path: string, depth: number): void {
  if (typeof value === 'string') return checkString(value, path);
  if (typeof value === 'number') return checkNumber(value, path);
  if (typeof value !== 'object' || value === null) return;
  checkDepth(depth + 1, path);
  if (Array.isArray(value)) {
    checkCount(value.length, limits.jsonItems, 'items', path);
    for (let i = 0; i < value.length; i++) freezeChecked(value[i], `${path}[${i}]`, depth + 1);
  } else {
    const entries = Object.entries(value);
    checkCount(entries.length, limits.jsonKeys, 'keys', path);
    for (const [key, item] of entries) {
      checkKey(key, path);
      freezeChecked(item, within(path, key), depth + 1);
    }
  }
  Object.freeze(value);
}

function checkString(text: string, path: string): void {
  if (LONE_SURROGATE.test(text)) throw new Refusal('BAD_STRING', `lone surrogate${at(path)}`);
  if (text.length > limits.jsonStringBytes / 3 && utf8(text).length > limits.jsonStringBytes) {
    throw new Refusal('BAD_STRING', `${shown(path)} is longer than ${limits.jsonStringBytes} B`);
  }
}

function checkNumber(number: number, path: string): void {
  if (!Number.isFinite(number)) throw new Refusal('BAD_NUMBER', `${shown(path)} is ${number}`);
  if (Number.isInteger(number) && !Number.isSafeInteger(number)) {
    throw new Refusal('BAD_NUMBER', `${shown(path)} is beyond 9007199254740991: use a string`);
  }
}

function checkKey(key: string, path: string): void {
  if (FORBIDDEN.has(key)) throw new Refusal('FORBIDDEN_KEY', `"${key}"${at(path)}`);
  if (LONE_SURROGATE.test(key)) throw new Refusal('BAD_STRING', `lone surrogate in a key${at(path)}`);
}

function checkDepth(depth: number, path: string): void {
  if (depth > limits.jsonDepth) throw new Refusal('TOO_DEEP', `${depth} > ${limits.jsonDepth}${at(path)}`);
}

function checkCount(count: number, most: number, what: string, path: string): void {
  if (count > most) throw new Refusal('TOO_MANY_KEYS', `${count} > ${most} ${what}${at(path)}`);
}

/** Paths are made of the keys of whoever wrote the value: joined as they are, escaped where they are told. */
function within(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function shown(path: string): string {
  return path === '' ? 'the value' : quote(path).slice(1, -1);
}

function at(path: string): string {
  return path === '' ? '' : ` at ${shown(path)}`;
}
