import { expect } from 'chai';
import { Announcer } from '../../src/announce/announcer.js';
import { limits } from '../../src/limits.js';
import { Alarms } from '../../src/runtime/alarms.js';
import { VirtualRuntime } from '../../src/simulation/virtual-runtime.js';
import { expectCode } from '../support/expect-code.js';
import { idOf } from '../support/ids.js';

const SECOND = 1_000;

class Announcing {
  readonly runtime = new VirtualRuntime();
  readonly startMs = this.runtime.now();
  /** Who was announced, and when. */
  readonly announced: (readonly [string, number])[] = [];
  readonly unregistered = new Set<string>();
  /** Whether announces are heard. */
  isHeard = true;
  hasNodes = true;
  /** So many are announced together. */
  sweptFrom = Number.POSITIVE_INFINITY;
  /** How many were in each sweep. */
  readonly sweeps: number[] = [];
  announceMs = 10;
  running = 0;
  mostAtOnce = 0;
  readonly announcer = new Announcer({
    runtime: this.runtime,
    alarms: new Alarms(this.runtime),
    tell: async (id) => {
      this.announced.push([id, this.runtime.now() - this.startMs]);
      this.mostAtOnce = Math.max(this.mostAtOnce, ++this.running);
      await this.runtime.sleep(this.announceMs);
      this.running--;
      if (!this.isHeard) throw new Error('nobody heard');
    },
    isRegistered: (id) => !this.unregistered.has(id),
    hasNodes: () => this.hasNodes,
    isWorthSweeping: (count) => count >= this.sweptFrom,
    sweep: async (ids, onSwept) => {
      this.sweeps.push(ids.length);
      for (const id of ids) this.announced.push([id, this.runtime.now() - this.startMs]);
      onSwept(ids, []);
    },
  });

  announce(name: string): Promise<void> {
    return this.runtime.run(this.announcer.announce(idOf(name)));
  }

  timesOf(name: string): number[] {
    return this.announced.flatMap(([id, at]) => (id === idOf(name) ? [at] : []));
  }
}

describe('Announcer', () => {
  it('announces at once, and resolves when that is done', async () => {
    const announcing = new Announcing();
    await announcing.announce('a');
    expect(announcing.announced).to.deep.equal([[idOf('a'), 0]]);
    expect(announcing.runtime.now() - announcing.startMs).to.equal(10);
    expect(announcing.announcer.size).to.equal(1);
  });

  it('announces again every 20 minutes, more or less', async () => {
    const announcing = new Announcing();
    await announcing.announce('a');
    await announcing.runtime.advance(5 * limits.republishMs);
    const times = announcing.timesOf('a');
    expect(times.length).to.be.within(4, 6);
    for (const [i, at] of times.slice(1).entries()) {
      expect(at - (times[i] ?? 0)).to.be.within(0.9 * limits.republishMs, 1.1 * limits.republishMs + 50);
    }
    expect(new Set(times.slice(1).map((at, i) => at - (times[i] ?? 0))).size).to.be.above(1);
  });

  it('announces sixteen at a time, and all of them', async () => {
    const announcing = new Announcing();
    const names = Array.from({ length: 50 }, (_, i) => `n${i}`);
    await announcing.runtime.run(Promise.all(names.map((name) => announcing.announcer.announce(idOf(name)))));
    expect(announcing.mostAtOnce).to.equal(limits.announcesAtOnce);
    expect(announcing.announced).to.have.length(50);
  });

  it('announces once for all who want it while it waits', async () => {
    const announcing = new Announcing();
    const { announcer } = announcing;
    // The first is under way; what is wanted meanwhile comes after it, once.
    await announcing.runtime.run(Promise.all([1, 2, 3].map(() => announcer.announce(idOf('a')))));
    expect(announcing.timesOf('a')).to.deep.equal([0, 10]);
  });

  context('when many are due within five minutes', () => {
    it('announces them together, again and again, and none of them too late', async () => {
      const announcing = new Announcing();
      announcing.sweptFrom = 100;
      const names = Array.from({ length: 150 }, (_, i) => `n${i}`);
      const all = names.map((name) => announcing.announcer.announce(idOf(name)));
      await announcing.runtime.run(Promise.all(all));
      await announcing.runtime.advance(5 * limits.republishMs);
      expect(announcing.sweeps.filter((count) => count === names.length)).to.have.length.at.least(4);
      for (const name of names) {
        const times = announcing.timesOf(name);
        for (const [i, at] of times.slice(1).entries())
          expect(at - (times[i] ?? 0)).to.be.below(1.2 * limits.republishMs);
      }
    });

    it('leaves few of them to their own times', async () => {
      const announcing = new Announcing();
      announcing.sweptFrom = 100;
      const names = Array.from({ length: 50 }, (_, i) => `n${i}`);
      await announcing.runtime.run(
        Promise.all(names.map((name) => announcing.announcer.announce(idOf(name)))),
      );
      await announcing.runtime.advance(2 * limits.republishMs);
      expect(announcing.sweeps).to.deep.equal([]);
      expect(new Set(announcing.announced.slice(50).map(([, at]) => at)).size).to.be.above(5);
    });
  });

  context('when nobody can be told', () => {
    it('resolves at once, and announces as soon as there is somebody', async () => {
      const announcing = new Announcing();
      announcing.hasNodes = false;
      await announcing.announce('a');
      expect(announcing.announced).to.deep.equal([]);
      announcing.hasNodes = true;
      announcing.announcer.onNodes();
      expect(announcing.timesOf('a')).to.have.length(1);
    });
  });

  context('when the last node leaves while it waits for its turn', () => {
    it('resolves, and announces as soon as there is somebody again', async () => {
      const announcing = new Announcing();
      announcing.announcer.announce(idOf('a'));
      const waiting = announcing.announcer.announce(idOf('a'));
      announcing.hasNodes = false;
      await announcing.runtime.run(waiting);
      expect(announcing.timesOf('a')).to.have.length(1);
      announcing.hasNodes = true;
      announcing.announcer.onNodes();
      expect(announcing.timesOf('a')).to.have.length(2);
    });
  });

  context('when nobody heard it', () => {
    it('resolves, and announces again after 10 s', async () => {
      const announcing = new Announcing();
      announcing.isHeard = false;
      await announcing.announce('a');
      await announcing.runtime.advance(60 * SECOND);
      const times = announcing.timesOf('a');
      expect(times.length).to.be.within(5, 7);
      for (const [i, at] of times.slice(1).entries())
        expect(at - (times[i] ?? 0)).to.be.within(9_000, 11_100);
    });

    it('does so though others are due much later', async () => {
      const announcing = new Announcing();
      await announcing.announce('heard');
      announcing.isHeard = false;
      await announcing.announce('unheard');
      announcing.isHeard = true;
      await announcing.runtime.advance(12 * SECOND);
      expect(announcing.timesOf('unheard')).to.have.length(2);
      expect(announcing.timesOf('heard')).to.have.length(1);
    });
  });

  context('when others claim the id', () => {
    it('announces again, once in 10 s at most', async () => {
      const announcing = new Announcing();
      await announcing.announce('a');
      for (let i = 0; i < 20; i++) {
        announcing.announcer.repeat(idOf('a'));
        await announcing.runtime.advance(SECOND);
      }
      const repeats = announcing.timesOf('a').slice(1);
      expect(repeats).to.have.length(2);
      expect((repeats[1] ?? 0) - (repeats[0] ?? 0)).to.be.at.least(10 * SECOND);
    });
  });

  context('when the id is no longer registered', () => {
    it('forgets it', async () => {
      const announcing = new Announcing();
      await announcing.announce('a');
      announcing.unregistered.add(idOf('a'));
      announcing.announcer.forget(idOf('a'));
      expect(announcing.announcer.size).to.equal(0);
      await announcing.runtime.advance(2 * limits.republishMs);
      expect(announcing.timesOf('a')).to.have.length(1);
    });

    it('does not announce it again when that happens while it is announced', async () => {
      const announcing = new Announcing();
      const done = announcing.announcer.announce(idOf('a'));
      announcing.unregistered.add(idOf('a'));
      announcing.announcer.forget(idOf('a'));
      await announcing.runtime.run(done);
      expect(announcing.announcer.size).to.equal(0);
    });

    it('settles who waits for it', async () => {
      const announcing = new Announcing();
      for (let i = 0; i < limits.announcesAtOnce; i++) announcing.announcer.announce(idOf(`n${i}`));
      const waiting = announcing.announcer.announce(idOf('a'));
      announcing.announcer.forget(idOf('a'));
      await waiting;
      expect(announcing.timesOf('a')).to.deep.equal([]);
    });
  });

  context('when the signal aborts', () => {
    it('rejects with its reason, and announces all the same', async () => {
      const announcing = new Announcing();
      const controller = new AbortController();
      const left = announcing.announcer.announce(idOf('a'), controller.signal).catch((reason) => reason);
      controller.abort('gone');
      expect(await left).to.equal('gone');
      await announcing.runtime.advance(100);
      expect(announcing.announcer.size).to.equal(1);
    });

    it('announces nothing when it has aborted before', async () => {
      const announcing = new Announcing();
      const left = announcing.announcer
        .announce(idOf('a'), AbortSignal.abort('gone'))
        .catch((reason) => reason);
      expect(await left).to.equal('gone');
      expect(announcing.announced).to.deep.equal([]);
    });
  });

  context('when it is closed', () => {
    it('rejects those that are under way and that wait, and keeps no timer', async () => {
      const announcing = new Announcing();
      await announcing.announce('before');
      const count = limits.announcesAtOnce + 2;
      const asked = Array.from({ length: count }, (_, i) => announcing.announcer.announce(idOf(`n${i}`)));
      const codes = asked.map((each) => each.catch(({ code }) => code));
      announcing.announcer.close();
      const outcomes = await announcing.runtime.run(Promise.all(codes));
      expect(outcomes).to.deep.equal(new Array(count).fill('ERR_CLOSED'));
      await announcing.runtime.advance(announcing.announceMs);
      expect(announcing.runtime.pendingTimers).to.equal(0);
    });

    it('announces nothing any more', async () => {
      const announcing = new Announcing();
      await announcing.announce('a');
      announcing.announcer.close();
      await expectCode(announcing.announcer.announce(idOf('a')), 'ERR_CLOSED');
      announcing.announcer.repeat(idOf('a'));
      announcing.announcer.onNodes();
      await announcing.runtime.advance(2 * limits.republishMs);
      expect(announcing.timesOf('a')).to.have.length(1);
    });
  });
});
