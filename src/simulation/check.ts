// What a scenario is made of, checked: each wrong field is named by its path, with what should have been there.

import { DisgoverError, quote, typeName } from '../errors.js';
import { checkOptionNames, unknownName } from '../option-names.js';

export function badOption(detail: string): DisgoverError {
  return new DisgoverError('BAD_OPTION', detail);
}

/** A plain object with no other fields than those known. @throws DisgoverError `ERR_BAD_OPTION`, as all of these. */
export function checkFields(
  where: string,
  value: unknown,
  known: readonly string[],
): Record<string, unknown> {
  checkOptionNames(where, value, known);
  return value as Record<string, unknown>;
}

/** The `type` of an object, which is one of those known. */
export function checkType<Type extends string>(where: string, value: unknown, known: readonly Type[]): Type {
  if (typeName(value) !== 'object')
    throw badOption(`${where} must be an object with a type, ${known.join(', ')}; got ${typeName(value)}`);
  const { type } = value as { type?: unknown };
  if (known.includes(type as Type)) return type as Type;
  if (typeof type === 'string') throw badOption(`${where}: ${unknownName('type', type, known)}`);
  throw badOption(`${where}.type must be one of ${known.join(', ')}; got ${typeName(type)}`);
}

export function checkNumber(where: string, value: unknown, least: number, most: number): number {
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw badOption(`${where} must be a number ${least}..${most}, got ${shown(value)}`);
}

export function checkInteger(where: string, value: unknown, least: number, most: number): number {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most)
    return value as number;
  throw badOption(`${where} must be an integer ${least}..${most}, got ${shown(value)}`);
}

export function checkShare(where: string, value: unknown): number {
  return checkNumber(where, value, 0, 1);
}

export function checkArray(where: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw badOption(`${where} must be an array, got ${typeName(value)}`);
}

export function checkBoolean(where: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw badOption(`${where} must be a boolean, got ${typeName(value)}`);
}

export function checkFunction(where: string, value: unknown): void {
  if (typeof value !== 'function') throw badOption(`${where} must be a function, got ${typeName(value)}`);
}

function shown(value: unknown): string {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? `string ${quote(value)}` : typeName(value);
}
