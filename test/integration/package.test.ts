import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const inModules = (path: string) => join(root, 'node_modules', path);

/** What the tools that run here execute is not to be counted as covered. */
const { NODE_V8_COVERAGE: _, ...env } = process.env;
const execute = promisify(execFile);
const run = async (command: string, args: readonly string[], cwd: string): Promise<string> => {
  try {
    return (await execute(command, args, { cwd, env })).stdout;
  } catch (failure) {
    const { stdout, stderr } = failure as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`);
  }
};
const runNode = (args: readonly string[], cwd: string) => run(process.execPath, args, cwd);
const npm = (args: readonly string[], cwd: string) =>
  run('npm', [...args, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], cwd);

/** The oldest compiler that is at hand, 5.6: what checks the types with has it inside. */
const olderCompiler = () => {
  const attw = createRequire(import.meta.url).resolve('@arethetypeswrong/core');
  return createRequire(attw).resolve('typescript/lib/tsc.js');
};

const sources = ['dns', 'file', 'kubernetes', 'multicast', 'registry', 'serf'];
const arbiters = ['compose', 'g-set', 'last-write-wins', 'signed', 'union', 'vector-clock'];

describe('the package', function () {
  this.timeout(30_000);

  let folder: string;
  let tarball: string;
  let contents: string[];
  let subPaths: string[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'disgover-package-'));
    const [pack] = JSON.parse(await npm(['pack', '--json', '--pack-destination', folder], root));
    tarball = join(folder, pack.filename);
    contents = pack.files.map(({ path }: { path: string }) => path);
    const { exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    subPaths = Object.keys(exports).filter((path) => !path.endsWith('.json'));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it('holds what a user needs, and nothing else', () => {
    const needed =
      /^(?:(?:README|CHANGELOG)\.md|LICENSE|package\.json|docs\/.+|dist\/(?:src|transports|arbiters|browser)\/.+\.(?:js|js\.map|d\.ts)|dist\/browser\/NOTICES\.txt)$/;
    expect(contents.filter((path) => !needed.test(path))).to.deep.equal([]);
    expect(contents).to.include.members(['README.md', 'CHANGELOG.md', 'LICENSE', 'package.json']);
  });

  it('has one sub-path for each part, and none for what they are made of', () => {
    expect(subPaths).to.have.members([
      '.',
      './plugin',
      './bootstrap',
      './key-file',
      './testing',
      ...['tcp', 'ws', 'memory'].map((name) => `./transports/${name}`),
      ...arbiters.map((name) => `./arbiters/${name}`),
      ...sources.map((name) => `./bootstrap/${name}`),
    ]);
  });

  it('has nothing that publint objects to', async () => {
    await runNode([inModules('publint/src/cli.js'), 'run', tarball, '--strict'], folder);
  });

  it('has types that every resolution of an ES module finds', async () => {
    const attw = inModules('@arethetypeswrong/cli/dist/index.js');
    await runNode([attw, tarball, '--profile', 'esm-only', '--entrypoints', ...subPaths], folder);
  });

  context('when a strict TypeScript project installs it', () => {
    let consumer: string;

    /** Compiles the program and returns what it prints. */
    const runProgram = async (program: string): Promise<string> => {
      await writeFile(join(consumer, 'program.ts'), program);
      await runNode([inModules('typescript/bin/tsc'), '-p', '.'], consumer);
      return runNode(['program.js'], consumer);
    };

    before(async function () {
      this.timeout(30_000); // npm may have to fetch the dependencies
      consumer = join(folder, 'consumer');
      await mkdir(consumer);
      const compilerOptions = {
        target: 'ES2023',
        lib: ['ES2023'],
        module: 'NodeNext',
        strict: true,
        noUncheckedIndexedAccess: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
        typeRoots: [inModules('@types')],
        types: ['node'],
      };
      await writeFile(join(consumer, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
      await writeFile(join(consumer, 'package.json'), '{ "private": true, "type": "module" }');
      await npm(['install', '--prefer-offline', tarball], consumer);
    });

    it('offers each sub-path, as types and at run time', async () => {
      const names = subPaths.map((path) => `disgover${path.slice(1)}`);
      const imports = names.map((name, i) => `import * as entry${i} from '${name}';`);
      const entries = names.map((name, i) => `  ['${name}', Object.keys(entry${i}).length > 0],`);
      const program = [...imports, 'console.log(JSON.stringify([', ...entries, ']));', ''].join('\n');
      expect(JSON.parse(await runProgram(program))).to.deep.equal(names.map((name) => [name, true]));
    });

    it('has types that an older TypeScript reads, without `skipLibCheck`', async () => {
      const tsc = olderCompiler();
      expect(await runNode([tsc, '--version'], consumer)).to.match(/^Version 5\.6\./);
      const imports = subPaths.map((path, i) => `import * as entry${i} from 'disgover${path.slice(1)}';`);
      const entries = subPaths.map((_, i) => `entry${i}`).join(', ');
      await writeFile(join(consumer, 'program.ts'), [...imports, `console.log(${entries});`].join('\n'));
      await runNode([tsc, '-p', '.', '--noEmit'], consumer);
    });

    it('has types that hold in a project for browsers, which has none of Node', async () => {
      const imports = subPaths.map((path, i) => `import * as entry${i} from 'disgover${path.slice(1)}';`);
      const program = `
        import { Disgover, idOf } from 'disgover';
        import { ws } from 'disgover/transports/ws';
        const node = await Disgover.start({ transport: ws(), seeds: ['ws://127.0.0.1:6743'] });
        document.title = (await node.find<string>(idOf('title')))?.data ?? '';
        console.log(${subPaths.map((_, i) => `entry${i}`).join(', ')});
      `;
      const compilerOptions = {
        target: 'ES2022',
        lib: ['ES2022', 'DOM'],
        module: 'ESNext',
        moduleResolution: 'Bundler',
        strict: true,
        noEmit: true,
        types: [],
      };
      await writeFile(join(consumer, 'page.ts'), [...imports, program].join('\n'));
      const project = JSON.stringify({ compilerOptions, include: ['page.ts'] });
      await writeFile(join(consumer, 'tsconfig.page.json'), project);
      for (const tsc of [inModules('typescript/bin/tsc'), olderCompiler()]) {
        await runNode([tsc, '-p', 'tsconfig.page.json'], consumer);
        await runNode([tsc, '-p', 'tsconfig.page.json', '--customConditions', 'browser'], consumer);
      }
      await rm(join(consumer, 'page.ts'));
    });

    it('starts two nodes over TCP, one of which finds what the other has registered', async () => {
      const program = `
        import { type Contact, idOf, Disgover, type Seed } from 'disgover';
        import { vectorClock } from 'disgover/arbiters/vector-clock';
        import { tcp } from 'disgover/transports/tcp';

        interface Service {
          readonly url: string;
        }
        const start = (...seeds: Seed[]) => Disgover.start({ transport: tcp(), seeds, ...vectorClock() });
        const host = await start();
        const guest = await start(host.contact);
        const id = idOf('billing');
        await host.register<Service>({ id, data: { url: 'http://10.0.0.7:8080' } });
        const found: Contact<Service> | undefined = await guest.find<Service>(id);
        console.log(found?.data?.url);
        await Promise.all([guest.close(), host.close()]);
      `;
      expect(await runProgram(program)).to.equal('http://10.0.0.7:8080\n');
    });

    it('says which package a source needs that is not installed', async () => {
      const program = `
        import { kubernetes } from 'disgover/bootstrap/kubernetes';
        const source = kubernetes('k8s://default/disgover?kubeconfig=');
        const context = {} as Parameters<typeof source.seeds>[1];
        try {
          for await (const { seeds } of source.seeds(new AbortController().signal, context)) console.log(seeds);
        } catch (fault) {
          console.log((fault as Error).message);
        }
      `;
      expect(await runProgram(program)).to.match(
        /^PACKAGE_MISSING: .* npm install @kubernetes\/client-node@1/,
      );
    });

    it('is taken from its build for browsers by a bundler', async () => {
      const page = join(consumer, 'page.ts');
      const program = `
        import { Disgover } from 'disgover';
        import { gSet } from 'disgover/arbiters/g-set';
        import { ws } from 'disgover/transports/ws';
        await Disgover.start({ transport: ws(), seeds: ['ws://127.0.0.1:6743'], ...gSet() });
      `;
      await writeFile(page, program);
      const { metafile } = await build({
        absWorkingDir: consumer,
        entryPoints: ['page.ts'],
        bundle: true,
        format: 'esm',
        outdir: 'nowhere',
        write: false,
        metafile: true,
      });
      const inputs = Object.keys(metafile.inputs).filter((path) => path !== 'page.ts');
      const isOfBuild = (path: string) => path.startsWith('node_modules/disgover/dist/browser/');
      expect(inputs.filter((path) => !isOfBuild(path))).to.deep.equal([]);
      expect(inputs).to.include('node_modules/disgover/dist/browser/arbiters/g-set.js');
      await rm(page);
    });

    it('has the command', async () => {
      const command = join(consumer, 'node_modules/.bin/disgover');
      expect(await run(command, ['--help'], consumer)).to.include('disgover');
    });
  });
});
