// `--register JSON`: an entity as it is written on the command line.

import { DisgoverError, quote, typeName } from '../errors.js';
import { type ContactInput, idOf } from '../index.js';
import { jsonFaultPosition } from '../wire/text-fault.js';

/**
 * `{ "name": "printer", "data": … }` or `{ "id": "cHJpbnRlcg==", "data": … }`: a name is the id whose bytes are its UTF-8;
 * without either, the id is random. Every other property belongs to the arbiter.
 * @throws DisgoverError `ERR_BAD_JSON`, `ERR_BAD_CONTACT`, `ERR_BAD_ID`.
 */
export function parseRegistration(text: string): ContactInput {
  const value = parseJson(text);
  if (typeName(value) !== 'object') {
    throw new DisgoverError('BAD_CONTACT', `--register: expected object, got ${typeName(value)}`);
  }
  const { name, ...contact } = value as ContactInput;
  if (name === undefined) return contact;
  if (typeof name !== 'string') {
    throw new DisgoverError('BAD_CONTACT', `--register: name: expected string, got ${typeName(name)}`);
  }
  if (contact.id !== undefined) throw new DisgoverError('BAD_CONTACT', '--register: either name or id');
  return { ...contact, id: idOf(name) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const position = jsonFaultPosition(text);
    const lines = text.slice(0, position).split('\n');
    const at = `${lines.length}:${(lines.at(-1) ?? '').length + 1}`;
    throw new DisgoverError('BAD_JSON', `--register: line:column ${at}: ${faultAt(text.slice(position))}`, {
      cause,
    });
  }
}

const SHOWN = 12;

/** What cannot stand where the text stops being JSON. Shells take quotes away that are not themselves quoted. */
function faultAt(rest: string): string {
  if (rest === '') return 'the text ends too early';
  const unexpected = `unexpected ${quote(rest.length > SHOWN ? `${rest.slice(0, SHOWN)}…` : rest)}`;
  return /^[\w']/.test(rest) ? `${unexpected} (keys and texts stand in double quotes)` : unexpected;
}
