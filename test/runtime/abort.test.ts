import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { AbortScope, abortable, onAbort } from '../../src/runtime/abort.js';

const reasonOf = (promise: Promise<unknown>) =>
  promise.then(
    (value) => ({ value }),
    (reason) => ({ reason }),
  );

describe('AbortScope', () => {
  it('calls everybody who waits, once, with the first reason', () => {
    const scope = new AbortScope();
    const called: unknown[] = [];
    for (let i = 0; i < 2; i++) scope.add({ onAbort: (reason) => called.push(reason) });
    scope.abort('first');
    scope.abort('second');
    expect(called).to.deep.equal(['first', 'first']);
    expect([scope.aborted, scope.reason, scope.size]).to.deep.equal([true, 'first', 0]);
  });

  it('does not call who has left, even while it calls the others', () => {
    const scope = new AbortScope();
    const called: string[] = [];
    const second = { onAbort: () => called.push('b') };
    scope.add({
      onAbort: () => {
        called.push('a');
        scope.remove(second);
      },
    });
    scope.add(second);
    scope.abort('now');
    expect(called).to.deep.equal(['a']);
  });

  it('calls a function as often as it waits', () => {
    const scope = new AbortScope();
    let calls = 0;
    const run = () => {
      calls++;
    };
    onAbort(scope, run);
    onAbort(scope, run)();
    onAbort(scope, run);
    scope.abort('now');
    expect(calls).to.equal(2);
  });

  it('throws its reason once it has aborted', () => {
    const scope = new AbortScope();
    scope.throwIfAborted();
    scope.abort(new RangeError('enough'));
    expect(() => scope.throwIfAborted()).to.throw(RangeError);
  });
});

describe('onAbort', () => {
  for (const [kind, make] of [
    [
      'a signal',
      () => {
        const controller = new AbortController();
        return { signal: controller.signal, abort: () => controller.abort('enough') };
      },
    ],
    [
      'a scope',
      () => {
        const scope = new AbortScope();
        return { signal: scope, abort: () => scope.abort('enough') };
      },
    ],
  ] as const) {
    context(`with ${kind}`, () => {
      it('runs once, when it aborts', () => {
        const { signal, abort } = make();
        let calls = 0;
        onAbort(signal, () => calls++);
        expect(calls).to.equal(0);
        abort();
        abort();
        expect(calls).to.equal(1);
      });

      it('runs at once when it has aborted', () => {
        const { signal, abort } = make();
        abort();
        let calls = 0;
        onAbort(signal, () => calls++);
        expect(calls).to.equal(1);
      });

      it('does not run when it was taken back', () => {
        const { signal, abort } = make();
        let calls = 0;
        const remove = onAbort(signal, () => calls++);
        remove();
        remove();
        abort();
        expect(calls).to.equal(0);
      });
    });
  }

  it('does nothing without a signal', () => {
    onAbort(undefined, () => expect.fail('called'))();
  });

  it('has one listener on a signal, however many wait, and none when the last has left', () => {
    const { signal } = new AbortController();
    const removes = Array.from({ length: 50 }, () => onAbort(signal, () => {}));
    expect(getEventListeners(signal, 'abort')).to.have.length(1);
    for (const remove of removes.slice(1)) remove();
    expect(getEventListeners(signal, 'abort')).to.have.length(1);
    removes[0]?.();
    expect(getEventListeners(signal, 'abort')).to.have.length(0);
    const again = onAbort(signal, () => {});
    removes[0]?.();
    expect(getEventListeners(signal, 'abort')).to.have.length(1);
    again();
    expect(getEventListeners(signal, 'abort')).to.have.length(0);
  });

  it('leaves no listener on a signal that has aborted', () => {
    const controller = new AbortController();
    const remove = onAbort(controller.signal, () => {});
    controller.abort();
    expect(getEventListeners(controller.signal, 'abort')).to.have.length(0);
    remove();
  });

  it('lets who is called begin to wait for another signal', () => {
    const [first, second] = [new AbortController(), new AbortController()];
    let calls = 0;
    onAbort(first.signal, () => onAbort(second.signal, () => calls++));
    first.abort();
    second.abort();
    expect(calls).to.equal(1);
  });
});

describe('abortable', () => {
  it('settles like the promise', async () => {
    const scope = new AbortScope();
    expect(await abortable(Promise.resolve(1), scope)).to.equal(1);
    expect(await reasonOf(abortable(Promise.reject(new Error('x')), scope))).to.have.nested.property(
      'reason.message',
      'x',
    );
    expect(scope.size).to.equal(0);
  });

  it('rejects with the reason as soon as the signal aborts', async () => {
    const controller = new AbortController();
    const waiting = abortable(new Promise(() => {}), controller.signal);
    controller.abort('enough');
    expect(await reasonOf(waiting)).to.deep.equal({ reason: 'enough' });
  });

  it('rejects when it has aborted before, though the promise has settled', async () => {
    const scope = new AbortScope();
    scope.abort('enough');
    expect(await reasonOf(abortable(Promise.resolve(1), scope))).to.deep.equal({ reason: 'enough' });
  });

  it('is the promise itself without a signal', () => {
    const promise = Promise.resolve(1);
    expect(abortable(promise, undefined)).to.equal(promise);
  });

  it('does not let a promise that fails afterwards go unhandled', async () => {
    const scope = new AbortScope();
    let fail: (reason: unknown) => void = () => {};
    const waiting = abortable(
      new Promise((_, reject) => {
        fail = reject;
      }),
      scope,
    );
    scope.abort('enough');
    fail(new Error('late'));
    expect(await reasonOf(waiting)).to.deep.equal({ reason: 'enough' });
    await new Promise((resolve) => setImmediate(resolve));
  });
});
