// Flags that commands share, and how their values are read.

import { Option } from 'commander';
import { gSet } from '../../arbiters/g-set.js';
import { lastWriteWins } from '../../arbiters/last-write-wins.js';
import { vectorClock } from '../../arbiters/vector-clock.js';
import { parseAddress } from '../bootstrap/seed.js';
import { isSourceUrl, seedOfUrl } from '../bootstrap/source-of-url.js';
import { DisgoverError, quote } from '../errors.js';
import { type Arbiter, type ContactId, idOf, parseContactId } from '../index.js';
import { limits } from '../limits.js';

/** A flag that may be given once, or again with the same value. */
export function flag<Value>(flags: string, description: string, parse: (text: string) => Value): Option {
  const option = new Option(flags, description);
  let given: string | undefined;
  return option.argParser((text: string) => {
    checkValue(option, text);
    if (given !== undefined && given !== text) {
      throw new DisgoverError('DUPLICATE_FLAG', `${option.long} ${quote(given)} and ${quote(text)}`);
    }
    given = text;
    return parse(text);
  });
}

/** A flag that may be given many times. */
export function listFlag<Value>(flags: string, description: string, parse: (text: string) => Value): Option {
  const option = new Option(flags, description);
  return option.argParser((text: string, before: readonly Value[] = []) => {
    checkValue(option, text);
    return [...before, parse(text)];
  });
}

/** The parser takes whatever comes next for the value, the next flag too. */
function checkValue(option: Option, text: string): void {
  if (text.startsWith('--')) throw new DisgoverError('MISSING_VALUE', quote(option.flags));
}

export const seedFlag = () =>
  listFlag(
    '--seed <address>',
    'a node to start from, tcp://, ws:// or wss://HOST:PORT, or a source of such: file://, dnssrv://, … (repeatable; also DISGOVER_SEEDS)',
    (text) => {
      // What is wrong with it is said before anything starts.
      if (isSourceUrl(text)) seedOfUrl(text);
      else parseAddress(text, 'tcp');
      return text;
    },
  );

export const expectFlag = () =>
  flag('--expect <count>', 'nodes that the group begins with: none is a group of its own before', (text) => {
    const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (count >= 1 && count <= limits.expectedNodes) return count;
    throw new DisgoverError(
      'BAD_OPTION',
      `--expect must be an integer 1..${limits.expectedNodes}, got ${quote(text)}`,
    );
  });

export const groupFlag = () =>
  flag('--group <name>', 'the group that the nodes belong to (default: "default")', (text) => text);

export const nameFlag = () => flag('--name <name>', 'a name, instead of the id', idOf);

export const timeoutFlag = () =>
  flag('--timeout <duration>', 'longest time: 500ms, 10s, 2m, 1h (default: 10s)', parseDuration);

export const arbiterFlag = () =>
  flag(
    '--arbiter <arbiter>',
    'vector-clock (default), last-write-wins, or g-set:PATH, the path of the set in data',
    parseArbiter,
  );

/** What `find`, `ping` and `trace` are about. */
export function targetOf(id: string | undefined, name: ContactId | undefined): ContactId {
  if (id !== undefined && name !== undefined) throw new DisgoverError('BAD_OPTION', 'either an id or --name');
  if (name !== undefined) return name;
  if (id === undefined) throw new DisgoverError('MISSING_ARGUMENT', 'id, or --name');
  try {
    return parseContactId(id);
  } catch (cause) {
    if (!(cause instanceof DisgoverError)) throw cause;
    const name = /^[\w.-]+$/.test(id) ? id : quote(id);
    const why = cause.message.replace(/^BAD_ID: /, '');
    throw new DisgoverError('BAD_ID', `for a name give --name ${name}; as an id: ${why}`);
  }
}

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const LONGEST_MS = 2 ** 31 - 1;
const LEAST_BARE_MS = 100;

/** Milliseconds; a bare number is one of milliseconds, and one below 100 was surely meant in seconds. @throws DisgoverError `ERR_BAD_DURATION`. */
export function parseDuration(text: string): number {
  const [, count, unit = 'ms'] = /^(\d+)(ms|s|m|h)?$/.exec(text) ?? [];
  const ms = Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
  if (ms < LEAST_BARE_MS && /^[1-9]\d*$/.test(text)) {
    throw new DisgoverError('BAD_DURATION', `give the unit, ${text}s or ${text}ms, got ${quote(text)}`);
  }
  if (ms >= 1 && ms <= LONGEST_MS) return ms;
  throw new DisgoverError('BAD_DURATION', `1..${LONGEST_MS} ms, 10000 or "10s", got ${quote(text)}`);
}

/** @throws DisgoverError `ERR_BAD_OPTION`. */
export function parseCount(name: string): (text: string) => number {
  return (text) => {
    const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (count >= 1 && count <= limits.contactsInReply) return count;
    throw new DisgoverError(
      'BAD_OPTION',
      `${name} must be an integer 1..${limits.contactsInReply}, got ${quote(text)}`,
    );
  };
}

export interface Endpoint {
  readonly type: 'tcp' | 'ws';
  readonly host: string;
  readonly port: number;
  /** Of a WebSocket. */
  readonly path?: string;
  /** Of a WebSocket that others dial as wss://. */
  readonly tls?: true;
}

/** Where to listen or what to advertise: as a seed. @throws DisgoverError `ERR_BAD_OPTION`, `ERR_BAD_PORT`. */
export function parseEndpoint(name: string): (text: string) => Endpoint {
  return (text) => {
    const [, port = ''] = /^(?:\w+:\/\/)?[^/]*:([^:/\]]*)(?:\/|$)/.exec(text) ?? [];
    if (text.includes(':') && !/^\d{1,5}$/.test(port)) {
      throw new DisgoverError('BAD_PORT', `${name}: integer 0..65535, got ${quote(port)}`);
    }
    const endpoint = parseAddress(text, 'tcp');
    if (endpoint.tls === true && name === '--listen') {
      const instead = 'ws://HOST:PORT with --tls-cert and --tls-key';
      throw new DisgoverError('BAD_OPTION', `${name}: ${instead}, got ${quote(text)}`);
    }
    if (endpoint.type === 'tcp' || endpoint.type === 'ws') return endpoint as unknown as Endpoint;
    throw new DisgoverError('BAD_OPTION', `${name}: tcp://HOST:PORT or ws://HOST:PORT, got ${quote(text)}`);
  };
}

function parseArbiter(text: string): Arbiter {
  if (text === 'vector-clock') return vectorClock();
  if (text === 'last-write-wins') return lastWriteWins();
  if (text.startsWith('g-set:')) return gSet({ path: text.slice('g-set:'.length) });
  throw new DisgoverError('BAD_OPTION', `vector-clock, last-write-wins or g-set:PATH, got ${quote(text)}`);
}
