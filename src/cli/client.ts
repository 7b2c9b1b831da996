// A node for one question: it dials, is not dialled, and leaves when it has the answer.

import { tcp } from '../../transports/tcp/index.js';
import { ws } from '../../transports/ws/index.js';
import type { FaultCode } from '../errors.js';
import { type Arbiter, Disgover, DisgoverError } from '../index.js';
import { limits } from '../limits.js';
import type { Context } from './context.js';
import { exitCodeOfSeeds } from './exit-codes.js';
import { TurnedAway } from './failure.js';
import { type GroupFlags, groupOptions, tlsOptions } from './group-options.js';
import { bounded } from './interruption.js';
import { seedFaultLogger } from './seed-faults.js';
import { seedsOption, seedTexts } from './seeds.js';

export interface ClientFlags extends GroupFlags {
  readonly seed?: readonly string[];
  readonly timeout?: number;
  readonly arbiter?: Arbiter;
}

/** What is left for the question itself, to be passed on. */
export interface Call {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/**
 * Asks through the seeds. @throws DisgoverError `ERR_MISSING_ARGUMENT` when there are none; otherwise as `withClient`.
 */
export function askNetwork<Answer>(
  flags: ClientFlags,
  { output, interruption }: Context,
  ask: (node: Disgover, call: Call) => Promise<Answer>,
): Promise<Answer> {
  if (seedTexts(flags.seed).length === 0)
    throw new DisgoverError('MISSING_ARGUMENT', '--seed tcp://HOST:PORT');
  return withClient(flags, { output, interruption }, ask);
}

/** @throws TurnedAway where seeds are there and let nobody in; what `Disgover.start` and `ask` throw; DisgoverError `ERR_TIMEOUT`; the reason of the interruption. */
export async function withClient<Answer>(
  { seed, timeout = limits.lookupMs, arbiter, ...flags }: ClientFlags,
  { output, interruption }: Context,
  ask: (node: Disgover, call: Call) => Promise<Answer>,
): Promise<Answer> {
  const startedAt = performance.now();
  const tls = await tlsOptions(flags);
  const dialOnly = { listen: false, ...(tls && { tls }) };
  // The last of each seed, by its addresses: bounded by the seeds.
  const seedFaults = new Map<string, FaultCode>();
  const logger = seedFaultLogger(({ seed, code }) => seedFaults.set(JSON.stringify(seed), code));
  const node = await Disgover.start(
    {
      transport: [tcp(dialOnly), ws(dialOnly)],
      seeds: seedsOption(seed),
      logger,
      ...(await groupOptions(flags, output)),
      ...arbiter,
    },
    { signal: bounded(interruption, timeout, 'no seed has answered') },
  );
  try {
    const left = timeout - (performance.now() - startedAt);
    return await ask(node, { signal: interruption, timeoutMs: Math.max(1, Math.ceil(left)) });
  } catch (fault) {
    if (!(fault instanceof DisgoverError) || fault.code !== 'ERR_NO_NODES') throw fault;
    const exitCode = exitCodeOfSeeds([...seedFaults.values()]);
    throw exitCode === undefined ? fault : new TurnedAway(fault, exitCode);
  } finally {
    await node.close();
  }
}
