// `--name value`: each flag is declared once, with what it takes, what it is without being given, and what help says of it.

import { closeSync, existsSync, openSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { digits } from './report.js';
import { UsageError } from './usage-error.js';

export interface Flag<Value> {
  readonly about: string;
  /** What is told of its value. Absent: it takes none. */
  readonly takes?: string;
  /** `undefined` for a text that will not do. */
  readonly read?: (text: string) => Value | undefined;
  /** What it is when it is not given. */
  readonly usual: Value;
  /** Whether its value comes without its name. */
  readonly isWord?: boolean;
}

export type Flags = Readonly<Record<string, Flag<unknown>>>;

export type Given<Declared extends Flags> = {
  readonly [Name in keyof Declared]: Declared[Name] extends Flag<infer Value> ? Value : never;
};

/** Both ends included, as are those of the next two. */
export function integer<Usual extends number | undefined = undefined>(
  least: number,
  most: number,
  about: string,
  usual?: Usual,
): Flag<number | Usual> {
  const takes = `an integer ${digits(least, 0)}..${digits(most, 0)}`;
  return { about, takes, read: (text) => integerOf(text, least, most), usual: usual as Usual };
}

export function number<Usual extends number | undefined = undefined>(
  least: number,
  most: number,
  about: string,
  usual?: Usual,
): Flag<number | Usual> {
  const takes = `a number ${least}..${most}`;
  return { about, takes, read: (text) => numberOf(text, least, most), usual: usual as Usual };
}

/** At least one, with commas between them. */
export function integers(
  least: number,
  most: number,
  about: string,
  usual: readonly number[],
): Flag<readonly number[]> {
  const takes = `integers ${digits(least, 0)}..${digits(most, 0)} with commas between them`;
  const read = (text: string) => all(text.split(',').map((one) => integerOf(one, least, most)));
  return { about, takes, read, usual };
}

/** Where chance starts. */
export function seed<Usual extends number | undefined>(usual: Usual): Flag<number | Usual> {
  return integer(0, 2 ** 32 - 1, 'the same seed gives the same choices', usual);
}

export function choice<Name extends string>(among: readonly Name[], about: string, usual: Name): Flag<Name> {
  const read = (text: string) => among.find((name) => name === text);
  return { about, takes: `one of ${among.join(', ')}`, read, usual };
}

/** Names with commas between them, or `all`. */
export function choices<Name extends string, Usual extends readonly Name[] | undefined = undefined>(
  among: readonly Name[],
  about: string,
  usual?: Usual,
): Flag<readonly Name[] | Usual> {
  const takes = `all, or some of ${among.join(', ')} with commas between them`;
  const read = (text: string) => {
    const names = new Set(text.split(','));
    return text === 'all' ? among : all([...names].map((name) => among.find((one) => one === name)));
  };
  return { about, takes, read, usual: usual as Usual };
}

/** Whether it is there. */
export function flag(about: string): Flag<boolean> {
  return { about, usual: false };
}

export function text(about: string): Flag<string | undefined> {
  return { about, takes: 'a text', read: (text) => text, usual: undefined };
}

/** What stands there without a name before it. */
export function word(about: string): Flag<string> {
  return { about, takes: 'a word', read: (text) => text, usual: '', isWord: true };
}

/** One to write to: what it takes long to find out is not lost for a name that is wrong. */
export function file(about: string): Flag<string | undefined> {
  return {
    about,
    takes: 'a file that can be written',
    read: (name) => (isWritable(name) ? name : undefined),
    usual: undefined,
  };
}

/** @throws UsageError that names the flag, for one that is not known and for a value that will not do. */
export function parametersOf<Declared extends Flags>(
  args: readonly string[],
  flags: Declared,
): Given<Declared> {
  const values = valuesOf(args, flags);
  const given = Object.entries(flags).map(([name, { takes, read, usual }]) => {
    const value = values[name];
    if (value === undefined) return [name, usual];
    const wanted = typeof value === 'string' ? read?.(value) : value;
    if (wanted === undefined) throw new UsageError(`--${name}: ${takes}`);
    return [name, wanted];
  });
  return Object.fromEntries(given) as Given<Declared>;
}

/** @throws UsageError for the first of these that was given, whose default has to be none. */
export function refuseGiven<Parameters extends object>(
  parameters: Parameters,
  names: readonly (keyof Parameters & string)[],
  why: string,
): void {
  const given = names.find((name) => parameters[name] !== undefined && parameters[name] !== false);
  if (given !== undefined) throw new UsageError(`--${given}: ${why}`);
}

/** A line for each flag. */
export function helpOf(flags: Flags): string {
  const names = Object.entries(flags).map(([name, { isWord }]) => (isWord ? name : `--${name}`));
  const width = Math.max(0, ...names.map((name) => name.length));
  const lines = Object.values(flags).map(({ about, takes, usual }, i) => {
    const value = takes === undefined ? '' : `: ${takes}`;
    const isNone = usual === undefined || usual === false || usual === '';
    return `  ${(names[i] as string).padEnd(width)}  ${about}${value}${isNone ? '' : ` (${(usual as number).toLocaleString('en-US')})`}`;
  });
  return lines.join('\n');
}

function valuesOf(args: readonly string[], flags: Flags): Record<string, string | boolean | undefined> {
  const entries = Object.entries(flags);
  const word = entries.find(([, { isWord }]) => isWord)?.[0];
  const named = entries.filter(([name]) => name !== word);
  const typeOf = ({ read }: Flag<unknown>) => (read === undefined ? 'boolean' : 'string');
  const options = Object.fromEntries(named.map(([name, flag]) => [name, { type: typeOf(flag) } as const]));
  try {
    const allowPositionals = word !== undefined;
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals });
    return word === undefined ? values : { ...values, [word]: positionals.join(' ') };
  } catch (fault) {
    // After its first sentence it tells how to write what nobody wants here.
    throw new UsageError((fault as Error).message.split(/\.\s/)[0]);
  }
}

function numberOf(text: string, least: number, most: number): number | undefined {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return value >= least && value <= most ? value : undefined;
}

function integerOf(text: string, least: number, most: number): number | undefined {
  const value = numberOf(text, least, most);
  return Number.isSafeInteger(value) ? value : undefined;
}

function all<Value>(values: readonly (Value | undefined)[]): readonly Value[] | undefined {
  return values.includes(undefined) ? undefined : (values as readonly Value[]);
}

function isWritable(name: string): boolean {
  const isThere = existsSync(name);
  try {
    closeSync(openSync(name, 'a'));
  } catch {
    return false;
  }
  if (!isThere) rmSync(name);
  return true;
}
