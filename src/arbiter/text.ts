// The canonical text of a value and the order of such texts: what arbiters decide by when they must not depend on anything else.

import { DisgoverError, Refusal } from '../errors.js';
import { canonicalJson } from '../wire/json.js';

/** The canonical text (RFC 8785) of a value of a contact. @throws DisgoverError for what no contact may hold. */
export function canonicalText(value: unknown): string {
  const text = canonicalJson(value);
  if (text instanceof Refusal) throw DisgoverError.from(text);
  return text;
}

/** Negative, 0 or positive: the order of the texts' UTF-8 bytes. */
export function compareText(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  for (let i = 0; i < end; i++) {
    const difference = utf8Rank(a.charCodeAt(i)) - utf8Rank(b.charCodeAt(i));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** UTF-16 puts surrogates below U+E000; UTF-8 puts the characters that they spell above U+FFFF. */
function utf8Rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
