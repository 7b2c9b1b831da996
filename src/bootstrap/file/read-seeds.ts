// From the text of a file to seeds. Pure.

import type { Seed } from '../../contracts/bootstrap-source.js';
import { asDisgoverError, DisgoverError } from '../../errors.js';
import { parseSeed } from '../seed.js';

export interface ReadSeeds {
  readonly seeds: readonly Seed[];
  /** Each names its line, or its place in the array. */
  readonly faults: readonly DisgoverError[];
}

/** `type`: of addresses without one. */
export function readSeeds(text: string, type: string): ReadSeeds {
  const seeds: Seed[] = [];
  const faults: DisgoverError[] = [];
  for (const [where, read] of placesOf(text)) {
    try {
      const seed = read();
      parseSeed(seed, type);
      seeds.push(seed);
    } catch (cause) {
      const { fault, message } = asDisgoverError(cause);
      const why = message.slice(`${fault}: `.length);
      faults.push(new DisgoverError(fault, `${where}: ${why}`, { cause }));
    }
  }
  return { seeds, faults };
}

function placesOf(text: string): (readonly [where: string, read: () => Seed])[] {
  const document = documentOf(text);
  if (document !== undefined) return document.map((seed, i) => [`[${i}]`, () => seed]);
  return text
    .split(/\r?\n/)
    .map((line, i) => [`line ${i + 1}`, line.replace(/^\uFEFF/, '').trim()] as const)
    .filter(([, line]) => line !== '' && !line.startsWith('#'))
    .map(([where, line]) => [where, () => seedOf(line)]);
}

/** The seeds of a JSON array, or of a snapshot. */
function documentOf(text: string): readonly Seed[] | undefined {
  try {
    const value = JSON.parse(text);
    if (Array.isArray(value)) return value;
    return Array.isArray(value?.nodes) ? value.nodes : undefined;
  } catch {
    return undefined;
  }
}

function seedOf(line: string): Seed {
  if (!line.startsWith('{')) return line.replace(/\s+#.*$/, '');
  try {
    return JSON.parse(line);
  } catch {
    throw new DisgoverError('BAD_SEED', 'a contact that is not JSON');
  }
}
