// A set that only grows, as a rule for one field.

import {
  canonicalText,
  checkOptionNames,
  compareText,
  DisgoverError,
  limits,
  Refusal,
  typeName,
  utf8,
} from '../src/plugin.js';
import type { FieldRule } from './compose.js';

export interface UnionOptions {
  /** Most entries. Count, 1 to 256, default 256. */
  readonly maxEntries?: number;
  /**
   * Most bytes of JSON, at least 16, default 2,048; an entry may take a quarter of it. What is given to the set is taken
   * from the rest of the contact: with the default, 1,024 bytes are left.
   */
  readonly maxBytes?: number;
}

/** A map's entry or a list's item. The key, in canonical text, is what makes it one of the set. */
interface Entry {
  readonly key: string;
  /** Canonical text; empty for the item of a list. */
  readonly value: string;
  readonly bytes: number;
  /** `[key, value]`, or the item. */
  readonly source: unknown;
}

interface Entries {
  readonly isMap: boolean;
  /** Bounded by the length of a contact, and after `bounded` by the options. */
  readonly byKey: Map<string, Entry>;
}

/**
 * The union of two sets. A set is an object, key → value, or an array of JSON values, which comes back sorted by canonical
 * bytes and without duplicates. The same key with two values keeps the longer canonical value, then the larger bytes (so
 * of two natural numbers the greater). Anything but an object or an array counts as no set. Where an object meets an array,
 * an empty one yields, otherwise the object stands and the array is dropped: use one of them.
 *
 * When full, a set keeps the entries whose keys have the smallest hash (FNV-1a, 32 bit, of the key's canonical UTF-8), which
 * every node finds alike whatever it merged first. **Hashes can be mined:** whoever may write to the set can make keys that
 * push out all others, with this hash or any other. Use it where writers are trusted.
 *
 * `check` refuses what is no set (`BAD_CONTACT`) and a set that does not fit (`CONTACT_TOO_LARGE`). @throws DisgoverError
 * `ERR_BAD_OPTION`.
 */
export function union(options: UnionOptions = {}): FieldRule {
  checkOptionNames('union', options, ['maxEntries', 'maxBytes']);
  const { maxEntries = limits.jsonKeys, maxBytes = 2_048 } = options;
  checkOption('maxEntries', maxEntries, 1, limits.jsonKeys);
  checkOption('maxBytes', maxBytes, 16, limits.contactBytes);
  const entryBytes = Math.floor(maxBytes / 4);

  // An entry stays while fewer than `maxEntries` entries, and less than three quarters of the bytes, come before it. The one
  // that crosses the line is kept: were it dropped, nothing would tell the next merge that the set was full, and an
  // entry that hashes behind it would slip in on one node and not on another. For the same reason no merge makes an
  // entry shorter. An entry longer than a quarter is never taken, so that the sum keeps to `maxBytes`.
  function bounded({ isMap, byKey }: Entries): Entries {
    const fitting = [...byKey.values()].filter(({ bytes }) => bytes <= entryBytes);
    const ranked = fitting.map((entry) => ({ entry, hash: hashOf(entry.key) }));
    ranked.sort((a, b) => a.hash - b.hash || compareText(a.entry.key, b.entry.key));
    const kept = new Map<string, Entry>();
    let bytes = 0;
    for (const { entry } of ranked) {
      if (kept.size >= maxEntries || bytes >= maxBytes - entryBytes) break;
      kept.set(entry.key, entry);
      bytes += entry.bytes;
    }
    return { isMap, byKey: kept };
  }

  return {
    maxBytes,
    merge(incumbent, candidate) {
      const standing = entriesOf(incumbent);
      const arriving = entriesOf(candidate);
      if (standing === undefined || arriving === undefined) {
        const lone = standing ?? arriving;
        return lone && written(bounded(lone));
      }
      // Before they meet: an entry too long to be taken must not win over a value that is not.
      const both = joined(bounded(standing), bounded(arriving));
      return written(bounded(both));
    },
    check(value) {
      const entries = entriesOf(value);
      if (entries === undefined)
        return new Refusal('BAD_CONTACT', `expected object or array, got ${typeName(value)}`);
      const [given, fitting] = [entries.byKey.size, bounded(entries).byKey.size];
      if (fitting === given) return undefined;
      return new Refusal(
        'CONTACT_TOO_LARGE',
        `${fitting} of ${given} entries fit in ${maxEntries} and ${maxBytes} B`,
      );
    },
  };
}

function joined(a: Entries, b: Entries): Entries {
  if (a.isMap !== b.isMap) {
    const [map, list] = a.isMap ? [a, b] : [b, a];
    return map.byKey.size === 0 && list.byKey.size > 0 ? list : map;
  }
  const byKey = new Map(a.byKey);
  for (const entry of b.byKey.values()) {
    const known = byKey.get(entry.key);
    if (known === undefined || compareValues(known, entry) < 0) byKey.set(entry.key, entry);
  }
  return { isMap: a.isMap, byKey };
}

function compareValues(a: Entry, b: Entry): number {
  return a.bytes - b.bytes || compareText(a.value, b.value);
}

function entriesOf(value: unknown): Entries | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const isMap = !Array.isArray(value);
  const entries = isMap
    ? Object.entries(value).map((pair) => entryOf(canonicalText(pair[0]), canonicalText(pair[1]), pair))
    : value.map((item) => entryOf(canonicalText(item), '', item));
  return { isMap, byKey: new Map(entries.map((entry) => [entry.key, entry])) };
}

/** Two bytes for the colon and the comma. */
function entryOf(key: string, value: string, source: unknown): Entry {
  return { key, value, bytes: utf8(key + value).length + 2, source };
}

function written({ isMap, byKey }: Entries): unknown {
  const entries = [...byKey.values()];
  if (isMap) return Object.fromEntries(entries.map(({ source }) => source as [string, unknown]));
  return entries.sort((a, b) => compareText(a.key, b.key)).map(({ source }) => source);
}

/** FNV-1a, 32 bit (draft-eastlake-fnv): spreads keys evenly enough and needs no package. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of utf8(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

function checkOption(name: string, value: unknown, least: number, most: number): void {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return;
  const got = typeof value === 'number' ? value : typeName(value);
  throw new DisgoverError('BAD_OPTION', `${name} must be an integer ${least}..${most}, got ${got}`);
}
