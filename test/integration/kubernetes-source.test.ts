import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { kubernetes } from '../../src/bootstrap/kubernetes/index.js';
import { ApiServer } from '../support/api-server.js';
import { Reading } from '../support/sources.js';

const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;
const { NODE_V8_COVERAGE: _, ...env } = process.env;

describe('the API server of these tests', function () {
  this.timeout(30_000);

  let folder: string;
  let server: ApiServer;
  let kubectl: ChildProcess | undefined;

  before(async function () {
    if (!hasKubectl && !process.env.CI) {
      console.log('      no kubectl here: apt-get install kubernetes-client');
      return this.skip();
    }
    folder = await mkdtemp(join(tmpdir(), 'disgover-kubectl-'));
    server = await ApiServer.start();
  });
  after(async () => {
    kubectl?.kill();
    await server?.stop();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  it('is one to kubectl, which sees what the source sees', async () => {
    server.put('disgover-abc', { endpoints: ['10.0.0.1'] });
    const origin = `http://127.0.0.1:${server.port}`;
    const args = [
      'get',
      'endpointslices',
      '--namespace=default',
      '--watch',
      '--output=json',
      `--server=${origin}`,
    ];
    kubectl = spawn('kubectl', args, {
      env: { ...env, HOME: folder, KUBECONFIG: '/dev/null' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    let onPrinted = () => {};
    kubectl.stdout?.on('data', (text) => {
      printed += text;
      onPrinted();
    });
    const prints = async (count: number) => {
      while (printed.split('"kind": "EndpointSlice"').length - 1 < count)
        await new Promise<void>((resolve) => {
          onPrinted = resolve;
        });
    };
    const reading = new Reading(kubernetes(`k8s://default/disgover?server=${encodeURIComponent(origin)}`));
    expect(await reading.next()).to.deep.equal(['tcp://10.0.0.1:6742']);
    await prints(1);
    while (server.watchers < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    server.put('disgover-abc', { endpoints: ['10.0.0.1', '!10.0.0.2'] });
    server.put('disgover-def', { endpoints: ['10.0.0.3'] });
    await Promise.all([prints(3), reading.until((seeds) => seeds.length === 2, 1_000)]);
    server.delete('disgover-abc');
    await Promise.all([prints(4), reading.until((seeds) => seeds[0] === 'tcp://10.0.0.3:6742', 1_000)]);
    await reading.stop();
    expect(printed).to.contain('"10.0.0.2"');
  });
});
