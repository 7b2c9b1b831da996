// Bundles the entries that a browser can load into plain ES modules that need no bundler: `bundle.mjs DIRECTORY`.
// What entries share stands once, in chunks: a class that stood in two of them would be two classes.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const [directory] = process.argv.slice(2);
// Of the build that the bundle goes with.
const { limits } = await import(pathToFileURL(join(directory, '../src/limits.js')).href);

/** Where an entry lies in the package, and its source. Arbiters are one file each. */
const entries = {
  index: 'src/index.ts',
  plugin: 'src/plugin.ts',
  'transports/memory': 'transports/memory/index.ts',
  'transports/ws': 'transports/ws/index.browser.ts',
  ...Object.fromEntries(
    readdirSync(join(root, 'arbiters'))
      .filter((name) => name.endsWith('.ts'))
      .map((name) => [`arbiters/${name.replace(/\.ts$/, '')}`, `arbiters/${name}`]),
  ),
};

/** In place of a package: what of it is used. */
const standIns = { 'lru-cache': join(root, 'tools/browser/lru-cache.ts') };

/** `limits.x` is written as the number that it is: a page loads neither the names nor those that it does not use. */
const numbersForLimits = {
  name: 'numbers for limits',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[/\\](?:src|transports|arbiters)[/\\].*\.ts$/ }, ({ path }) => ({
      loader: 'ts',
      contents: readFileSync(path, 'utf8').replace(
        /\blimits\.(\w+)/g,
        (limit, name) => limits[name] ?? limit,
      ),
    })),
};

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: Object.entries(entries).map(([out, source]) => ({ in: source, out })),
  outdir: directory,
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[hash]',
  format: 'esm',
  platform: 'browser',
  // The twins of `#…` imports are taken from the sources.
  conditions: ['browser', 'disgover-source'],
  target: 'es2022',
  minify: true,
  sourcemap: true,
  legalComments: 'none', // in the file of notices
  metafile: true,
  logLevel: 'warning',
  alias: standIns,
  plugins: [numbersForLimits],
});

/** The licences of what is inside: each asks to go with every copy. */
const packages = new Set(
  Object.keys(metafile.inputs).flatMap((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []),
);
const notices = [...packages].sort().map((name) => {
  const folder = join(root, 'node_modules', name);
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const licence = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
  return `${name} ${version}\n\n${readFileSync(join(folder, licence), 'utf8').trim()}\n`;
});
writeFileSync(join(directory, 'NOTICES.txt'), notices.join(`\n${'-'.repeat(80)}\n\n`));
if (process.argv.includes('--analyse'))
  writeFileSync(join(directory, 'metafile.json'), JSON.stringify(metafile));
