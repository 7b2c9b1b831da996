// Ids: one text for one string of bytes, checked at the door and never again.

import { base64Of, bytesOfBase64 } from '#base64';
import { DisgoverError, quote, Refusal, typeName } from '../errors.js';
import { limits } from '../limits.js';
import { utf8 } from './bytes.js';

declare const contactId: unique symbol;
/** Canonical padded base64 of 1 to 255 bytes: equal ids are equal strings. */
export type ContactId = string & { readonly [contactId]: true };

const ALPHABET = /^[A-Za-z0-9+/]*={0,2}$/;
const maxTextLength = 4 * Math.ceil(limits.idBytes / 3);

/** The id that `text` spells, or why it spells none. Other spellings of the same bytes are refused, not repaired. */
export function checkContactId(text: unknown): ContactId | Refusal {
  if (typeof text !== 'string' || text === '') {
    const got = text === '' ? 'an empty string' : typeName(text);
    return new Refusal('BAD_ID', `expected canonical base64 of 1..${limits.idBytes} bytes, got ${got}`);
  }
  if (text.length > maxTextLength) {
    const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
    return new Refusal('BAD_ID', `${Math.floor((text.length * 3) / 4) - padding} > ${limits.idBytes} bytes`);
  }
  if (!ALPHABET.test(text) || text.length % 4 !== 0) {
    return new Refusal('BAD_ID', `not canonical base64 (${suggestion(text)}), got ${quote(text)}`);
  }
  if (!hasZeroTail(text)) return new Refusal('BAD_ID', 'trailing bits are not zero');
  return text as ContactId;
}

/** @throws DisgoverError `ERR_BAD_ID`. */
export function parseContactId(text: unknown): ContactId {
  const id = checkContactId(text);
  if (id instanceof Refusal) throw DisgoverError.from(id);
  return id;
}

/** @throws DisgoverError `ERR_BAD_ID`. */
export function contactIdOfBytes(bytes: Uint8Array): ContactId {
  if (!(bytes instanceof Uint8Array))
    throw new DisgoverError('BAD_ID', `expected a Uint8Array, got ${typeName(bytes)}`);
  if (bytes.length < 1 || bytes.length > limits.idBytes) {
    throw new DisgoverError('BAD_ID', `1..${limits.idBytes} bytes, got ${bytes.length}`);
  }
  return base64Of(bytes) as ContactId;
}

/**
 * The id of a name: the base64 of its UTF-8. Names make good ids; their keys are uniform all the same.
 * @throws DisgoverError `ERR_BAD_ID`.
 */
export function idOf(name: string): ContactId {
  if (typeof name !== 'string')
    throw new DisgoverError('BAD_ID', `a name must be a string, got ${typeName(name)}`);
  return contactIdOfBytes(utf8(name));
}

export function bytesOfContactId(id: ContactId): Uint8Array {
  return bytesOfBase64(id);
}

/** What the writer may have meant: url-safe or unpadded base64 in its canonical form, else the text itself as a name. */
function suggestion(text: string): string {
  const bare = text.replace(/\s/g, '').replace(/-/g, '+').replace(/_/g, '/').replace(/=+$/, '');
  const padded = bare + '='.repeat((4 - (bare.length % 4)) % 4);
  const isBase64 = /^[A-Za-z0-9+/]+$/.test(bare) && bare.length % 4 !== 1 && hasZeroTail(padded);
  if (isBase64 && /[-_\s=]/.test(text)) return `did you mean ${quote(padded)}`;
  const name = utf8(text);
  const asName =
    name.length > 48
      ? 'names are ids as the base64 of their UTF-8'
      : `as text it is ${quote(base64Of(name))}`;
  return isBase64 ? `did you mean ${quote(padded)}; ${asName}` : asName;
}

/** The last character before the padding may have bits that no byte uses: `Zh==` would decode as `Zg==` does. */
function hasZeroTail(padded: string): boolean {
  if (padded.endsWith('==')) return /[AQgw]==$/.test(padded);
  return !padded.endsWith('=') || /[AEIMQUYcgkosw048]=$/.test(padded);
}
