import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { idOf } from '../../src/index.js';
import { built, Command, type Ended, endAll, run, startNode } from '../support/command.js';

/** A port that was free a moment ago. */
async function freePort(): Promise<AddressInfo> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return address;
}

describe('disgover', function () {
  this.timeout(30_000);
  before(built);
  afterEach(endAll);

  context('on a command line that is wrong', () => {
    it('says what is wrong, and how the command is used where it is that', async () => {
      expect(await run('find', '--sed', 'x')).to.deep.equal({
        code: 64,
        stdout: '',
        stderr:
          'UNKNOWN_FLAG: "--sed" (did you mean "--seed")\n' +
          'usage: disgover find [options] [id], see disgover find --help\n',
      });
      expect((await run('fnd')).stderr).to.match(/^UNKNOWN_COMMAND: .*\nusage: disgover <command> .*\n$/);
      const badId = await run('find', 'not-an-id');
      expect(badId).to.include({ code: 65, stdout: '' });
      expect(badId.stderr).to.match(/^BAD_ID: .*\n$/);
    });

    it('shows the help when nothing is asked', async () => {
      const ended = await run();
      expect(ended).to.include({ code: 64, stdout: '' });
      expect(ended.stderr)
        .to.match(/^Usage: disgover/)
        .and.to.include('Exit codes');
    });

    for (const args of [['fnd'], ['find', 'not-an-id'], ['ping', 'tcp://127.0.0.1:1']]) {
      it(`says it as one JSON object with --json: ${args.join(' ')}`, async () => {
        const { stdout, stderr } = await run(...args, '--json');
        expect(stdout).to.equal('');
        const { code, message } = JSON.parse(stderr);
        expect(`ERR_${message}`.startsWith(`${code}: `), stderr).to.equal(true);
      });
    }

    it('adds the trace with --debug', async () => {
      expect((await run('find', 'not-an-id', '--debug')).stderr).to.match(/^BAD_ID: .*\n(?:.*\n)*\s+at /);
    });
  });

  it('tells its version and its help', async () => {
    expect(await run('--version')).to.deep.include({ code: 0, stderr: '' });
    for (const args of [['--help'], ['help'], ['find', '--help'], ['help', 'node']]) {
      const ended = await run(...args);
      expect(ended, args.join(' ')).to.deep.include({ code: 0, stderr: '' });
      expect(ended.stdout)
        .to.match(/^Usage: disgover/)
        .and.not.to.include('demo-node');
    }
  });

  context('in a network of two nodes', () => {
    const printer = { name: 'printer', data: { room: 7 } };
    const evil = { name: 'evil', data: 'a\u001b[31mb\u009b2Jc\u202ed' };
    let seed: Awaited<ReturnType<typeof startNode>>;
    let host: Awaited<ReturnType<typeof startNode>>;

    beforeEach(async () => {
      seed = await startNode();
      const registered = [printer, evil].flatMap((entity) => ['--register', JSON.stringify(entity)]);
      host = await startNode('--seed', seed.address, ...registered);
    });

    it('finds by name and by id what a node registered, through another', async () => {
      const byName = await run('find', '--name', 'printer', '--seed', seed.address, '--json');
      expect(byName).to.include({ code: 0, stderr: '' });
      const contact = JSON.parse(byName.stdout);
      const port = Number(host.address.split(':').at(-1));
      expect(contact).to.deep.include({ id: idOf('printer'), data: { room: 7 } });
      expect(contact.transport).to.deep.equal({ type: 'tcp', host: '127.0.0.1', port });

      const byId = await run('find', contact.id, '--seed', seed.address, '--agree', '2', '--paths', '2');
      expect(byId).to.include({ code: 0, stderr: '' });
      expect(byId.stdout.split('\n').slice(0, 3)).to.deep.equal([
        'id           cHJpbnRlcg== ("printer")',
        `transport    ${host.address}`,
        'data         {"room":7}',
      ]);
    });

    it('says that nobody has it, which is not a failure to ask', async () => {
      const text = await run('find', '--name', 'nothing', '--seed', seed.address);
      expect(text).to.deep.equal({
        code: 1,
        stdout: '',
        stderr: 'NOT_FOUND: nobody has bm90aGluZw== ("nothing")\n',
      });
      const { code, stdout, stderr } = await run('find', 'AAAA', '--seed', seed.address, '--json');
      expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
      expect(JSON.parse(stderr).code).to.equal('ERR_NOT_FOUND');
      const otherGroup = await run('find', '--name', 'printer', '--seed', seed.address, '--group', 'other');
      expect(otherGroup.code).to.equal(77);
      expect(otherGroup.stderr).to.include('GROUP_MISMATCH');
    });

    it('shows what came from elsewhere without obeying it', async () => {
      const args = ['find', '--name', 'evil', '--seed', seed.address];
      const text = await run(...args);
      expect(text.stdout).to.include('a\\u001b[31mb\\u009b2Jc\\u202ed');
      const json = await run(...args, '--json');
      expect(json.stdout).to.match(/^[ -~]+\n$/);
      expect(JSON.parse(json.stdout).data).to.equal(evil.data);
    });

    it('prints the same without a terminal and with NO_COLOR', async () => {
      const args = ['find', '--name', 'printer', '--seed', seed.address];
      const plain = await new Command(args, { CI: '1' }).ended;
      expect(plain.stdout).not.to.include('\u001b');
      expect(await new Command(args, { NO_COLOR: '1' }).ended).to.deep.equal(plain);
    });

    it('traces a lookup, a line for each node that was asked', async () => {
      const ended = await run('trace', '--name', 'printer', '--seed', seed.address);
      expect(ended).to.include({ code: 0, stderr: '' });
      const [head = '', first = ''] = ended.stdout.split('\n');
      expect(head.split(/ {2,}/)).to.deep.equal(['hop', 'asked', 'distance', 'took', 'answer', 'told by']);
      expect(first).to.match(/^ {2}1 {2}\S{28} +\d+ bits +[\d.]+ ms {2}has it +our own table$/);
      expect(ended.stdout).to.match(/\nfound: 1 hop, \d asked, [\d.]+ ms\n/);
    });

    it('traces a lookup of nothing to its end', async () => {
      const ended = await run('trace', '--name', 'nothing', '--seed', seed.address, '--json');
      expect(ended.code).to.equal(1);
      const { end, steps, id } = JSON.parse(ended.stdout);
      expect({ end, id }).to.deep.equal({ end: 'closest', id: idOf('nothing') });
      expect(steps.map((step: { id: string }) => step.id)).to.have.members([seed.id, host.id]);
    });

    it('pings a node, and asks it whether it hosts an id', async () => {
      const node = JSON.parse((await run('ping', seed.address, '--json')).stdout);
      expect(node.node.id).to.equal(seed.id);
      expect(node.ms).to.be.within(0, 1_000);
      expect((await run('ping', host.address)).stdout).to.match(/^\S{28} at tcp:\S+ answers in [\d.]+ ms\n$/);

      const hosted = await run('ping', host.address, '--name', 'printer');
      expect(hosted.code).to.equal(0);
      expect(hosted.stdout).to.include('("printer")').and.to.include('{"room":7}');
      const elsewhere = await run('ping', seed.address, '--name', 'printer');
      expect(elsewhere).to.include({ code: 1, stdout: '' });
      expect(elsewhere.stderr).to.include('does not host cHJpbnRlcg== ("printer")');
    });

    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 0],
      ['SIGHUP', 0],
    ] as const) {
      it(`withdraws what it registered at ${signal} and exits with ${code}`, async () => {
        host.signal(signal);
        expect(await host.ended).to.include({ code, stderr: '' });
        expect((await run('find', '--name', 'printer', '--seed', seed.address)).code).to.equal(1);
      });
    }

    it('does not wait for nodes that do not answer its farewell', async () => {
      seed.signal('SIGSTOP');
      const startedAt = performance.now();
      host.signal('SIGINT');
      expect((await host.ended).code).to.equal(130);
      expect(performance.now() - startedAt).to.be.below(2_500);
    });

    it('ends at once at the second SIGINT', async () => {
      seed.signal('SIGSTOP');
      const startedAt = performance.now();
      host.signal('SIGINT');
      // Two signals that wait to be delivered are one.
      const again = setInterval(() => host.signal('SIGINT'), 50);
      expect((await host.ended).code).to.equal(130);
      clearInterval(again);
      expect(performance.now() - startedAt).to.be.below(1_000);
    });
  });

  it('refuses an address in use', async () => {
    const { address } = await startNode();
    const ended = await run('node', '--listen', address);
    expect(ended).to.include({ code: 71, stdout: '' });
    expect(ended.stderr).to.match(/^ADDRESS_IN_USE: /);
  });

  it('is ready in one line, and says when no seed answers', async () => {
    const node = new Command(['node', '--seed', 'tcp://127.0.0.1:1']);
    expect(await node.line()).to.match(
      /^node \S{28} listens: others join with --seed tcp:\/\/127\.0\.0\.1:\d+$/,
    );
    node.signal('SIGTERM');
    const { code, stdout, stderr } = await node.ended;
    expect({ code, lines: stdout.split('\n').length - 1 }).to.deep.equal({ code: 0, lines: 1 });
    expect(stderr).to.equal(
      'seed tcp://127.0.0.1:1: DIAL_FAILED: 127.0.0.1:1: ECONNREFUSED\n' +
        'no seed has answered: they are asked again and again\n',
    );
  });

  it('says when it has joined after all', async () => {
    const { port } = await freePort();
    const address = `tcp://127.0.0.1:${port}`;
    const node = new Command(['node', '--seed', address]);
    await node.line();
    await startNode('--listen', address);
    await node.errorLine(/^joined$/);
    node.signal('SIGTERM');
    expect((await node.ended).code).to.equal(0);
  });

  it('says where nobody else can dial it', async () => {
    const node = new Command(['node', '--seed', 'tcp://192.0.2.1:1']);
    expect(await node.errorLine()).to.equal(
      'others cannot dial 127.0.0.1: give --listen tcp://OWN-ADDRESS:PORT',
    );
  });

  it('advertises another address than it listens on, and merges by the arbiter that is named', async () => {
    const node = await startNode('--listen', '0.0.0.0:0', '--advertise', 'tcp://127.0.0.1:6742');
    expect(node.address).to.equal('tcp://127.0.0.1:6742');
    const set = ['--arbiter', 'g-set:workers'];
    const seed = await startNode(...set);
    for (const worker of ['a', 'b']) {
      const entity = JSON.stringify({ name: 'pool', data: { workers: [worker] } });
      await startNode(...set, '--seed', seed.address, '--register', entity);
    }
    const found = await run(
      'find',
      '--name',
      'pool',
      '--seed',
      seed.address,
      '--agree',
      '3',
      ...set,
      '--json',
    );
    expect(JSON.parse(found.stdout).data).to.deep.equal({ workers: ['a', 'b'] });
  });

  it('ends quietly when nobody reads what it prints', async () => {
    for (const args of [['--help'], ['node', '--expect', '1'], ['demo', '--once']]) {
      const command = new Command(args);
      command.closeStdout();
      expect(await command.ended, args.join(' ')).to.deep.equal({ code: 0, stdout: '', stderr: '' });
    }
  });

  context('when a seed accepts and says nothing', () => {
    let server: Server;
    const sockets = new Set<Socket>();
    let asked: Promise<unknown>;
    let find: Command;

    beforeEach(async () => {
      server = createServer((socket) => sockets.add(socket.on('error', () => {})));
      asked = new Promise((resolve) => server.once('connection', resolve));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    });

    afterEach(async () => {
      for (const socket of sockets) socket.destroy();
      sockets.clear();
      await new Promise((resolve) => server.close(resolve));
    });

    const ask = (...args: string[]) => {
      const { port } = server.address() as AddressInfo;
      find = new Command(['find', 'AAAA', '--seed', `tcp://127.0.0.1:${port}`, ...args]);
      return find.ended;
    };

    it('gives up after --timeout', async () => {
      const ended: Ended = { code: 75, stdout: '', stderr: 'TIMEOUT: 300 ms, no seed has answered\n' };
      expect(await ask('--timeout', '300ms')).to.deep.equal(ended);
    });

    it('can be interrupted', async () => {
      const ended = ask();
      await asked;
      find.signal('SIGINT');
      expect(await ended).to.deep.equal({ code: 130, stdout: '', stderr: '' });
    });
  });
});
