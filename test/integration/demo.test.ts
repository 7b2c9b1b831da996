import { expect } from 'chai';
import { built, Command, endAll, run } from '../support/command.js';

const steps = [
  ['starts', 'oslo'],
  ['joins', 'lima', 'cairo', 'quito', 'delhi'],
  ['registers', 'oslo', 'lima', 'cairo', 'quito', 'delhi', 'quito', 'cairo'],
  ['asks for', 'quito', 'delhi', 'oslo', 'cairo', 'oslo', 'delhi'],
  ['find', 'all'],
  ['is killed', 'lima'],
  ['pings', 'delhi'],
  ['finds', 'quito', 'delhi', 'delhi'],
];

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('disgover demo', function () {
  this.timeout(30_000);
  before(built);
  afterEach(endAll);

  it('walks through every step and exits with 0 with --once', async () => {
    const { code, stdout, stderr } = await run('demo', '--once');
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    const lines = stdout.split('\n');
    for (const [does = '', ...who] of steps) {
      const found = lines.flatMap((line) => (line.includes(` ${does} `) ? /✓ (\w+) /.exec(line)?.[1] : []));
      expect(found.filter(Boolean), does).to.deep.equal(who);
    }
    expect(lines.filter((line) => line.includes('✗'))).to.deep.equal([]);
    for (const line of lines) {
      expect(line.length, line).to.be.at.most(100);
      if (line.includes('✓'))
        expect(line, line)
          .to.match(/\d\.\d ms$/)
          .and.to.have.length(98);
    }
    expect(stdout).to.match(/\nEvery step went right\.\n$/);
  });

  it('prints an object for each step with --json', async () => {
    const { code, stdout } = await run('demo', '--once', '--json');
    expect(code).to.equal(0);
    const objects = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(objects).to.have.length(steps.flat().length - steps.length);
    for (const step of objects)
      expect(step).to.include({ ok: true }).and.to.include.keys('chapter', 'who', 'does', 'ms');
    expect(objects.filter(({ does }) => does === 'asks for').map(({ hops }) => hops)).to.deep.equal([
      1, 1, 1, 1, 1, 1,
    ]);
  });

  it('shows what went wrong, goes on, and exits with 1', async () => {
    const demo = new Command(['demo', '--once']);
    const line = await demo.line(/✓ oslo +starts/);
    process.kill(Number(/process (\d+)/.exec(line)?.[1]), 'SIGKILL');
    const { code, stdout, stderr } = await demo.ended;
    expect(code).to.equal(1);
    expect(stdout).to.match(/✗ oslo +registers +receptionist +the process of oslo has ended\n/);
    expect(stdout).to.match(/✓ lima +registers +db\.example/);
    expect(stderr).to.match(/^DEMO_FAILED: \d+ steps went wrong\n$/);
  });

  context('without --once', () => {
    let demo: Command;
    let pids: number[];

    beforeEach(async () => {
      demo = new Command(['demo']);
      pids = [];
      for (let i = 0; i < 5; i++)
        pids.push(Number(/process (\d+)/.exec(await demo.line(/process \d+/))?.[1]));
    });

    it('can be asked from elsewhere, by the commands that it shows, until Ctrl-C', async () => {
      const commands: string[][] = [];
      for (const command of ['find', 'trace', 'ping']) {
        const line = await demo.line(new RegExp(`^ +npx disgover ${command} `));
        commands.push(line.trim().split(' ').slice(2));
      }
      for (const command of commands)
        expect(await run(...command), command.join(' ')).to.include({ code: 0 });
      await demo.line(/Ctrl-C/);
      demo.signal('SIGINT');
      expect((await demo.ended).code).to.equal(130);
      expect(pids.filter(isAlive)).to.deep.equal([]);
    });

    it('leaves no process behind when it is killed', async () => {
      await demo.line(/Ctrl-C/);
      demo.signal('SIGKILL');
      // They hold its stderr, which is closed when the last of them has ended.
      expect((await demo.ended).stderr).to.equal('');
    });

    it('can be interrupted in the middle', async () => {
      demo.signal('SIGINT');
      const { code, stdout, stderr } = await demo.ended;
      expect({ code, stderr }).to.deep.equal({ code: 130, stderr: '' });
      expect(stdout).not.to.include('✗');
      expect(pids.filter(isAlive)).to.deep.equal([]);
    });
  });
});
