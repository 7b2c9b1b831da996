// A node for one question: it dials, is not dialled, and leaves when it has the answer.

import { tcp } from '../../transports/tcp/index.js';
import { type Arbiter, Disgover, DisgoverError } from '../index.js';
import { limits } from '../limits.js';
import { bounded } from './interruption.js';

export interface ClientFlags {
  readonly seed?: readonly string[];
  readonly group?: string;
  readonly timeout?: number;
  readonly arbiter?: Arbiter;
}

/** What is left for the question itself, to be passed on. */
export interface Call {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** Asks through the seeds. @throws DisgoverError `ERR_MISSING_ARGUMENT` when there are none; otherwise as `withClient`. */
export function askNetwork<Answer>(
  flags: ClientFlags,
  interruption: AbortSignal,
  ask: (node: Disgover, call: Call) => Promise<Answer>,
): Promise<Answer> {
  if (flags.seed === undefined) throw new DisgoverError('MISSING_ARGUMENT', '--seed tcp://HOST:PORT');
  return withClient(flags, interruption, ask);
}

/** @throws what `Disgover.start` and `ask` throw; DisgoverError `ERR_TIMEOUT`; the reason of the interruption. */
export async function withClient<Answer>(
  { seed = [], group, timeout = limits.lookupMs, arbiter }: ClientFlags,
  interruption: AbortSignal,
  ask: (node: Disgover, call: Call) => Promise<Answer>,
): Promise<Answer> {
  const startedAt = performance.now();
  const node = await Disgover.start(
    {
      transport: tcp({ listen: false }),
      seeds: seed,
      ...(group !== undefined && { group }),
      ...arbiter,
    },
    { signal: bounded(interruption, timeout, 'no seed has answered') },
  );
  try {
    const left = timeout - (performance.now() - startedAt);
    return await ask(node, { signal: interruption, timeoutMs: Math.max(1, Math.ceil(left)) });
  } finally {
    await node.close();
  }
}
