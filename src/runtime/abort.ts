// Cancellation, in one place. AbortSignal is what applications pass; inside, an AbortScope does the same for less, since a lookup
// cancels dozens of requests. However many wait for a signal, it has one listener, which goes with the last of them.

/** What can be waited for to abort: an AbortSignal, or a scope of our own. */
export interface Abortable {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
}

/** Who waits for a signal. An object, since a closure for each request costs more than the request (bench: `rpc`). */
export interface Waiter {
  /** The signal has aborted. Called once. */
  onAbort(reason: unknown): void;
}

export class AbortScope implements Abortable {
  // Bounded by what its owner starts: the requests of a lookup, the callers of a dial.
  readonly #waiters = new Set<Waiter>();
  #aborted = false;
  #reason: unknown;

  get aborted(): boolean {
    return this.#aborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  /** How many wait for it. */
  get size(): number {
    return this.#waiters.size;
  }

  throwIfAborted(): void {
    if (this.#aborted) throw this.#reason;
  }

  /** Calls everybody who waits. Idempotent: the first reason stays. */
  abort(reason: unknown): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    for (const waiter of this.#waiters) waiter.onAbort(reason);
    this.#waiters.clear();
  }

  /** The waiter is told when the scope aborts, unless it is removed before. */
  add(waiter: Waiter): void {
    this.#waiters.add(waiter);
  }

  remove(waiter: Waiter): void {
    this.#waiters.delete(waiter);
  }
}

/** The scope that stands for a signal while somebody waits for it. */
const scopes = new WeakMap<AbortSignal, AbortScope>();

/** The waiter is told when the signal, which has not aborted, does. */
export function wait(signal: Abortable, waiter: Waiter): void {
  if (signal instanceof AbortScope) return signal.add(waiter);
  scopeOf(signal as AbortSignal).add(waiter);
}

/** Takes back a `wait`. */
export function unwait(signal: Abortable, waiter: Waiter): void {
  if (signal instanceof AbortScope) return signal.remove(waiter);
  const scope = scopes.get(signal as AbortSignal);
  if (scope === undefined) return;
  scope.remove(waiter);
  if (scope.size > 0) return;
  scopes.delete(signal as AbortSignal);
  (signal as AbortSignal).removeEventListener('abort', onSignal);
}

/** Runs `run` when the signal aborts, or at once when it has. Returns what takes it back. */
export function onAbort(signal: Abortable | undefined, run: () => void): () => void {
  if (signal === undefined) return () => {};
  if (signal.aborted) {
    run();
    return () => {};
  }
  const waiter: Waiter = { onAbort: run };
  wait(signal, waiter);
  return () => unwait(signal, waiter);
}

/** Rejects with the signal's reason as soon as it aborts; otherwise settles like `promise`, which goes on by itself. */
export function abortable<Result>(promise: Promise<Result>, signal: Abortable | undefined): Promise<Result> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const remove = onAbort(signal, () => reject(signal.reason));
    promise.then(resolve, reject).finally(remove);
  });
}

function scopeOf(signal: AbortSignal): AbortScope {
  let scope = scopes.get(signal);
  if (scope === undefined) {
    scope = new AbortScope();
    scopes.set(signal, scope);
    signal.addEventListener('abort', onSignal);
  }
  return scope;
}

function onSignal(event: Event): void {
  const signal = event.target as AbortSignal;
  const scope = scopes.get(signal);
  scopes.delete(signal);
  signal.removeEventListener('abort', onSignal);
  scope?.abort(signal.reason);
}
