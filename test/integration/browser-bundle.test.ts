import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { type BuildOptions, build } from 'esbuild';

const folder = fileURLToPath(new URL('../../dist/browser', import.meta.url));
const all = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.js') && !name.startsWith('chunks/'));
/** What a page loads that joins a network. */
const joining = ['index.js', 'transports/ws.js'];

/** In KiB, of each file compressed by itself, as a server sends them. */
const MAX_GZIPPED = 60;

/** Reads the entries and what they import; finding a module of Node's, it throws. */
async function read(entryPoints: readonly string[], options: BuildOptions = {}) {
  const { metafile, outputFiles } = await build({
    absWorkingDir: folder,
    entryPoints: [...entryPoints],
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    outdir: 'nowhere',
    write: false,
    metafile: true,
    logLevel: 'silent',
    ...options,
  });
  return {
    inputs: metafile?.inputs ?? {},
    text: (outputFiles ?? []).map((file) => file.text).join('\n'),
  };
}

describe('the bundle for browsers', () => {
  it('imports its own modules, and requires none', async () => {
    const { inputs } = await read(all);
    expect(Object.keys(inputs)).to.include.members(all);
    expect(Object.keys(inputs).filter((path) => path.startsWith('..'))).to.deep.equal([]);
    const kinds = Object.values(inputs).flatMap(({ imports }) => imports.map(({ kind }) => kind));
    expect(new Set(kinds)).to.deep.equal(new Set(['import-statement']));
  });

  it('names no global of Node', async () => {
    const globals = ['Buffer', 'process', 'global', 'setImmediate', '__dirname', 'require', 'module'];
    // Replaces a name that nothing in the file declares, and no property of that name.
    const define = Object.fromEntries(globals.map((name) => [name, `NODE_${name}`]));
    const { text } = await read(all, { define });
    expect(text.match(/\bNODE_\w+/g) ?? []).to.deep.equal([]);
  });

  it('has each source once, whatever is imported', async () => {
    const { inputs } = await read(all);
    const sources = Object.keys(inputs).flatMap((path): string[] => {
      const map = JSON.parse(readFileSync(join(folder, `${path}.map`), 'utf8'));
      return map.sources.map((source: string) => join(path, '..', source));
    });
    expect(sources.filter((source) => source.endsWith('src/errors.ts'))).to.have.lengthOf(1);
    expect(sources.filter((source, i) => sources.indexOf(source) < i)).to.deep.equal([]);
  });

  it(`is at most ${MAX_GZIPPED} KiB for a page that joins over WebSocket`, async () => {
    const paths = Object.keys((await read(joining)).inputs);
    const sizes = paths.map((path) => gzipSync(readFileSync(join(folder, path)), { level: 9 }).length);
    const kibibytes = sizes.reduce((sum, size) => sum + size, 0) / 1_024;
    const figures = paths.map((path, i) => `${path} ${sizes[i]} B`).join(', ');
    expect(kibibytes, figures).to.be.at.most(MAX_GZIPPED);
  });
});
