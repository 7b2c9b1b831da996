// Fields that merge by themselves, each by its own rule, and an arbiter for the rest of the contact.

import {
  type Arbiter,
  type Contact,
  canonicalJson,
  canonicalText,
  checkOptionNames,
  DisgoverError,
  limits,
  quote,
  Refusal,
  typeName,
  utf8,
} from '../src/plugin.js';
import { obstacle, type Path, parsePath, put, read, remove } from './lib/field-path.js';

/** How one field of a contact merges. Lawful: pure, idempotent, commutative and associative, as an arbiter must be. */
export interface FieldRule {
  /** The most bytes of JSON that `merge` returns; kept free in every contact, so that whatever merges fits. */
  readonly maxBytes: number;
  /**
   * Merges two values of the field, each a JSON value or undefined, which is one side without the field and adds nothing.
   * Returns a JSON value, or undefined for no field. A lone value comes twice.
   */
  merge(incumbent: unknown, candidate: unknown): unknown;
  /** Why a value cannot be registered; asked for values other than undefined. Default: every value can. */
  check?(value: unknown): Refusal | undefined;
}

export interface ComposeOptions {
  /** Decides about the contact without the fields: which version of it, transport included, stands. */
  readonly rest: Arbiter;
  /**
   * Dotted path in the contact → rule: `{ 'data.workerNodes': union() }`. No path is `id` or lies within another. A key that
   * has a dot itself cannot be named.
   */
  readonly fields: Readonly<Record<string, FieldRule>>;
}

interface Part {
  readonly name: string;
  readonly path: Path;
  readonly rule: FieldRule;
}

/** A contact, and what `rest` sees of it. */
interface Carrier {
  readonly contact: Contact;
  readonly bare: Contact;
}

/** Left for the rest of a contact at the least: the longest id takes 340 characters of JSON. */
const REST_BYTES = 512;

/**
 * One rule for each field: the result is what `rest` makes of the contacts without their fields, with each field merged by
 * its rule. Lawful when the parts are, `rest` included.
 *
 * A contact that cannot carry the fields loses, whole, against any that can, whatever its clock: its `data` is no object, or it
 * has more beside the fields than 3,072 bytes less `maxBytes` of every rule. Otherwise a merge could be
 * too long for a contact. Between two such contacts `rest` decides. An object on the way to a field that holds nothing
 * (`data: {}`) is left out.
 *
 * `arbiterDefaults` are those of `rest`. @throws DisgoverError what `rest` throws, what a rule's `check` refuses,
 * `ERR_BAD_CONTACT` or `ERR_CONTACT_TOO_LARGE` for a contact that cannot carry the fields. `compose` itself throws
 * `ERR_BAD_OPTION` for what is no arbiter or no rule, for paths as above, or rules whose `maxBytes` are more than 2,560 together.
 */
export function compose(options: ComposeOptions): Arbiter {
  checkOptionNames('compose', options, ['rest', 'fields']);
  const { rest, fields } = options;
  for (const part of ['arbiter', 'arbiterDefaults'] as const)
    if (typeof rest?.[part] !== 'function') throw badOption(`rest lacks ${part}()`);
  checkRules(fields);
  const parts = Object.entries(fields).map(([name, rule]) => ({ name, path: parsePath(name), rule }));
  checkApart(parts);
  const room = limits.contactBytes - parts.reduce((sum, { rule }) => sum + rule.maxBytes, 0);
  if (!(room >= REST_BYTES)) {
    throw badOption(`fields: maxBytes must be ${limits.contactBytes - REST_BYTES} at most together`);
  }

  function carrierOf(contact: Contact): Carrier | Refusal {
    for (const { name, path } of parts) {
      const inTheWay = obstacle(contact, path);
      if (inTheWay === undefined) continue;
      return new Refusal('BAD_CONTACT', `${name}: expected an object on the way, got ${typeName(inTheWay)}`);
    }
    // Normal before it is measured: what `rest` drops must not decide whether the rest fits.
    const bare = rest.arbiter(
      undefined,
      parts.reduce((left, { path }) => remove(left, path) as Contact, contact),
    );
    const text = canonicalJson(parts.reduce((left, { path }) => put(left, path, {}) as Contact, bare));
    if (text instanceof Refusal) return text;
    const bytes = utf8(text).length;
    if (bytes <= room) return { contact, bare };
    return new Refusal(
      'CONTACT_TOO_LARGE',
      `${bytes} B beside ${Object.keys(fields).join(', ')} > ${room} B`,
    );
  }

  function merge(standing: Carrier, arriving: Carrier): Contact {
    let merged = rest.arbiter(standing.bare, arriving.bare);
    for (const { path, rule } of parts) {
      const value = rule.merge(read(standing.contact, path), read(arriving.contact, path));
      if (value !== undefined) merged = put(merged, path, value) as Contact;
    }
    const text = canonicalText(merged);
    if (text === canonicalText(standing.contact)) return standing.contact;
    return text === canonicalText(arriving.contact) ? arriving.contact : merged;
  }

  return {
    arbiter(incumbent, candidate) {
      const arriving = carrierOf(candidate);
      const standing = incumbent === undefined ? arriving : carrierOf(incumbent);
      if (standing instanceof Refusal) {
        return arriving instanceof Refusal ? rest.arbiter(incumbent, candidate) : merge(arriving, arriving);
      }
      return merge(standing, arriving instanceof Refusal ? standing : arriving);
    },
    arbiterDefaults(contact, context) {
      const filled = rest.arbiterDefaults(contact, context);
      // First of all what is no JSON, so that the rules see none of it and the message says where it is.
      canonicalText(filled);
      for (const { name, path, rule } of parts) {
        const value = read(filled, path);
        const refusal = value === undefined ? undefined : rule.check?.(value);
        if (refusal !== undefined) throw DisgoverError.from(refusal.within(name));
      }
      const carrier = carrierOf(filled);
      if (carrier instanceof Refusal) throw DisgoverError.from(carrier);
      return filled;
    },
  };
}

/** Were one field within another, their order would matter. */
function checkApart(parts: readonly Part[]): void {
  for (const outer of parts) {
    const inner = parts.find(({ name }) => name.startsWith(`${outer.name}.`));
    if (inner === undefined) continue;
    throw badOption(`fields: ${quote(inner.name)} lies within ${quote(outer.name)}`);
  }
}

function checkRules(fields: unknown): void {
  if (typeName(fields) !== 'object') throw badOption(`fields must be an object, got ${typeName(fields)}`);
  for (const [name, rule] of Object.entries(fields as object)) {
    const { merge, maxBytes } = Object(rule) as Partial<FieldRule>;
    const hint = typeof rule === 'function' ? ': call it, union()' : '';
    if (typeof merge !== 'function')
      throw badOption(`fields: the rule of ${quote(name)} lacks merge()${hint}`);
    if (!Number.isInteger(maxBytes) || (maxBytes as number) < 0)
      throw badOption(`fields: the rule of ${quote(name)} needs maxBytes, an integer from 0`);
  }
}

function badOption(detail: string): DisgoverError {
  return new DisgoverError('BAD_OPTION', `compose: ${detail}`);
}
