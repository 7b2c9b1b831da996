// Holds each folder to its share of covered lines, from the summary that c8 left in coverage/.
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const strict = new Set(['src/id', 'src/wire', 'src/lookup', 'src/routing', 'src/contacts']);

/** What a file of types compiles to has nothing to run, so nothing that could be covered. Twins for browsers have, and are bundled. */
const isTypesOnly = (file) =>
  !file.endsWith('.browser.ts') &&
  readFileSync(join(root, 'dist', file.replace(/ts$/, 'js')), 'utf8')
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
    .trim() === 'export {};';

const groups = new Map();
const summary = JSON.parse(readFileSync(join(root, 'coverage', 'coverage-summary.json'), 'utf8'));
for (const [path, { lines }] of Object.entries(summary)) {
  if (path === 'total') continue;
  const file = relative(root, path).replaceAll('\\', '/');
  if (isTypesOnly(file)) continue;
  const name = /^src\/[^/]+(?=\/)|^[^/]+/.exec(file)[0];
  const group = groups.get(name) ?? { covered: 0, total: 0 };
  groups.set(name, { covered: group.covered + lines.covered, total: group.total + lines.total });
}

for (const [name, { covered, total }] of [...groups].sort()) {
  const percent = (100 * covered) / total;
  const wanted = strict.has(name) ? 95 : 85;
  const isMet = percent >= wanted;
  console.log(
    `${isMet ? 'ok ' : 'LOW'} ${percent.toFixed(1).padStart(5)} % of lines, ${wanted} wanted: ${name}`,
  );
  if (!isMet) process.exitCode = 1;
}
