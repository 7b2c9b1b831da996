// What is passed to a call beside its subject: signals, deadlines, counts. A slip there would be an option that does nothing.

import { DisgoverError, typeName } from './errors.js';
import { limits } from './limits.js';
import type { FindOptions } from './lookup/find.js';
import { checkOptionNames } from './option-names.js';

export interface CallOptions {
  /** Ends the call: it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface LookupOptions extends CallOptions {
  /** Milliseconds, default 10000. */
  readonly timeoutMs?: number;
  /** Disjoint paths, default 1. */
  readonly paths?: number;
}

/** For calls without any: nothing is left to check. */
export const NO_OPTIONS: CallOptions = Object.freeze({});

const CALL = ['signal'] satisfies (keyof CallOptions)[];
const LOOKUP = [...CALL, 'timeoutMs', 'paths'] satisfies (keyof LookupOptions)[];
const FIND = [...LOOKUP, 'fresh', 'agree'] satisfies (keyof FindOptions)[];

/** Returns them. `call`: its name, for the message. @throws DisgoverError `ERR_BAD_OPTION`. */
export function checkCall(call: string, options: CallOptions): CallOptions {
  return options === NO_OPTIONS ? options : checkSignal(call, options, CALL);
}

/** @throws DisgoverError `ERR_BAD_OPTION`, `ERR_BAD_DURATION`. */
export function checkLookup(call: string, options: LookupOptions): LookupOptions {
  return checkWalk(call, options, LOOKUP);
}

/** @throws DisgoverError `ERR_BAD_OPTION`, `ERR_BAD_DURATION`. */
export function checkFind(call: string, options: FindOptions): FindOptions {
  checkWalk(call, options, FIND);
  const { fresh, agree } = options;
  if (fresh !== undefined && typeof fresh !== 'boolean')
    throw new DisgoverError('BAD_OPTION', `fresh must be a boolean, got ${typeName(fresh)}`);
  checkCount('agree', agree);
  return options;
}

function checkWalk<Options extends LookupOptions>(
  call: string,
  options: Options,
  known: readonly string[],
): Options {
  checkSignal(call, options, known);
  checkCount('paths', options.paths);
  checkDuration('timeoutMs', options.timeoutMs);
  return options;
}

function checkSignal<Options extends CallOptions>(
  call: string,
  options: Options,
  known: readonly string[],
): Options {
  checkOptionNames(call, options, known);
  const { signal } = options;
  const { addEventListener, throwIfAborted } = Object(signal) as Partial<AbortSignal>;
  const isSignal = typeof addEventListener === 'function' && typeof throwIfAborted === 'function';
  if (signal === undefined || isSignal) return options;
  throw new DisgoverError('BAD_OPTION', `${call}: signal must be an AbortSignal, got ${typeName(signal)}`);
}

function checkCount(name: string, value: number | undefined): void {
  const most = limits.contactsInReply;
  if (value === undefined || (Number.isInteger(value) && value >= 1 && value <= most)) return;
  throw new DisgoverError('BAD_OPTION', `${name} must be an integer 1..${most}, got ${String(value)}`);
}

function checkDuration(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isFinite(value) && value >= 1 && value < 2 ** 31)) return;
  throw new DisgoverError('BAD_DURATION', `${name}: 1..2147483647 ms, got ${String(value)}`);
}
