// Asks, says what is new, and asks again when the records may have changed.

import type { BootstrapSource, Seed, SourceContext } from '../../contracts/bootstrap-source.js';
import type { DisgoverError } from '../../errors.js';
import { randomFraction } from '../../runtime/random.js';
import { SeedNews } from '../seed-news.js';
import { sleep } from '../sleep.js';
import type { ExchangeContext } from './exchange.js';
import { type ResolvedDnsOptions, type Server, serversOf } from './options.js';

export interface Reading {
  readonly seeds: readonly Seed[];
  readonly ttlMs: number;
  /** What of it could not be read. */
  readonly faults?: readonly DisgoverError[];
}

export type ReadSeeds = (
  servers: readonly Server[],
  context: ExchangeContext,
  node: SourceContext,
) => Promise<Reading>;

/** A tenth of the TTL and less than a second: nodes that read the same cache do not all come back in the moment when it has run out. */
const JITTER_SHARE = 0.1;
const MOST_JITTER_MS = 750;

/** A failure ends it: what was said stands, and whoever asks comes back with a backoff of their own. */
export function following(name: string, options: ResolvedDnsOptions, read: ReadSeeds): BootstrapSource {
  return {
    name,
    async *seeds(signal, node) {
      const { runtime } = node;
      const news = new SeedNews();
      while (!signal.aborted) {
        const context = { runtime, signal, timeoutMs: options.timeoutMs };
        let reading: Reading;
        try {
          reading = await read(serversOf(options), context, node);
        } catch (fault) {
          if (signal.aborted) return;
          throw fault;
        }
        const update = news.of(reading.seeds, reading.faults);
        if (update !== undefined) yield update;
        const waitMs = Math.min(Math.max(reading.ttlMs, options.minTtlMs), options.maxTtlMs);
        await sleep(
          runtime,
          waitMs + randomFraction(runtime) * Math.min(JITTER_SHARE * waitMs, MOST_JITTER_MS),
          signal,
        );
      }
    },
  };
}
