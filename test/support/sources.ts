// A source as a node reads it: what it is told, and what it says, one update after the other.

import { createHmac } from 'node:crypto';
import type { BootstrapSource, Seed, SourceContext } from '../../src/contracts/bootstrap-source.js';
import type { Contact } from '../../src/contracts/contact.js';
import { SystemRuntime } from '../../src/runtime/system-runtime.js';

export interface ContextOptions extends Partial<Omit<SourceContext, 'contact' | 'seal'>> {
  readonly secret?: string;
  readonly id?: string;
  readonly port?: number;
  readonly host?: string;
}

/** What a node of these makes tells its sources. */
export function sourceContext(options: ContextOptions = {}): SourceContext {
  const { secret, id = 'AQ==', host = '127.0.0.1', port = 6742, ...rest } = options;
  const contact = { id, transport: { type: 'tcp', host, port } } as unknown as Contact;
  return {
    runtime: new SystemRuntime(),
    group: 'default',
    transport: 'tcp',
    contact: () => contact,
    seal: (bytes) =>
      secret === undefined ? undefined : new Uint8Array(createHmac('sha256', secret).update(bytes).digest()),
    ...rest,
  };
}

/** A source that is read until `stop`. */
export class Reading {
  readonly #controller = new AbortController();
  readonly #updates: (readonly Seed[])[] = [];
  readonly #ended: Promise<void>;
  #fault: unknown;
  #isEnded = false;
  #wake = () => {};

  constructor(source: BootstrapSource, context = sourceContext()) {
    this.#ended = this.#read(source, context);
  }

  /** The seeds of the next update that has not been taken. Rejects with what the source threw, or after `withinMs`. */
  async next(withinMs = 5_000): Promise<readonly Seed[]> {
    const untilMs = performance.now() + withinMs;
    for (;;) {
      const seeds = this.#updates.shift();
      if (seeds !== undefined) return seeds;
      if (this.#fault !== undefined) throw this.#fault;
      if (this.#isEnded) throw new Error('the source has ended');
      const leftMs = untilMs - performance.now();
      if (leftMs <= 0) throw new Error(`no update within ${withinMs} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Passes over updates until one is as `wanted`. Resolves to the milliseconds that took. */
  async until(wanted: (seeds: readonly Seed[]) => boolean, withinMs = 5_000): Promise<number> {
    const from = performance.now();
    let seeds: readonly Seed[] = [];
    for (;;) {
      const leftMs = withinMs - (performance.now() - from);
      if (leftMs <= 0) throw new Error(`not within ${withinMs} ms; last: ${JSON.stringify(seeds)}`);
      seeds = await this.next(leftMs).catch((fault: Error) => {
        fault.message += `; last: ${JSON.stringify(seeds)}`;
        throw fault;
      });
      if (wanted(seeds)) return performance.now() - from;
    }
  }

  /** Updates that wait to be taken. */
  get waiting(): number {
    return this.#updates.length;
  }

  /** Ends the source, and waits for its end. */
  async stop(): Promise<void> {
    this.#controller.abort(new Error('stopped'));
    await this.#ended;
  }

  async #read(source: BootstrapSource, context: SourceContext): Promise<void> {
    try {
      for await (const { seeds } of source.seeds(this.#controller.signal, context)) {
        this.#updates.push(seeds);
        this.#wake();
      }
    } catch (fault) {
      this.#fault = fault;
    }
    this.#isEnded = true;
    this.#wake();
  }
}
