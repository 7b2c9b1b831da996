// Where a field is in a contact: the keys that lead to it. Contacts are never changed, only copied.

import { type Contact, DisgoverError, quote } from '../../src/plugin.js';

export type Path = readonly string[];

const FORBIDDEN = ['', '__proto__', 'constructor', 'prototype'];

/** `'data.workerNodes'` as keys. @throws DisgoverError `ERR_BAD_OPTION`. */
export function parsePath(name: string): Path {
  const path = name.split('.');
  if (path.some((key) => FORBIDDEN.includes(key)) || path[0] === 'id') {
    throw new DisgoverError('BAD_OPTION', `fields: expected a dotted path in a contact, got ${quote(name)}`);
  }
  return path;
}

/** The value at the path, undefined where there is none. */
export function read(from: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, key) => (isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined),
    from,
  );
}

/** What is on the way to the field where an object is needed; undefined when nothing is. */
export function obstacle(contact: Contact, path: Path): unknown {
  const containers = path.slice(1).map((_, i) => read(contact, path.slice(0, i + 1)));
  return containers.find((container) => container !== undefined && !isObject(container));
}

/** A copy with the value at the path, and with objects on the way where there are none. */
export function put(into: unknown, [key = '', ...deeper]: Path, value: unknown): object {
  const inner = deeper.length === 0 ? value : put(read(into, [key]), deeper, value);
  return { ...(isObject(into) ? into : undefined), [key]: inner };
}

/** A copy without the value at the path, and without the objects on the way that hold nothing else. */
export function remove(from: object, [key = '', ...deeper]: Path): object {
  const { [key]: inner, ...others } = from as Record<string, unknown>;
  if (deeper.length === 0 || !isObject(inner)) return others;
  const left = remove(inner, deeper);
  return Object.keys(left).length === 0 ? others : { ...others, [key]: left };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
