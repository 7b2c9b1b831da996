// Seeds from a file, which is looked at again and again: editors and Kubernetes put another file in its place. Node only.

import { open, stat } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BootstrapSource } from '../../contracts/bootstrap-source.js';
import { DisgoverError, quote } from '../../errors.js';
import { checkOptionNames } from '../../option-names.js';
import { sleep } from '../sleep.js';
import { badSource, checkInteger, numbersOf, parseSourceUrl } from '../source-url.js';
import { type ReadSeeds, readSeeds } from './read-seeds.js';

export interface SeedFileOptions {
  readonly path: string;
  /** How often it is looked at. Milliseconds, 100 to 60000, default 1000. */
  readonly pollMs?: number;
}

const MOST_BYTES = 262_144;
const FORM = 'file:///path/of/seeds[?pollMs=1000]';

/**
 * One seed a line: an address, or a contact as JSON; `#` begins a comment. Or one JSON document: an array of seeds, or what
 * `node.snapshot()` returned, whose nodes are the seeds. At most 256 KiB. A file that is missing or cannot be read is looked at again, and
 * what it said last stands. By a path, by a `file:` URL, or by options.
 * @throws DisgoverError `ERR_BAD_SOURCE`. Its seeds tell of `ERR_SEED_FILE_UNREADABLE`, and of each line that is no seed.
 */
export function seedFile(source: string | SeedFileOptions): BootstrapSource {
  const { path, pollMs = 1_000 } = optionsOf(source);
  checkInteger('seedFile: pollMs', pollMs, 100, 60_000);
  return {
    name: `file ${path}`,
    async *seeds(signal, { runtime, transport }) {
      let state: string | undefined;
      let last: ReadSeeds = { seeds: [], faults: [] };
      while (!signal.aborted) {
        const now = await stateOf(path);
        if (now !== state) {
          state = now;
          const read = await readAll(path, transport);
          last = read instanceof DisgoverError ? { seeds: last.seeds, faults: [read] } : read;
          yield last;
        }
        await sleep(runtime, pollMs, signal);
      }
    },
  };
}

function optionsOf(source: string | SeedFileOptions): SeedFileOptions {
  if (typeof source !== 'string') {
    checkOptionNames('seedFile', source, ['path', 'pollMs']);
    if (typeof source.path !== 'string' || source.path === '')
      throw badSource(String(source.path), 'path must be that of a file');
    return { ...source, path: resolve(source.path) };
  }
  if (!source.startsWith('file:')) return { path: resolve(source) };
  const url = parseSourceUrl(source, 'file', FORM, ['pollMs']);
  return { path: pathOf(url), ...numbersOf(url, ['pollMs']) };
}

function pathOf(url: URL): string {
  try {
    const path = fileURLToPath(url);
    if (isAbsolute(path)) return path;
  } catch {
    // A host, or an escaped slash.
  }
  throw badSource(url.href, `expected ${FORM}`);
}

/** Differs when another file, or other content, is there. */
async function stateOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeMs, mode } = await stat(path);
    return `${ino} ${size} ${mtimeMs} ${mode}`;
  } catch (fault) {
    return codeOf(fault);
  }
}

async function readAll(path: string, transport: string): Promise<ReadSeeds | DisgoverError> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_BYTES + 1), 0, MOST_BYTES + 1);
      if (bytesRead > MOST_BYTES) return unreadable(path, `longer than ${MOST_BYTES} bytes`);
      return readSeeds(buffer.toString('utf8', 0, bytesRead), transport);
    } finally {
      await file.close();
    }
  } catch (cause) {
    return unreadable(path, codeOf(cause), cause);
  }
}

function unreadable(path: string, why: string, cause?: unknown): DisgoverError {
  return new DisgoverError('SEED_FILE_UNREADABLE', `${quote(path)}: ${why}`, { cause });
}

function codeOf(fault: unknown): string {
  return (fault as NodeJS.ErrnoException).code ?? 'unknown';
}
