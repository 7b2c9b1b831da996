// A source of seeds that says what a test tells it to.

import type { BootstrapSource, Seed, SeedUpdate } from '../../src/contracts/bootstrap-source.js';
import { DisgoverError, type FaultCode } from '../../src/errors.js';
import { onAbort } from '../../src/runtime/abort.js';

export class ScriptedSource implements BootstrapSource {
  readonly name: string;
  /** How often it was read anew. */
  reads = 0;
  /** How many are reading it. */
  readers = 0;
  #seeds: readonly Seed[] | undefined;
  #fault: DisgoverError | undefined;
  readonly #waiting = new Set<() => void>();

  /** Without seeds it says nothing until `say`. */
  constructor(seeds?: readonly Seed[], name = 'scripted') {
    this.#seeds = seeds;
    this.name = name;
  }

  say(...seeds: readonly Seed[]): void {
    this.#fault = undefined;
    this.#seeds = seeds;
    this.#wake();
  }

  fail(code: FaultCode): this {
    this.#fault = new DisgoverError(code, 'as the test says');
    this.#wake();
    return this;
  }

  async *seeds(signal: AbortSignal): AsyncGenerator<SeedUpdate> {
    this.reads++;
    this.readers++;
    let said: readonly Seed[] | undefined;
    try {
      while (!signal.aborted) {
        if (this.#fault !== undefined) throw this.#fault;
        if (this.#seeds !== undefined && this.#seeds !== said) {
          said = this.#seeds;
          yield { seeds: said };
        } else await this.#news(signal);
      }
    } finally {
      this.readers--;
    }
  }

  #news(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
      onAbort(signal, resolve);
    });
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
