import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(`${root}/${path}`, 'utf8');
const execute = promisify(execFile);

/** What the program prints, line by line, with the same port every time. Rejects when it ends with another code than 0. */
async function run(args: readonly string[]): Promise<string[]> {
  const { stdout, stderr } = await execute(process.execPath, args, { cwd: root });
  expect(stderr).to.equal('');
  return stdout
    .trimEnd()
    .replaceAll(/\b(port:) \d+/g, '$1 6742')
    .split('\n');
}

const printed: Readonly<Record<string, readonly string[]>> = {
  'custom-arbiter.ts': ['workers: ada takes 2, grace takes 8, linus takes 1'],
  'migrating-actor.ts': [
    'registered: berlin berlin berlin berlin berlin',
    'moved:      paris paris paris paris paris',
    'old again:  paris paris paris paris paris',
    'ended:      nowhere nowhere nowhere nowhere nowhere',
  ],
  'name-resolution.ts': [
    'www.example → 10.0.0.7:80, 10.0.0.8:80',
    'mail.example → 10.0.1.5:25',
    'ftp.example → no such name',
    'www.example → 10.0.0.9:80 (renewed)',
    'without a network → ERR_NO_NODES',
  ],
  'receptionist.ts': [
    'the greeter at 10.0.0.1:9000 says hello',
    'the greeter at 10.0.0.2:9000 says bonjour',
    'gardeners: 0',
  ],
  'signed-contacts.ts': [
    'registered:        https://10.0.0.7',
    'claimed:           https://10.0.0.7',
    'withdrawn by it:   https://10.0.0.7',
    'changed:           https://10.0.0.8',
    'ended:             nobody has it',
    'registered again:  https://10.0.0.9',
  ],
  'two-nodes.ts': [
    "billing: { url: 'http://10.0.0.7:8080' } hosted at { host: '127.0.0.1', port: 6742, type: 'tcp' }",
  ],
};

describe('the examples', function () {
  this.timeout(30_000);

  it('are these', () => {
    // Those in a folder need more than a command, and are tested elsewhere.
    const names = readdirSync(`${root}/examples`).filter((name) => name.endsWith('.ts'));
    expect(names).to.have.members(Object.keys(printed));
  });

  for (const [name, lines] of Object.entries(printed)) {
    context(name, () => {
      it('prints what comes of it, and exits', async () => {
        // In whatever order: sets have none.
        expect(await run(['--import', 'tsx', `examples/${name}`])).to.have.members(lines);
      });

      it('fits on a screen, and imports by package name', () => {
        const text = read(`examples/${name}`);
        expect(text.split('\n').length).to.be.at.most(60);
        const imported = Array.from(text.matchAll(/from '([^']+)'/g), ([, specifier]) => specifier);
        expect(
          imported.filter((specifier) => !/^(?:disgover|node:)/.test(specifier as string)),
        ).to.deep.equal([]);
      });
    });
  }
});

describe('README.md', function () {
  this.timeout(30_000);

  const readme = read('README.md');
  const blocks = Array.from(readme.matchAll(/^```js\n(.*?)^```$/gms), ([, code]) => code as string);
  const blockWith = (text: string) => blocks.find((code) => code.includes(text)) as string;
  /** Without a file, so that `disgover` is this package. */
  const inline = (code: string) => ['--input-type=module', '--eval', code];
  let host: ChildProcess | undefined;

  afterEach(() => host?.kill());

  it('has the first example, to the letter, and what it prints', () => {
    expect(blocks[0]).to.equal(read('examples/two-nodes.ts'));
    const shown = /^```\n(billing: .+)\n```$/m.exec(readme)?.[1];
    expect([shown?.replace(/(port:) \d+/, '$1 6742')]).to.deep.equal(printed['two-nodes.ts']);
  });

  it('has two programs that find each other from two processes', async () => {
    // At a free port, since others may use the one that is written there.
    const hosting = blockWith("console.log('listening'").replace('port: 6742', 'port: 0');
    host = spawn(process.execPath, inline(hosting), { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    let port: string | undefined;
    for await (const line of createInterface({ input: host.stdout as NodeJS.ReadableStream })) {
      port = /^listening .*port: (\d+)/.exec(line)?.[1];
      if (port !== undefined) break;
    }
    const finding = blockWith("seeds: ['tcp://127.0.0.1:6742']").replace('6742', port as string);
    expect((await run(inline(finding))).join('')).to.include("data: { url: 'http://10.0.0.7:8080' }");
  });

  it('has an arbiter that keeps the laws it tells', async () => {
    const [arbiter] = blockWith('priorityOf').split('const node');
    const contacts = `const contacts = [
      { id: 'Zg==' },
      { id: 'Zg==', data: { priority: 1 } },
      { id: 'Zg==', data: { priority: 1 }, transport: { type: 'tcp' } },
      { id: 'Zg==', data: { priority: 2 } },
    ];`;
    const done = "console.log('kept');";
    const program = [arbiter, contacts, blockWith('for (const a of contacts)'), done].join('\n');
    expect(await run(inline(program))).to.deep.equal(['kept']);
  });

  it('has a node that keeps its key, and keeps out who has no secret', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'disgover-'));
    try {
      writeFileSync(join(folder, 'group.secret'), `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
      const started = blockWith('admit:').replaceAll(/'(node\.key|group\.secret)'/g, (_, name: string) =>
        JSON.stringify(join(folder, name)),
      );
      const rest = `const options = { transport: tcp(), group: 'shop-production', seeds: [node.contact] };
        const stranger = await Disgover.start(options);
        console.log(stranger.state, await stranger.find('Zg==').catch(({ cause }) => cause.code));
        await Promise.all([stranger.close(), node.close()]);
        console.log(node.id);`;
      const [told, id] = await run(inline(`${started}\n${rest}`));
      expect(told).to.equal('isolated ERR_BAD_SECRET');
      expect((await run(inline(`${started}\n${rest}`)))[1]).to.equal(id);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('has a set that several nodes fill', async () => {
    const close = 'await Promise.all([left, right, client].map((node) => node.close()));';
    const printed = await run(inline(`${blockWith("path: 'workers'")}\n${close}`));
    expect(printed).to.deep.equal(['{ workers: { ada: 2, grace: 4 } }']);
  });

  it('has a node that signs with the key of a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'disgover-'));
    try {
      const started = blockWith("'billing.key'").replace(
        "'billing.key'",
        JSON.stringify(join(folder, 'key')),
      );
      const rest = "console.log((await node.register({ data: 'mine' })).data); await node.close();";
      expect(await run(inline(`${started}\n${rest}`))).to.deep.equal(['mine']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('has a simulation that survives a crash', async () => {
    expect((await run(inline(blockWith('VirtualRuntime')))).join()).to.match(/^still here in \d+ frames$/);
  });

  it('links to nothing that is not there', () => {
    const anchorsOf = (text: string) =>
      Array.from(text.matchAll(/^#+ (.+)$/gm), ([, title = '']) => title.toLowerCase().replaceAll(' ', '-'));
    const isThere = (to: string) => {
      const [path = '', anchor] = to.split('#');
      if (path !== '' && !readable(path)) return false;
      return anchor === undefined || anchorsOf(read(path || 'README.md')).includes(anchor);
    };
    const links = Array.from(readme.matchAll(/\]\(([^)]+)\)/g), ([, to = '']) => to);
    expect(links.filter((to) => !isThere(to))).to.deep.equal([]);
  });
});

function readable(path: string): boolean {
  try {
    readdirSync(`${root}/${path}`);
  } catch (failure) {
    return (failure as NodeJS.ErrnoException).code === 'ENOTDIR';
  }
  return true;
}
