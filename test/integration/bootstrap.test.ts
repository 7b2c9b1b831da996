import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { type BootstrapReport, Disgover } from '../../src/index.js';
import { tcp } from '../../transports/tcp/index.js';
import { built, Command, endAll, run, startNode } from '../support/command.js';

/** Ports that were free a moment ago. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listening(() => {})));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function listening(onSocket: (socket: Socket) => void): Promise<Server> {
  const server = createServer(onSocket);
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

const at = (port: number) => `tcp://127.0.0.1:${port}`;

describe('processes that are to find each other', function () {
  this.timeout(60_000);
  let folder: string;
  let file: string;
  let seeds: string;

  before(built);
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'disgover-boot-'));
    file = join(folder, 'seeds');
    seeds = `${pathToFileURL(file).href}?pollMs=200`;
  });
  afterEach(async () => {
    await endAll();
    await rm(folder, { recursive: true });
  });

  const start = (port: number, ...args: string[]) =>
    new Command(['node', '--listen', at(port), '--register', `{"name":"at ${port}"}`, ...args]);

  /** The first of them asks for what each hosts. */
  const expectFound = async (ports: readonly number[]) => {
    for (const port of ports) {
      const { code, stderr } = await run('find', '--name', `at ${port}`, '--seed', at(ports[0] as number));
      expect(code, `${port}: ${stderr}`).to.equal(0);
    }
  };

  it('do, when all are new, start at once and have one list, each being in it', async () => {
    const ports = await freePorts(4);
    await writeFile(file, ports.map(at).join('\n'));
    const nodes = ports.map((port) => start(port, '--seed', seeds, '--expect', '4'));
    await Promise.all(nodes.map((node) => node.line(/listens/)));
    await expectFound(ports);
  });

  it('do, when many join an established one, and when one does', async () => {
    const ports = await freePorts(5);
    const [first = 0, ...others] = ports;
    await start(first).line(/listens/);
    await Promise.all(others.slice(1).map((port) => start(port, '--seed', at(first)).line(/listens/)));
    await start(others[0] as number, '--seed', at(others[1] as number)).line(/listens/);
    await expectFound(ports);
  });

  it('do, when all seeds were dead and one is back', async () => {
    const [back = 0, dead = 0, own = 0] = await freePorts(3);
    const node = start(own, '--seed', at(dead), '--seed', at(back));
    await node.errorLine(/no seed has answered/);
    await start(back).line(/listens/);
    await node.errorLine(/^joined$/);
    await expectFound([own, back]);
  });

  it('do, when the list changes under way', async () => {
    const [right = 0, wrong = 0, own = 0] = await freePorts(3);
    await start(right).line(/listens/);
    await writeFile(file, at(wrong));
    const node = start(own, '--seed', seeds);
    await node.errorLine(/no seed has answered/);
    await writeFile(file, `${at(wrong)}\n${at(right)}\n`);
    await node.errorLine(/^joined$/);
  });

  it('do, when the list is not there at first, and then has a line that is none', async () => {
    const [right = 0, own = 0] = await freePorts(2);
    await start(right).line(/listens/);
    const node = start(own, '--seed', seeds);
    await node.errorLine(/^source file .*: SEED_FILE_UNREADABLE: .*ENOENT$/);
    await writeFile(file, `${at(right)}\nnonsense\n`);
    await node.errorLine(/^source file .*: BAD_SEED: line 2: /);
    await node.errorLine(/^joined$/);
  });

  context('when the command is asked why', () => {
    const doctor = async (...args: string[]) => {
      const { code, stdout, stderr } = await run('doctor', '--json', '--timeout', '3s', ...args);
      return { code, stderr, ...(JSON.parse(stdout) as BootstrapReport) };
    };

    it('says of each seed what became of it, and what to do', async () => {
      const { id, address } = await startNode();
      const [dead = 0] = await freePorts(1);
      const told = await doctor('--seed', address, '--seed', at(dead));
      expect([told.code, told.state, told.stderr]).to.deep.equal([0, 'joined', '']);
      const of = (port: number) => told.seeds.find(({ transport }) => transport[0]?.port === port);
      expect(of(Number(address.split(':').at(-1)))).to.include({ state: 'known', id });
      expect(of(dead)?.fault).to.include({ code: 'ERR_DIAL_FAILED' });
      expect(of(dead)?.fault?.hint).to.match(/nobody listens there/);
    });

    it('ends as all seeds fail: in another group, or with nobody there', async () => {
      const { address } = await startNode();
      const foreign = await doctor('--seed', address, '--group', 'other');
      expect([foreign.code, foreign.seeds[0]?.fault?.code]).to.deep.equal([77, 'ERR_GROUP_MISMATCH']);
      expect(foreign.seeds[0]?.fault?.message).to.match(/see --group$/);
      const [dead = 0] = await freePorts(1);
      expect((await doctor('--seed', at(dead))).code).to.equal(69);
      expect((await doctor()).code).to.equal(69);
    });

    it('reads sources, and DISGOVER_SEEDS', async () => {
      const { address } = await startNode();
      await writeFile(file, `${address}\nnonsense\n`);
      const command = new Command(['doctor'], { DISGOVER_SEEDS: `${seeds}, ${at(1)}` });
      const { code, stdout } = await command.ended;
      expect(code).to.equal(0);
      expect(stdout).to.match(/^joined\nsource file .* names 1 seed\n {2}BAD_SEED: line 2: .*\n/);
      expect(stdout).to.match(/seed tcp:\/\/127\.0\.0\.1:1 fails\n {2}DIAL_FAILED: /);
    });
  });
});

describe('a node among five seeds, of which one is dead and one is silent', () => {
  it('has joined within a second, over loopback', async function () {
    this.timeout(30_000);
    const sockets = new Set<Socket>();
    const silent = await listening((socket) => sockets.add(socket.on('error', () => {})));
    const [dead = 0] = await freePorts(1);
    const live: Disgover[] = [];
    const nodes: Disgover[] = [];
    const took: number[] = [];
    try {
      for (let i = 0; i < 3; i++)
        live.push(
          await Disgover.start({ transport: tcp(), seeds: live.slice(0, 1).map(({ contact }) => contact) }),
        );
      const seeds = [
        at(dead),
        at((silent.address() as AddressInfo).port),
        ...live.map(({ contact }) => contact),
      ];
      for (let i = 0; i < 5; i++) {
        const startedAt = performance.now();
        const node = await Disgover.start({ transport: tcp(), seeds });
        took.push(Math.round(performance.now() - startedAt));
        nodes.push(node);
        expect(node.state).to.equal('joined');
      }
      expect(Math.max(...took), `${took} ms`).to.be.at.most(1_000);
    } finally {
      await Promise.all([...nodes, ...live].map((node) => node.close()));
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => silent.close(resolve));
    }
  });
});
