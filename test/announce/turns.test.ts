import { expect } from 'chai';
import { Turns } from '../../src/announce/turns.js';
import type { ContactId } from '../../src/id/contact-id.js';
import { limits } from '../../src/limits.js';
import { Alarms } from '../../src/runtime/alarms.js';
import { VirtualRuntime } from '../../src/simulation/virtual-runtime.js';
import { idOf } from '../support/ids.js';

const MANY = 100;
const SWEEP_MS = 1_000;

class Telling {
  readonly runtime = new VirtualRuntime();
  readonly told: ContactId[] = [];
  readonly sweeps: (readonly ContactId[])[] = [];
  readonly done: (readonly [ContactId, boolean])[] = [];
  /** Whether sweeps are given up before their end. */
  isGivenUp = false;
  hasNodes = true;
  readonly turns = new Turns({
    alarms: new Alarms(this.runtime),
    tell: async (id) => {
      this.told.push(id);
      await this.runtime.sleep(10);
    },
    sweep: async (ids, onSwept) => {
      this.sweeps.push(ids);
      await this.runtime.sleep(SWEEP_MS);
      onSwept(ids.slice(0, 1), ids.slice(1, 2));
      if (this.isGivenUp) throw new Error('given up');
      onSwept(ids.slice(2), []);
    },
    isWorthSweeping: (count) => count > limits.announcesAtOnce,
    hasNodes: () => this.hasNodes,
    onDone: (id, isHeard) => this.done.push([id, isHeard]),
  });
  readonly ids = Array.from({ length: MANY }, (_, i) => idOf(`entity-${i}`));

  joinAll(): Promise<unknown> {
    return Promise.all(this.ids.map((id) => this.turns.join(id, undefined)));
  }
}

describe('Turns', () => {
  it('sweeps all that wait at once, and settles whoever waits for them', async () => {
    const telling = new Telling();
    await telling.runtime.run(telling.joinAll());
    expect(telling.sweeps).to.have.length(1);
    expect([...telling.told, ...(telling.sweeps[0] ?? [])]).to.have.members(telling.ids);
    expect(telling.told).to.have.length(limits.announcesAtOnce);
  });

  it('says of each whether it was heard', async () => {
    const telling = new Telling();
    await telling.runtime.run(telling.joinAll());
    const unheard = telling.sweeps[0]?.[1];
    expect(telling.done.filter(([, isHeard]) => !isHeard)).to.deep.equal([[unheard, false]]);
    expect(telling.done.map(([id]) => id)).to.have.members(telling.ids);
  });

  it('tells one that comes meanwhile at once, and many in a sweep of their own', async () => {
    const telling = new Telling();
    void telling.joinAll();
    await telling.runtime.advance(SWEEP_MS / 2);
    const startMs = telling.runtime.now();
    await telling.runtime.run(telling.turns.join(idOf('one'), undefined));
    expect(telling.runtime.now() - startMs).to.equal(10);
    telling.turns.add(Array.from({ length: MANY }, (_, i) => idOf(`more-${i}`)));
    await telling.runtime.advance(3 * SWEEP_MS);
    expect(telling.sweeps.map(({ length }) => length)).to.deep.equal([MANY - limits.announcesAtOnce, MANY]);
  });

  context('when a sweep is given up', () => {
    it('says that nobody heard of the rest', async () => {
      const telling = new Telling();
      telling.isGivenUp = true;
      await telling.runtime.run(telling.joinAll());
      const heard = telling.done.filter(([, isHeard]) => isHeard);
      expect(heard).to.have.length(limits.announcesAtOnce + 1);
      expect(telling.done).to.have.length(MANY);
    });
  });

  context('when it is closed', () => {
    it('rejects whoever waits, swept or not, and keeps no timer', async () => {
      for (const ms of [0, 20, SWEEP_MS / 2]) {
        const telling = new Telling();
        const codes = telling.ids.map((id) => telling.turns.join(id, undefined).catch(({ code }) => code));
        await telling.runtime.advance(ms);
        telling.turns.close();
        const outcomes = await telling.runtime.run(Promise.all(codes));
        expect(outcomes.filter((code) => code === 'ERR_CLOSED')).to.have.length.at.least(
          MANY - limits.announcesAtOnce,
        );
        await telling.runtime.advance(2 * SWEEP_MS);
        expect(telling.runtime.pendingTimers).to.equal(0);
      }
    });
  });
});
