// Sources as people write them in one line: a URL whose query names options.

import { DisgoverError, quote, typeName } from '../errors.js';
import { unknownName } from '../option-names.js';

/**
 * A URL of this scheme, with no other query than those known and no fragment. `form`: how such a URL looks, for the message.
 * @throws DisgoverError `ERR_BAD_SOURCE`.
 */
export function parseSourceUrl(text: string, scheme: string, form: string, known: readonly string[]): URL {
  if (!URL.canParse(text)) throw badSource(text, `expected ${form}`);
  const url = new URL(text);
  if (url.protocol !== `${scheme}:` || url.hash !== '') throw badSource(text, `expected ${form}`);
  for (const name of url.searchParams.keys())
    if (!known.includes(name)) throw badSource(text, unknownName('option', name, known));
  return url;
}

/** The options of a query that are whole numbers, by name; those that are not given are left out. */
export function numbersOf<Name extends string>(
  url: URL,
  names: readonly Name[],
): Partial<Record<Name, number>> {
  const numbers: Partial<Record<Name, number>> = {};
  for (const name of names) {
    const text = url.searchParams.get(name);
    if (text === null) continue;
    if (!/^\d{1,15}$/.test(text)) throw badSource(url.href, `${name} must be a whole number`);
    numbers[name] = Number(text);
  }
  return numbers;
}

/** @throws DisgoverError `ERR_BAD_SOURCE`. `where`: `dnsSrv: timeoutMs`. */
export function checkInteger(where: string, value: unknown, least: number, most: number): number {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most)
    return value as number;
  const shown = typeof value === 'number' ? value : typeName(value);
  throw new DisgoverError('BAD_SOURCE', `${where} must be an integer ${least}..${most}, got ${shown}`);
}

/** The scheme of the seeds. @throws DisgoverError `ERR_BAD_SOURCE`. `where`: `dnsSrv`. */
export function checkScheme(where: string, scheme: unknown): string {
  if (typeof scheme === 'string' && /^[a-z][a-z0-9+.-]*$/.test(scheme)) return scheme;
  throw new DisgoverError('BAD_SOURCE', `${where}: scheme must be that of a transport, such as tcp`);
}

export function badSource(text: string, why: string): DisgoverError {
  return new DisgoverError('BAD_SOURCE', `${quote(withoutPassword(text))}: ${why}`);
}

/** What is shown, and may be logged, is not to be a secret. */
function withoutPassword(text: string): string {
  return text.replace(/^([a-z0-9+.-]+:\/\/)[^/?#]*@/i, '$1…@');
}
