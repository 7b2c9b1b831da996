import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { seedFile } from '../../../src/bootstrap/file/index.js';
import type { SeedUpdate } from '../../../src/contracts/bootstrap-source.js';
import { expectThrowsCode } from '../../support/expect-code.js';
import { sourceContext } from '../../support/sources.js';

describe('seedFile', () => {
  let folder: string;
  let path: string;
  let controller: AbortController;
  let updates: AsyncIterator<SeedUpdate>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'disgover-seeds-'));
    path = join(folder, 'seeds');
    controller = new AbortController();
  });

  afterEach(async () => {
    controller.abort();
    expect((await updates?.next())?.done ?? true).to.equal(true);
    await rm(folder, { recursive: true });
  });

  const read = () => {
    updates = seedFile({ path, pollMs: 100 })
      .seeds(controller.signal, sourceContext())
      [Symbol.asyncIterator]();
  };
  const next = async (): Promise<SeedUpdate> => (await updates.next()).value;
  const codes = ({ faults = [] }: SeedUpdate) => faults.map(({ code }) => code);

  it('is read anew when it is written', async () => {
    await writeFile(path, '10.0.0.1:1\n');
    read();
    expect((await next()).seeds).to.deep.equal(['10.0.0.1:1']);
    await writeFile(path, '10.0.0.1:1\n10.0.0.2:2\n');
    expect((await next()).seeds).to.deep.equal(['10.0.0.1:1', '10.0.0.2:2']);
  });

  it('is read anew when another is moved into its place', async () => {
    await writeFile(path, '10.0.0.1:1\n');
    read();
    await next();
    await writeFile(`${path}.new`, '10.0.0.9:9\n');
    await rename(`${path}.new`, path);
    expect((await next()).seeds).to.deep.equal(['10.0.0.9:9']);
  });

  it('says that it is missing, and is read once it is there', async () => {
    read();
    const missing = await next();
    expect([missing.seeds, codes(missing)]).to.deep.equal([[], ['ERR_SEED_FILE_UNREADABLE']]);
    await writeFile(path, '10.0.0.1:1\n');
    expect((await next()).seeds).to.deep.equal(['10.0.0.1:1']);
  });

  it('leaves standing what it said when it goes, or is too long', async () => {
    await writeFile(path, '10.0.0.1:1\n');
    read();
    await next();
    await writeFile(path, '#'.repeat(300_000));
    const long = await next();
    expect([long.seeds, codes(long)]).to.deep.equal([['10.0.0.1:1'], ['ERR_SEED_FILE_UNREADABLE']]);
    await rm(path);
    const gone = await next();
    expect([gone.seeds, codes(gone)]).to.deep.equal([['10.0.0.1:1'], ['ERR_SEED_FILE_UNREADABLE']]);
  });

  it('is named by a path or by a URL', () => {
    for (const source of [path, pathToFileURL(path).href, `${pathToFileURL(path).href}?pollMs=500`])
      expect(seedFile(source).name).to.equal(`file ${path}`);
  });

  it('refuses what names no file', () => {
    for (const source of ['file://elsewhere/seeds', `${pathToFileURL(path).href}?poll=1`, { path: '' }])
      expectThrowsCode(() => seedFile(source), 'ERR_BAD_SOURCE');
    expectThrowsCode(() => seedFile({ path, pollMs: 1 }), 'ERR_BAD_SOURCE');
    expectThrowsCode(() => seedFile({ path, poll: 1 } as never), 'ERR_BAD_OPTION');
  });
});
