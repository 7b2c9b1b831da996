import { expect } from 'chai';
import { type Abortable, AbortScope, onAbort } from '../../src/runtime/abort.js';
import { Alarms } from '../../src/runtime/alarms.js';
import { race } from '../../src/session/race.js';
import { VirtualRuntime } from '../../src/simulation/virtual-runtime.js';

const HEAD_START_MS = 160;

/** How a way goes: after so many milliseconds it gets there, or fails; or nothing is ever heard of it. */
interface Way {
  readonly name: string;
  readonly afterMs?: number;
  readonly fails?: boolean;
}

/** A race in virtual time, with what happened in it. */
class Course {
  readonly runtime = new VirtualRuntime();
  readonly #startMs = this.runtime.now();
  readonly signal = new AbortScope();
  /** How many milliseconds after the start each way was begun. */
  readonly begun: Record<string, number> = {};
  readonly aborted: string[] = [];
  readonly discarded: string[] = [];
  /** Whether a way that is aborted gets there all the same. */
  isDeaf = false;

  get ms(): number {
    return this.runtime.now() - this.#startMs;
  }

  run(...ways: readonly Way[]): Promise<string> {
    const alarms = new Alarms(this.runtime);
    return race(ways, (way, signal) => this.#attempt(way, signal), {
      alarms,
      headStartMs: HEAD_START_MS,
      signal: this.signal,
      discard: (prize) => this.discarded.push(prize),
    });
  }

  #attempt({ name, afterMs, fails = false }: Way, signal: Abortable): Promise<string> {
    this.begun[name] = this.ms;
    return new Promise((resolve, reject) => {
      const timer =
        afterMs === undefined
          ? undefined
          : this.runtime.setTimer(afterMs, () => (fails ? reject(new Error(name)) : resolve(name)));
      onAbort(signal, () => {
        this.aborted.push(name);
        if (this.isDeaf) return;
        timer?.cancel();
        reject(signal.reason);
      });
    });
  }
}

const reasonOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'resolved',
    (reason) => reason,
  );

describe('race', () => {
  it('tries the first way alone while its head start lasts', async () => {
    const course = new Course();
    const won = await course.runtime.run(
      course.run({ name: 'a', afterMs: HEAD_START_MS - 1 }, { name: 'b', afterMs: 1 }),
    );
    expect([won, course.begun, course.runtime.pendingTimers]).to.deep.equal(['a', { a: 0 }, 0]);
  });

  it('begins the next beside a silent one, which is given up when that wins', async () => {
    const course = new Course();
    expect(await course.runtime.run(course.run({ name: 'a' }, { name: 'b', afterMs: 10 }))).to.equal('b');
    expect([course.ms, course.aborted]).to.deep.equal([HEAD_START_MS + 10, ['a', 'b']]);
    expect(course.runtime.pendingTimers).to.equal(0);
  });

  it('lets the first win that is only slow', async () => {
    const course = new Course();
    const won = course.run({ name: 'a', afterMs: HEAD_START_MS + 10 }, { name: 'b', afterMs: 500 });
    expect(await course.runtime.run(won)).to.equal('a');
    expect(course.begun).to.deep.equal({ a: 0, b: HEAD_START_MS });
  });

  it('begins the next at once when one has failed', async () => {
    const course = new Course();
    const failing = { name: 'a', afterMs: 5, fails: true };
    expect(await course.runtime.run(course.run(failing, { name: 'b', afterMs: 10 }))).to.equal('b');
    expect([course.begun, course.ms]).to.deep.equal([{ a: 0, b: 5 }, 15]);
  });

  it('gives each that follows a head start of its own', async () => {
    const course = new Course();
    const ways = [{ name: 'a', afterMs: 32, fails: true }, { name: 'b' }, { name: 'c', afterMs: 8 }];
    expect(await course.runtime.run(course.run(...ways))).to.equal('c');
    expect(course.begun).to.deep.equal({ a: 0, b: 32, c: 32 + HEAD_START_MS });
  });

  it('tells why each has failed, in the order of the ways', async () => {
    const course = new Course();
    const slow = { name: 'a', afterMs: HEAD_START_MS + 50, fails: true };
    const reason = await course.runtime.run(
      reasonOf(course.run(slow, { name: 'b', afterMs: 1, fails: true })),
    );
    if (!(reason instanceof AggregateError)) return expect.fail(String(reason));
    expect(reason.errors.map(({ message }) => message)).to.deep.equal(['a', 'b']);
    expect(course.runtime.pendingTimers).to.equal(0);
  });

  it('waits for one that is slow when the others have failed', async () => {
    const course = new Course();
    const slow = { name: 'a', afterMs: HEAD_START_MS + 50 };
    expect(await course.runtime.run(course.run(slow, { name: 'b', afterMs: 1, fails: true }))).to.equal('a');
  });

  it("ends with the signal's reason, and leaves nothing", async () => {
    const course = new Course();
    const outcome = reasonOf(course.run({ name: 'a' }, { name: 'b' }, { name: 'c' }));
    await course.runtime.advance(HEAD_START_MS);
    course.signal.abort('gone');
    expect(course.aborted).to.deep.equal(['a', 'b']);
    expect(await outcome).to.equal('gone');
    expect([course.runtime.pendingTimers, course.signal.size, course.begun.c]).to.deep.equal([
      0,
      0,
      undefined,
    ]);
  });

  it('begins nothing when the signal has aborted before', async () => {
    const course = new Course();
    course.signal.abort('gone');
    expect([await reasonOf(course.run({ name: 'a' })), course.begun]).to.deep.equal(['gone', {}]);
  });

  it('lets go of what comes too late', async () => {
    const course = new Course();
    course.isDeaf = true;
    const slow = { name: 'a', afterMs: HEAD_START_MS + 20 };
    expect(await course.runtime.run(course.run(slow, { name: 'b', afterMs: 20 }))).to.equal('a');
    await course.runtime.advance(1_000);
    expect(course.discarded).to.deep.equal(['b']);
  });
});
