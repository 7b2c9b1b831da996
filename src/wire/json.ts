// The JSON part of a contact: what is allowed in it, its one canonical text, and the strict way back.

import { textOf, utf8 } from '../id/bytes.js';
import { quote, Refusal, typeName } from '../errors.js';
import { limits } from '../limits.js';

const LONE_SURROGATE = /[\ud800-\udfff]/u;
const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * The canonical text of a value: keys sorted by UTF-16 code units, no white space, numbers and strings as ECMAScript writes
 * them (RFC 8785). Undefined properties are left out. Whatever JSON would drop or change in silence is refused.
 */
export function canonicalJson(value: unknown): string | Refusal {
  return refusalOf(() => write(value, '', 0, []));
}

/** The canonical text of an object without one of its own keys: a contact without its id. */
export function canonicalJsonWithout(omitted: string, object: object): string | Refusal {
  return refusalOf(() => {
    const text = writeObject(object, '', 0, [object], omitted);
    checkNoProxy(object);
    return text;
  });
}

/** The value of a JSON text that came from elsewhere, frozen at every depth, or why it is none that a contact may hold. */
export function parseJson(bytes: Uint8Array): unknown | Refusal {
  let text: string;
  try {
    text = textOf(bytes);
  } catch {
    return new Refusal('BAD_ENCODING', `invalid UTF-8 at byte ${validUtf8Length(bytes)}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (fault) {
    return new Refusal('BAD_JSON', `position ${/position (\d+)/.exec(String(fault))?.[1] ?? text.length}`);
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
    throw fault;
  }
}

function write(value: unknown, path: string, depth: number, above: object[]): string {
  switch (typeof value) {
    case 'string':
      checkString(value, path);
      return JSON.stringify(value);
    case 'number':
      checkNumber(value, path);
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (above.includes(value)) throw new Refusal('NOT_SERIALIZABLE', `cycle at ${path}`);
      checkDepth(depth + 1, path);
      above.push(value);
      try {
        return Array.isArray(value) ? writeArray(value, path, depth, above) : writeObject(value, path, depth, above);
      } finally {
        above.pop();
      }
    default:
      throw new Refusal('NOT_SERIALIZABLE', `${path} is a ${typeof value}`);
  }
}

function writeArray(items: readonly unknown[], path: string, depth: number, above: object[]): string {
  checkCount(items.length, limits.jsonItems, 'items', path);
  if (Object.keys(items).length !== items.length) throw new Refusal('NOT_PLAIN', `${path} is not a plain array`);
  let text = '[';
  for (let i = 0; i < items.length; i++) {
    if (i > 0) text += ',';
    text += write(plainValue(items, String(i), path), `${path}[${i}]`, depth + 1, above);
  }
  return `${text}]`;
}

function writeObject(value: object, path: string, depth: number, above: object[], omitted?: string): string {
  checkPlain(value, path);
  const keys = Object.keys(value).sort();
  checkCount(keys.length, limits.jsonKeys, 'keys', path);
  let text = '';
  for (const key of keys) {
    checkKey(key, path);
    if (key === omitted) continue;
    const at = path === '' ? key : `${path}.${key}`;
    const property = plainValue(value, key, path);
    if (property === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${write(property, at, depth + 1, above)}`;
  }
  return `{${text}}`;
}

function checkPlain(value: object, path: string): void {
  const prototype = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return;
  const name = typeName(value);
  const code = ['Date', 'Map', 'Set', 'RegExp', 'Promise', 'WeakMap', 'WeakSet'].includes(name) ? 'NOT_SERIALIZABLE' : 'NOT_PLAIN';
  throw new Refusal(code, `${path === '' ? 'the contact' : path} is a ${quote(name).slice(1, -1)}`);
}

/** A Proxy shows nothing of itself but that it cannot be cloned. */
function checkNoProxy(object: object): void {
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
    throw new Refusal('NOT_PLAIN', `${path === '' ? key : `${path}.${key}`} has a getter`);
  }
  return property?.value;
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
      freezeChecked(item, path === '' ? key : `${path}.${key}`, depth + 1);
    }
  }
  Object.freeze(value);
}

function checkString(text: string, path: string): void {
  if (LONE_SURROGATE.test(text)) throw new Refusal('BAD_STRING', `lone surrogate at ${path}`);
  if (text.length > limits.jsonStringBytes / 3 && utf8(text).length > limits.jsonStringBytes) {
    throw new Refusal('BAD_STRING', `${path} is longer than ${limits.jsonStringBytes} B`);
  }
}

function checkNumber(number: number, path: string): void {
  if (!Number.isFinite(number)) throw new Refusal('BAD_NUMBER', `${path} is ${number}`);
  if (Number.isInteger(number) && !Number.isSafeInteger(number)) {
    throw new Refusal('BAD_NUMBER', `${path} is beyond 9007199254740991: use a string`);
  }
}

function checkKey(key: string, path: string): void {
  if (FORBIDDEN.has(key)) throw new Refusal('FORBIDDEN_KEY', `"${key}"${path === '' ? '' : ` at ${path}`}`);
  if (LONE_SURROGATE.test(key)) throw new Refusal('BAD_STRING', `lone surrogate in a key${path === '' ? '' : ` at ${path}`}`);
}

function checkDepth(depth: number, path: string): void {
  if (depth > limits.jsonDepth) throw new Refusal('TOO_DEEP', `${depth} > ${limits.jsonDepth} at ${quote(path)}`);
}

function checkCount(count: number, most: number, what: string, path: string): void {
  if (count > most) throw new Refusal('TOO_MANY_KEYS', `${count} > ${most} ${what}${path === '' ? '' : ` at ${path}`}`);
}

/** The first key that an object of a valid JSON text has twice. `JSON.parse` would keep the last in silence. */
function duplicateKey(text: string): string | undefined {
  // One set of keys for each open object; bounded by the length of the text, at most 3 KiB.
  const open: (Set<string> | undefined)[] = [];
  const tokens = /"(?:[^"\\]|\\.)*"(\s*:)?|[[\]{}]/g;
  for (let token = tokens.exec(text); token !== null; token = tokens.exec(text)) {
    const [found, colon] = token;
    if (found === '{') open.push(new Set());
    else if (found === '[') open.push(undefined);
    else if (found === '}' || found === ']') open.pop();
    else if (colon !== undefined) {
      const key = JSON.parse(found.slice(0, -colon.length)) as string;
      const keys = open.at(-1);
      if (keys?.has(key)) return quote(key).slice(1, -1);
      keys?.add(key);
    }
  }
  return undefined;
}

/** How many bytes at the start are valid UTF-8: where the fault is. */
function validUtf8Length(bytes: Uint8Array): number {
  let low = 0;
  let high = bytes.length;
  const decoder = () => new TextDecoder('utf-8', { fatal: true });
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    try {
      // A sequence cut at `middle` is not a fault yet.
      decoder().decode(bytes.subarray(0, middle), { stream: true });
      low = middle;
    } catch {
      high = middle - 1;
    }
  }
  return low;
}
