// Ids: one text for one string of bytes, checked at the door and never again.

import { base64pad } from 'multiformats/bases/base64';
import { DisgoverError, quote, Refusal, typeName } from '../errors.js';
import { limits } from '../limits.js';
import { equalBytes, utf8 } from './bytes.js';

declare const contactId: unique symbol;
/** Canonical padded base64 of 1 to 255 bytes: equal ids are equal strings. */
export type ContactId = string & { readonly [contactId]: true };

const ALPHABET = /^[A-Za-z0-9+/]*={0,2}$/;

/** The id that `text` spells, or why it spells none. Other spellings of the same bytes are refused, not repaired. */
export function checkContactId(text: unknown): ContactId | Refusal {
  if (typeof text !== 'string' || text === '') {
    const got = text === '' ? 'an empty string' : typeName(text);
    return new Refusal('BAD_ID', `expected canonical base64 of 1..${limits.idBytes} bytes, got ${got}`);
  }
  if (text.length > 4 * Math.ceil(limits.idBytes / 3)) {
    return new Refusal('BAD_ID', `${Math.floor((text.length * 3) / 4)} B > ${limits.idBytes} B`);
  }
  if (!ALPHABET.test(text) || text.length % 4 !== 0) {
    return new Refusal('BAD_ID', `${quote(text)} is not canonical base64 (${suggestion(text)})`);
  }
  const bytes = base64pad.baseDecode(text);
  if (base64pad.baseEncode(bytes) !== text) return new Refusal('BAD_ID', 'trailing bits are not zero');
  if (bytes.length > limits.idBytes) return new Refusal('BAD_ID', `${bytes.length} B > ${limits.idBytes} B`);
  return text as ContactId;
}

/** @throws DisgoverError `ERR_BAD_ID`. */
export function parseContactId(text: unknown): ContactId {
  const id = checkContactId(text);
  if (id instanceof Refusal) throw DisgoverError.from(id);
  return id;
}

export function contactIdOfBytes(bytes: Uint8Array): ContactId {
  if (bytes.length < 1 || bytes.length > limits.idBytes) {
    throw new DisgoverError('BAD_ID', `1..${limits.idBytes} bytes, got ${bytes.length}`);
  }
  return base64pad.baseEncode(bytes) as ContactId;
}

/** The id of a name: the base64 of its UTF-8. Names make good ids; their keys are uniform all the same. */
export function contactIdOfName(name: string): ContactId {
  return contactIdOfBytes(utf8(name));
}

export function bytesOfContactId(id: ContactId): Uint8Array {
  return base64pad.baseDecode(id);
}

/** What the writer may have meant: url-safe or unpadded base64 in its canonical form, else the text itself as a name. */
function suggestion(text: string): string {
  const bare = text.replace(/\s/g, '').replace(/-/g, '+').replace(/_/g, '/').replace(/=+$/, '');
  const padded = bare + '='.repeat((4 - (bare.length % 4)) % 4);
  if (/^[A-Za-z0-9+/]+$/.test(bare) && bare.length % 4 !== 1 && /[-_\s=]/.test(text) && canonical(padded)) {
    return `did you mean ${quote(padded)}`;
  }
  const name = utf8(text);
  if (name.length > 48) return 'names are ids as the base64 of their UTF-8';
  return `as text it is ${quote(base64pad.baseEncode(name))}`;
}

function canonical(text: string): boolean {
  const bytes = base64pad.baseDecode(text);
  return bytes.length > 0 && equalBytes(utf8(base64pad.baseEncode(bytes)), utf8(text));
}
