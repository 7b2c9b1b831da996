// Names that the application has written: a wrong one is answered with the one that was meant, and with all there are.

import { DisgoverError, quote, typeName } from './errors.js';

/** Longer ones are nobody's slip. */
const LONGEST_NAME = 32;

/** `unknown option "seed" (did you mean "seeds"?); known: transport, seeds`. `what`: what the names are of, `option`. */
export function unknownName(what: string, name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  const hint = meant === undefined ? '' : ` (did you mean ${quote(meant)}?)`;
  return `unknown ${what} ${quote(name)}${hint}; known: ${known.join(', ')}`;
}

/**
 * A plain object with no other fields than those known. `where`: for the message, `gSet`.
 * @throws DisgoverError `ERR_BAD_OPTION`.
 */
export function checkOptionNames(where: string, value: unknown, known: readonly string[]): void {
  if (typeName(value) !== 'object')
    throw new DisgoverError('BAD_OPTION', `${where}: options must be an object, got ${typeName(value)}`);
  for (const name of Object.keys(value as object))
    if (!known.includes(name))
      throw new DisgoverError('BAD_OPTION', `${where}: ${unknownName('option', name, known)}`);
}

/** The known name that differs least, where that is a slip: a letter in three at most, their case, or an end that is missing. */
function nearest(name: string, known: readonly string[]): string | undefined {
  if (name.length > LONGEST_NAME) return undefined;
  const given = name.toLowerCase();
  const most = given.length > 2 ? Math.max(1, given.length / 3) : 0;
  let best: { readonly one: string; readonly edits: number } | undefined;
  for (const one of known) {
    const other = one.toLowerCase();
    const edits = given.length > 2 && other.startsWith(given) ? 1 : editsBetween(given, other);
    if (edits <= most && edits < (best?.edits ?? Number.POSITIVE_INFINITY)) best = { one, edits };
  }
  return best?.one;
}

/** How many letters have to be put in, taken out or changed (Levenshtein). */
function editsBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const changed = (row[j] as number) + (letter === to[j] ? 0 : 1);
      next.push(Math.min(changed, (row[j + 1] as number) + 1, (next[j] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}
