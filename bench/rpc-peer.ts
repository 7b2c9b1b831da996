// One of the two processes of a case of `rpc`. Either end can be asked; only one is.

import { strictEqual } from 'node:assert/strict';
import { serve } from './lib/child.js';
import { summarize } from './lib/stats.js';
import { startEnd } from './peers/ends.js';
import type { Address, Ping, Pingable } from './peers/peer.js';

export type RpcCommand =
  | { readonly type: 'start' }
  | { readonly type: 'meet'; readonly other: Address }
  | { readonly type: 'ping'; readonly inFlight: number; readonly ms: number }
  | { readonly type: 'cpu' };

export interface Pinged {
  readonly perSecond: number;
  readonly count: number;
  /** Of this process: user and system, microseconds. */
  readonly cpuUs: number;
  /** Microseconds from the call to its answer. */
  readonly p50: number;
  readonly p99: number;
}

/** Answers looked into before any is timed. */
const PROOFS = 10;

let end: Pingable | undefined;
let known: Ping | undefined;

serve(async (command: RpcCommand) => {
  if (command.type === 'start') {
    end = await startEnd(process.argv[2] ?? '');
    return end.address;
  }
  if (command.type === 'cpu') return cpuUs();
  if (command.type === 'ping') return pinged(known as Ping, command.inFlight, command.ms);
  known = await (end as Pingable).meet(command.other);
  for (let i = 0; i < PROOFS; i++) strictEqual(known.idIn(await known.send()), command.other.id);
  return undefined;
});

async function pinged({ send }: Ping, inFlight: number, ms: number): Promise<Pinged> {
  const took: number[] = []; // bounded by the rate and the time
  const cpuBefore = cpuUs();
  const startedAt = performance.now();
  const worker = async () => {
    for (let at = performance.now(); at - startedAt < ms; ) {
      await send();
      const now = performance.now();
      took.push(now - at);
      at = now;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  const elapsedMs = performance.now() - startedAt;
  const used = cpuUs() - cpuBefore;
  const { p50, p99 } = summarize(took);
  const perSecond = (1_000 * took.length) / elapsedMs;
  return { perSecond, count: took.length, cpuUs: used, p50: 1_000 * p50, p99: 1_000 * p99 };
}

function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
