// Cancellation, in one place. AbortSignal is what applications pass; inside, an AbortScope does the same for less, since a lookup
// cancels dozens of requests. However many wait for a signal, it has one listener, which goes with the last of them.

/** What can be waited for to abort: an AbortSignal, or a scope of our own. */
export interface Abortable {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
}

export class AbortScope implements Abortable {
  // Bounded by what its owner starts: the requests of a lookup, the callers of a dial.
  readonly #children = new Set<() => void>();
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
    return this.#children.size;
  }

  throwIfAborted(): void {
    if (this.#aborted) throw this.#reason;
  }

  /** Calls everybody who waits. Idempotent: the first reason stays. */
  abort(reason: unknown): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    for (const run of this.#children) run();
    this.#children.clear();
  }

  /** `run` is called once, when the scope aborts. Returns what takes it back. */
  add(run: () => void): () => void {
    const entry = () => run();
    this.#children.add(entry);
    return () => this.#children.delete(entry);
  }
}

/** The scope that stands for a signal while somebody waits for it. */
const scopes = new WeakMap<AbortSignal, AbortScope>();

/** Runs `run` when the signal aborts, or at once when it has. Returns what takes it back. */
export function onAbort(signal: Abortable | undefined, run: () => void): () => void {
  if (signal === undefined) return () => {};
  if (signal.aborted) {
    run();
    return () => {};
  }
  return signal instanceof AbortScope ? signal.add(run) : addTo(signal as AbortSignal, run);
}

/** Rejects with the signal's reason as soon as it aborts; otherwise settles like `promise`, which goes on by itself. */
export function abortable<Result>(promise: Promise<Result>, signal: Abortable | undefined): Promise<Result> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const remove = onAbort(signal, () => reject(signal.reason));
    promise.then(resolve, reject).finally(remove);
  });
}

function addTo(signal: AbortSignal, run: () => void): () => void {
  let scope = scopes.get(signal);
  if (scope === undefined) {
    scope = new AbortScope();
    scopes.set(signal, scope);
    signal.addEventListener('abort', onSignal);
  }
  const remove = scope.add(run);
  return () => {
    remove();
    if (scope.size > 0 || scopes.get(signal) !== scope) return;
    scopes.delete(signal);
    signal.removeEventListener('abort', onSignal);
  };
}

function onSignal(event: Event): void {
  const signal = event.target as AbortSignal;
  const scope = scopes.get(signal);
  scopes.delete(signal);
  signal.removeEventListener('abort', onSignal);
  scope?.abort(signal.reason);
}
