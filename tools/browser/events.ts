// Stands for Node's `events`, as far as k-bucket and what listens to it use it: one listener an event.

type Listener = (...args: unknown[]) => void;

export class EventEmitter {
  // One listener a name, and one name.
  readonly #listeners = new Map<string, Listener>();

  on(name: string, listener: Listener): void {
    this.#listeners.set(name, listener);
  }

  emit(name: string, ...args: unknown[]): void {
    this.#listeners.get(name)?.(...args);
  }
}
