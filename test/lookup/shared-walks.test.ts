import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { SharedWalks } from '../../src/lookup/shared-walks.js';
import { type Abortable, onAbort } from '../../src/runtime/abort.js';

/** Walks that end when the test says so. */
class Walks {
  readonly shared = new SharedWalks<string>();
  readonly stopped: unknown[] = [];
  begun = 0;
  end: (result: string) => void = () => {};
  fail: (reason: unknown) => void = () => {};

  join(key: string, signal?: Abortable): Promise<string> {
    return this.shared.join(key, signal, (stop) => {
      this.begun++;
      return new Promise((resolve, reject) => {
        this.end = resolve;
        this.fail = reject;
        onAbort(stop, () => {
          this.stopped.push(stop.reason);
          reject(stop.reason);
        });
      });
    });
  }
}

const reasonOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'resolved',
    (reason) => reason,
  );

describe('SharedWalks', () => {
  context('when a thousand ask for the same', () => {
    it('walks once and tells all of them', async () => {
      const walks = new Walks();
      const asked = Array.from({ length: 1_000 }, () => walks.join('a'));
      walks.end('found');
      expect(new Set(await Promise.all(asked))).to.deep.equal(new Set(['found']));
      expect(walks.begun).to.equal(1);
    });

    it('tells all of them why it failed', async () => {
      const walks = new Walks();
      const asked = [walks.join('a'), walks.join('a')].map(reasonOf);
      walks.fail('broken');
      expect(await Promise.all(asked)).to.deep.equal(['broken', 'broken']);
    });
  });

  context('when they ask for different things', () => {
    it('walks for each', () => {
      const walks = new Walks();
      walks.join('a');
      walks.join('b');
      expect([walks.begun, walks.shared.size]).to.deep.equal([2, 2]);
    });
  });

  context('when one of them leaves', () => {
    it('goes on for the others', async () => {
      const walks = new Walks();
      const leaving = new AbortController();
      const [left, stayed] = [walks.join('a', leaving.signal), walks.join('a')];
      leaving.abort('gone');
      expect(await reasonOf(left)).to.equal('gone');
      expect(walks.stopped).to.deep.equal([]);
      walks.end('found');
      expect(await stayed).to.equal('found');
    });
  });

  context('when the last of them leaves', () => {
    it('stops the walk with that reason', async () => {
      const walks = new Walks();
      const [first, last] = [new AbortController(), new AbortController()];
      const left = [walks.join('a', first.signal), walks.join('a', last.signal)].map(reasonOf);
      first.abort('one');
      last.abort('two');
      expect(await Promise.all(left)).to.deep.equal(['one', 'two']);
      expect(walks.stopped).to.deep.equal(['two']);
    });

    it('serves who comes in the same turn', async () => {
      const walks = new Walks();
      const leaving = new AbortController();
      const left = walks.join('a', leaving.signal);
      leaving.abort('gone');
      const next = walks.join('a');
      expect(await reasonOf(left)).to.equal('gone');
      walks.end('found');
      expect(await next).to.equal('found');
    });

    it('keeps nothing', async () => {
      const walks = new Walks();
      const leaving = new AbortController();
      const left = reasonOf(walks.join('a', leaving.signal));
      leaving.abort('gone');
      await left;
      expect(walks.shared.size).to.equal(0);
      expect(getEventListeners(leaving.signal, 'abort')).to.have.length(0);
    });
  });

  context('when it has ended', () => {
    it('begins another walk for who comes next', async () => {
      const walks = new Walks();
      const first = walks.join('a');
      walks.end('found');
      await first;
      walks.join('a');
      expect(walks.begun).to.equal(2);
    });
  });
});
