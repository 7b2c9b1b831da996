import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { built, Command, endAll, run, startNode } from '../support/command.js';

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));
const printer = JSON.stringify({ name: 'printer', data: { room: 7 } });
const secretOf = (byte: number) => Buffer.alloc(32, byte).toString('base64');

describe('disgover, in a group that does not let everybody in', function () {
  this.timeout(30_000);
  let folder: string;
  const inFolder = (name: string) => join(folder, name);

  before(built);
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'disgover-'));
    await writeFile(inFolder('ours'), `${secretOf(1)}\n`, { mode: 0o600 });
    await writeFile(inFolder('theirs'), `${secretOf(2)}\n`, { mode: 0o600 });
  });
  afterEach(async () => {
    await endAll();
    await rm(folder, { recursive: true });
  });

  it('answers who has the secret, from a file or the environment, and nobody else', async () => {
    const seed = await startNode('--secret-file', inFolder('ours'));
    await startNode('--seed', seed.address, '--register', printer, '--secret-file', inFolder('ours'));
    const find = ['find', '--name', 'printer', '--seed', seed.address, '--timeout', '5s'];
    expect(await run(...find, '--secret-file', inFolder('ours'))).to.include({ code: 0, stderr: '' });
    for (const args of [find, [...find, '--secret-file', inFolder('theirs')]]) {
      const ended = await run(...args);
      expect(ended.code).to.equal(77);
      expect(ended.stderr).to.match(/^NO_NODES: 1 seed tried, .*, last: BAD_SECRET: .+\n$/);
    }
    const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
    const env = { ...process.env, DISGOVER_SECRET: secretOf(1) };
    const { stdout } = await promisify(execFile)(process.execPath, [main, ...find, '--json'], { env });
    expect(JSON.parse(stdout).data).to.deep.equal({ room: 7 });
  });

  it('says that it is the secret when a node is pinged', async () => {
    const node = await startNode('--secret-file', inFolder('ours'));
    const ended = await run('ping', node.address);
    expect(ended.code).to.equal(77);
    expect(ended.stderr).to.match(/^BAD_SECRET: /);
  });

  it('says on both sides why a node is not let in, and on one that it was let in', async () => {
    const seed = new Command(['node', '--secret-file', inFolder('ours')]);
    const address = (await seed.line()).split(' ').at(-1) ?? '';
    const stranger = new Command(['node', '--seed', address, '--secret-file', inFolder('theirs')]);
    expect(await stranger.errorLine(/^seed /)).to.match(/^seed tcp:\/\/127\.0\.0\.1:\d+: BAD_SECRET: .+/);
    expect(await seed.errorLine(/^refused /)).to.match(/^refused (?:by )?127\.0\.0\.1: BAD_SECRET: .+/);
    await startNode('--seed', address, '--secret-file', inFolder('ours'));
    await seed.errorLine(/^joined$/);
  });

  it('keeps a key in a file, and so its id', async () => {
    const key = inFolder('key.pem');
    const first = await startNode('--key-file', key, '--require-identity');
    expect((await stat(key)).mode & 0o777).to.equal(0o600);
    const before = JSON.parse((await run('ping', first.address, '--json')).stdout).node.id;
    await endAll();
    const again = await startNode('--key-file', key, '--require-identity');
    expect(JSON.parse((await run('ping', again.address, '--json')).stdout).node.id).to.equal(before);
  });

  it('encrypts links, over TCP and WebSocket', async () => {
    const files = ['--tls-cert', 'cluster.crt', '--tls-key', 'cluster.key', '--tls-ca', 'ca.crt'];
    const pair = files.map((word) => (word.startsWith('--') ? word : fixture(word)));
    const tls = [...pair, '--tls-name', 'cluster.disgover.test', '--tls-request-cert'];
    const seed = await startNode('--listen', 'tcp://127.0.0.1:0', '--listen', 'ws://127.0.0.1:0', ...tls);
    const [overTcp = '', overWs = ''] = seed.address.split(', ');
    expect(overWs).to.match(/^wss:/);
    await startNode('--seed', overTcp, '--register', printer, ...tls);
    for (const address of [overTcp, overWs]) {
      const found = await run('find', '--name', 'printer', '--seed', address, ...tls);
      expect(found, address).to.include({ code: 0, stderr: '' });
    }
    const find = ['find', '--name', 'printer', '--seed', overTcp];
    for (const args of [['ping', overTcp], find]) {
      const plain = await run(...args);
      expect(plain.code, args.join(' ')).to.equal(76);
      expect(plain.stderr).to.match(/TLS_REQUIRED: .* --tls-ca\n$/);
      const untrusting = await run(...args, '--tls-ca', fixture('other-ca.crt'));
      expect(untrusting.code, args.join(' ')).to.equal(76);
      expect(untrusting.stderr).to.match(/TLS_FAILED: /);
    }
  });
});
