import { expect } from 'chai';
import { Join, type JoinDependencies } from '../../src/bootstrap/join.js';
import { DisgoverError } from '../../src/errors.js';
import { Alarms } from '../../src/runtime/alarms.js';
import type { DialTarget } from '../../src/session/dialler.js';
import { VirtualRuntime } from '../../src/simulation/virtual-runtime.js';
import { encodedNodeOf } from '../support/contacts.js';
import { idOf } from '../support/ids.js';
import { addressOf } from '../support/sessions.js';

const SECOND = 1_000;
const OPTION = { name: 'option' };

/** Seeds that answer after 10 ms, fail, or are silent. */
class Joining {
  readonly runtime: VirtualRuntime;
  readonly states: string[] = [];
  readonly asked: string[] = [];
  readonly askedAt: number[] = [];
  readonly failed: string[] = [];
  readonly faults = new Map<string, DisgoverError>();
  readonly silent = new Set<string>();
  readonly known = new Set<string>();
  isNews = false;
  sources = { waitedFor: 0, areWell: true };
  merged = 0;
  hasNodes = false;
  readonly named: string[] = [];
  walks = 0;
  readonly join: Join;

  constructor(seeds: readonly string[], deps: Partial<JoinDependencies> = {}, seed = 1) {
    this.runtime = new VirtualRuntime({ seed });
    const startMs = this.runtime.now();
    this.join = new Join({
      runtime: this.runtime,
      alarms: new Alarms(this.runtime),
      expected: undefined,
      ask: async (target: DialTarget) => {
        const { host = '' } = target as { host?: string };
        this.asked.push(host);
        this.askedAt.push(this.runtime.now() - startMs);
        if (this.silent.has(host)) await new Promise(() => {});
        await this.runtime.sleep(10);
        const fault = this.faults.get(host);
        if (fault !== undefined) throw fault;
        this.hasNodes = true;
        return { id: idOf(host), named: [encodedNodeOf(`named by ${host}`)] };
      },
      walkHome: async (named) => {
        this.walks++;
        this.named.push(...named.map(({ id }) => id));
        await this.runtime.sleep(20);
      },
      hasNodes: () => this.hasNodes,
      isKnown: (target) => this.known.has((target as { host?: string }).host ?? ''),
      isNews: () => this.isNews,
      sources: () => this.sources,
      onMerged: () => this.merged++,
      onState: (state) => this.states.push(state),
      onSeedFailed: (_seed, { code }) => this.failed.push(code),
      ...deps,
    });
    this.join.offer(
      OPTION,
      seeds.map((host) => addressOf(host)),
    );
  }

  fail(host: string, code: 'DIAL_FAILED' | 'SELF_CONNECT' | 'GROUP_MISMATCH' = 'DIAL_FAILED'): this {
    this.faults.set(host, new DisgoverError(code, host));
    return this;
  }

  run(): Promise<void> {
    return this.runtime.run(this.join.join());
  }
}

describe('Join', () => {
  it('is isolated, and asks again, when the seed that answered is nobody to start from', async () => {
    const joining = new Joining(['a'], { hasNodes: () => false });
    await joining.runtime.run(joining.join.join());
    expect([joining.join.state, joining.walks]).to.deep.equal(['isolated', 0]);
    await joining.runtime.advance(2_000);
    expect(joining.asked.length).to.be.above(1);
    joining.join.close();
  });

  context('with no seeds', () => {
    it('is alone at once, and sets no timer', async () => {
      const joining = new Joining([]);
      await joining.run();
      expect([joining.states, joining.runtime.pendingTimers]).to.deep.equal([['alone'], 0]);
    });

    it('has joined when somebody came', async () => {
      const joining = new Joining([]);
      await joining.run();
      joining.hasNodes = true;
      joining.join.onNode();
      joining.hasNodes = false;
      joining.join.onNodeGone(idOf('gone'));
      expect(joining.states).to.deep.equal(['alone', 'joined', 'alone']);
    });
  });

  context('when a seed answers', () => {
    it('walks home, and then has joined', async () => {
      const joining = new Joining(['a']);
      const joined = joining.join.join();
      await joining.runtime.advance(25);
      expect([joining.join.state, joining.walks]).to.deep.equal(['joining', 1]);
      await joining.runtime.run(joined);
      expect(joining.states).to.deep.equal(['joined']);
    });

    it('does not wait for the others', async () => {
      const joining = new Joining(['silent', 'a']);
      joining.silent.add('silent');
      await joining.run();
      expect(joining.asked).to.deep.equal(['silent', 'a']);
      expect(joining.states).to.deep.equal(['joined']);
    });

    it('tells of those that failed', async () => {
      const joining = new Joining(['dead', 'a']).fail('dead');
      await joining.run();
      expect([joining.states, joining.failed]).to.deep.equal([['joined'], ['ERR_DIAL_FAILED']]);
      expect(joining.join.lastFault?.code).to.equal('ERR_DIAL_FAILED');
    });
  });

  context('when no seed answers', () => {
    it('is isolated, and says why', async () => {
      const joining = new Joining(['a', 'b']).fail('a').fail('b', 'GROUP_MISMATCH');
      await joining.run();
      expect(joining.states).to.deep.equal(['isolated']);
      expect(joining.failed).to.deep.equal(['ERR_DIAL_FAILED', 'ERR_GROUP_MISMATCH']);
      joining.join.close();
    });

    it('asks again after a time that doubles to a minute, with jitter', async () => {
      const joining = new Joining(['a']).fail('a');
      await joining.run();
      await joining.runtime.advance(600 * SECOND);
      joining.join.close();
      const waits = joining.askedAt.slice(1).map((at, i) => at - (joining.askedAt[i] ?? 0));
      for (const [i, wait] of waits.entries()) {
        expect(wait).to.be.within(SECOND, Math.min(2 ** (i + 1), 60) * SECOND + 50);
      }
      expect(Math.max(...waits.slice(6))).to.be.above(30 * SECOND);
      expect(new Set(waits).size).to.be.above(waits.length / 2);
    });

    it('joins as soon as the seed is back', async () => {
      const joining = new Joining(['a']).fail('a');
      await joining.run();
      await joining.runtime.advance(120 * SECOND);
      joining.faults.clear();
      await joining.runtime.advance(65 * SECOND);
      expect(joining.states).to.deep.equal(['isolated', 'joined']);
    });

    it('begins with short times again after it had joined', async () => {
      const joining = new Joining(['a']).fail('a');
      await joining.run();
      await joining.runtime.advance(300 * SECOND);
      joining.faults.clear();
      await joining.runtime.advance(65 * SECOND);
      joining.fail('a');
      const { length } = joining.asked;
      joining.hasNodes = false;
      joining.join.onNodeGone(idOf('gone'));
      await joining.runtime.advance(2 * SECOND);
      expect(joining.asked.length).to.be.above(length);
      joining.join.close();
    });

    it('has joined all the same when others came meanwhile', async () => {
      const joining = new Joining(['a']).fail('a');
      joining.hasNodes = true;
      await joining.run();
      expect(joining.states).to.deep.equal(['joined']);
    });
  });

  context('when it has joined through one of its seeds', () => {
    it('meets each other seed within ten seconds, unless the table has it', async () => {
      const joining = new Joining(['a', 'b', 'c', 'd']);
      joining.known.add('c');
      await joining.run();
      expect([joining.asked, joining.walks]).to.deep.equal([['a'], 1]);
      await joining.runtime.advance(11 * SECOND);
      expect(joining.asked.toSorted()).to.deep.equal(['a', 'b', 'd']);
      joining.join.close();
    });

    it('walks home again from a seed that names neighbours which it has not met', async () => {
      const joining = new Joining(['a', 'b']);
      await joining.run();
      joining.isNews = true;
      await joining.runtime.advance(11 * SECOND);
      expect([joining.walks, joining.merged]).to.deep.equal([2, 1]);
      joining.join.close();
    });

    it('goes on with those that fail, after a time that doubles to a minute', async () => {
      const joining = new Joining(['a', 'b']).fail('b');
      await joining.run();
      await joining.runtime.advance(600 * SECOND);
      expect(joining.asked.filter((host) => host === 'b').length).to.be.within(12, 40);
      expect(joining.failed).to.deep.equal(['ERR_DIAL_FAILED']);
      joining.faults.clear();
      await joining.runtime.advance(65 * SECOND);
      joining.known.add('a').add('b');
      const { length } = joining.asked;
      await joining.runtime.advance(600 * SECOND);
      expect(joining.asked).to.have.length(length);
      joining.join.close();
    });

    it('asks a seed again that has left the table', async () => {
      const joining = new Joining(['a']);
      await joining.run();
      await joining.runtime.advance(60 * SECOND);
      joining.join.onNodeGone(idOf('a'));
      await joining.runtime.advance(2 * SECOND);
      expect(joining.asked).to.deep.equal(['a', 'a']);
      joining.join.close();
    });
  });

  context('when a seed is silent', () => {
    it('asks the next after a quarter of a second', async () => {
      const joining = new Joining(['silent', 'mute', 'a']);
      joining.silent.add('silent').add('mute');
      await joining.run();
      expect(joining.states).to.deep.equal(['joined']);
      expect(joining.askedAt[2]).to.be.within(500, 600);
      joining.join.close();
    });

    it('has joined all the same when somebody comes', async () => {
      const joining = new Joining(['silent']);
      joining.silent.add('silent');
      const joined = joining.join.join();
      await joining.runtime.advance(100);
      joining.hasNodes = true;
      joining.join.onNode();
      expect(joining.join.state).to.equal('joining');
      await joining.runtime.run(joined);
      expect(joining.states).to.deep.equal(['joined']);
      joining.join.close();
    });
  });

  context('when the seeds change', () => {
    const other = { name: 'other' };

    it('asks new ones at once where it is isolated', async () => {
      const joining = new Joining(['a']).fail('a');
      await joining.run();
      joining.join.offer(other, [addressOf('b')]);
      await joining.runtime.advance(50);
      expect([joining.asked, joining.states]).to.deep.equal([
        ['a', 'b'],
        ['isolated', 'joined'],
      ]);
      joining.join.close();
    });

    it('asks nobody any more whom no source names', async () => {
      const joining = new Joining(['a']).fail('a');
      await joining.run();
      joining.join.offer(OPTION, []);
      await joining.runtime.advance(300 * SECOND);
      expect([joining.asked, joining.join.state]).to.deep.equal([['a'], 'alone']);
      joining.join.close();
    });

    it('tears nothing down where it is joined', async () => {
      const joining = new Joining(['a']);
      await joining.run();
      joining.join.offer(OPTION, []);
      await joining.runtime.advance(60 * SECOND);
      expect([joining.states, joining.walks]).to.deep.equal([['joined'], 1]);
      joining.join.close();
    });

    it('asks a seed once that two sources name, and the best of each source first', async () => {
      const joining = new Joining(['a', 'b', 'c']);
      for (const host of ['a', 'b', 'c', 'x', 'y']) joining.fail(host);
      joining.join.offer(
        other,
        ['x', 'a', 'y'].map((host) => addressOf(host)),
      );
      await joining.run();
      expect(joining.asked).to.deep.equal(['a', 'x', 'b', 'c', 'y']);
      joining.join.close();
    });
  });

  context('while a source has said nothing yet', () => {
    it('waits for it five seconds, and is isolated then', async () => {
      const joining = new Joining([]);
      joining.sources = { waitedFor: 1, areWell: true };
      const joined = joining.join.join();
      await joining.runtime.advance(4_900);
      expect(joining.join.state).to.equal('joining');
      await joining.runtime.run(joined);
      expect(joining.join.state).to.equal('isolated');
      joining.join.close();
    });

    it('is isolated at once when it fails', async () => {
      const joining = new Joining([]);
      joining.sources = { waitedFor: 1, areWell: true };
      const joined = joining.join.join();
      joining.sources = { waitedFor: 0, areWell: false };
      joining.join.onSource();
      await joining.runtime.run(joined);
      expect(joining.join.state).to.equal('isolated');
      joining.join.close();
    });
  });

  context('when so many nodes are expected', () => {
    it('goes on joining until so many are named, and the list has been the same for five seconds', async () => {
      const joining = new Joining(['a'], { expected: 3 }).fail('a').fail('b');
      await joining.run();
      await joining.runtime.advance(60 * SECOND);
      expect(joining.join.state).to.equal('joining');
      joining.join.offer({ name: 'other' }, [addressOf('b')]);
      await joining.runtime.advance(4.9 * SECOND);
      expect(joining.join.state).to.equal('joining');
      await joining.runtime.advance(SECOND);
      expect(joining.states).to.deep.equal(['alone']);
      joining.join.close();
    });

    it('has joined as soon as one answers', async () => {
      const joining = new Joining(['a'], { expected: 3 });
      await joining.run();
      expect(joining.states).to.deep.equal(['joined']);
      joining.join.close();
    });

    it('is isolated when all go that it had joined', async () => {
      const joining = new Joining(['a'], { expected: 3 });
      await joining.run();
      joining.hasNodes = false;
      joining.fail('a').join.onNodeGone(idOf('a'));
      expect(joining.join.state).to.equal('isolated');
      joining.join.close();
    });
  });

  context('when one node is expected', () => {
    it('is a group of its own at once where it has no seeds', async () => {
      const joining = new Joining([], { expected: 1 });
      await joining.run();
      expect(joining.states).to.deep.equal(['alone']);
      joining.join.close();
    });

    it('is a group of its own when its seeds do not answer for five seconds', async () => {
      const joining = new Joining(['a'], { expected: 1 }).fail('a');
      await joining.run();
      expect(joining.join.state).to.equal('joining');
      await joining.runtime.advance(6 * SECOND);
      expect(joining.join.state).to.equal('alone');
      joining.join.close();
    });
  });

  context('when all seeds are this node itself', () => {
    it('is alone, and does not ask again', async () => {
      const joining = new Joining(['a', 'b']).fail('a', 'SELF_CONNECT').fail('b', 'SELF_CONNECT');
      await joining.run();
      expect(joining.states).to.deep.equal(['alone']);
      expect(joining.runtime.pendingTimers).to.equal(0);
    });
  });

  context('when it is called while it is under way', () => {
    it('asks each seed once', async () => {
      const joining = new Joining(['a']);
      await joining.runtime.run(Promise.all([joining.join.join(), joining.join.join()]));
      expect(joining.asked).to.deep.equal(['a']);
    });
  });

  context('when the signal aborts', () => {
    it('rejects with its reason, and goes on for the others', async () => {
      const joining = new Joining(['a']);
      const controller = new AbortController();
      const left = joining.join.join(controller.signal).catch((reason) => reason);
      const stayed = joining.join.join();
      controller.abort('gone');
      expect(await left).to.equal('gone');
      await joining.runtime.run(stayed);
      expect(joining.states).to.deep.equal(['joined']);
    });
  });

  context('when the table becomes empty', () => {
    it('asks the seeds again', async () => {
      const joining = new Joining(['a']);
      await joining.run();
      joining.hasNodes = false;
      joining.join.onNodeGone(idOf('gone'));
      await joining.runtime.advance(2 * SECOND);
      expect(joining.states).to.deep.equal(['joined', 'isolated', 'joined']);
    });
  });

  context('when it is closed', () => {
    it('sets no timer and tells of nothing', async () => {
      const joining = new Joining(['a']).fail('a');
      const joined = joining.join.join();
      joining.join.close();
      await joining.runtime.run(joined);
      joining.join.onNodeGone(idOf('gone'));
      joining.join.onNode();
      await joining.run();
      await joining.runtime.advance(SECOND);
      expect([joining.states, joining.failed, joining.runtime.pendingTimers]).to.deep.equal([[], [], 0]);
    });

    it('asks nobody again', async () => {
      const joining = new Joining(['a']).fail('a');
      await joining.run();
      joining.join.close();
      await joining.runtime.advance(300 * SECOND);
      expect(joining.asked).to.have.length(1);
    });
  });
});
