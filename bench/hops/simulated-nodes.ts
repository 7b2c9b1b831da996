// Nodes of the real engine on the simulated network, grown by a twentieth at a time: what the lookups are run in.

import type { Key } from '../../src/id/key.js';
import { CountingTransport } from '../lib/counting-transport.js';
import { type Contact, Disgover, memory, SimulatedNetwork, VirtualRuntime } from '../lib/disgover.js';
import type { Lies } from './lies.js';
import { LyingTransport } from './lying-transport.js';

/** One way. The median round trip is twice that. */
const MEDIAN_MS = 25;
export const ROUND_TRIP_MS = 2 * MEDIAN_MS;
/** So many of those that are there join together: one by one, ten thousand would spend hours of virtual time on their upkeep. */
const CROWD = 1 / 20;
/** Two requests a second fill some ten buckets. */
const FILLED_MS = 120_000;

export interface SimulatedNode {
  readonly host: string;
  readonly engine: Disgover;
  readonly transport: CountingTransport;
  readonly isAdversary: boolean;
}

export interface StartOptions {
  readonly nodes: number;
  readonly k: number;
  readonly alpha: number;
  /** Share of nodes whose answers are the lies, once these have begun. */
  readonly adversaries: number;
  readonly hintBytes?: number;
  readonly lies: Lies;
}

export class SimulatedNodes {
  readonly runtime: InstanceType<typeof VirtualRuntime>;
  readonly all: SimulatedNode[] = [];
  readonly #network: InstanceType<typeof SimulatedNetwork>;

  constructor(seed: number) {
    this.runtime = new VirtualRuntime({ seed });
    this.#network = new SimulatedNetwork(this.runtime, { latencyMs: lognormal });
  }

  any(of: readonly SimulatedNode[] = this.all): SimulatedNode {
    return of[this.runtime.integer(of.length)] as SimulatedNode;
  }

  /** Each with a random earlier one as its seed; then until the last have filled their tables. */
  async start(options: StartOptions): Promise<void> {
    const { nodes } = options;
    while (this.all.length < nodes) {
      const before = this.all.length;
      const crowd = Math.min(nodes - before, Math.max(1, Math.floor(before * CROWD)));
      const seeds = Array.from({ length: crowd }, () => (before === 0 ? undefined : this.any()));
      this.all.push(...(await Promise.all(seeds.map((seed, i) => this.#join(before + i, seed, options)))));
      if (Math.floor(before / 100) < Math.floor(this.all.length / 100))
        console.error(`${this.all.length} nodes`);
    }
    await this.runtime.sleep(FILLED_MS);
  }

  async #join(
    index: number,
    seed: SimulatedNode | undefined,
    { k, alpha: concurrency, adversaries, hintBytes, lies }: StartOptions,
  ): Promise<SimulatedNode> {
    const { runtime } = this;
    const host = `node-${index}`;
    const isAdversary = adversaries > 0 && runtime.random() < adversaries;
    const plain = memory({ network: this.#network, host, port: 1 });
    const lying = (target: Key, asker: string) => lies.tell(target, asker);
    const transport = new CountingTransport(isAdversary ? new LyingTransport(plain, lying) : plain);
    const seeds: Contact[] = seed === undefined ? [] : [seed.engine.contact];
    // Ids without keys: what is counted does not depend on who proves what, and a thousand nodes sign for a long time.
    const id = Buffer.from(runtime.randomBytes(20)).toString('base64');
    const options = { k, concurrency, ...(hintBytes !== undefined && { hintBytes }) };
    const engine = await Disgover.start({ id, transport, runtime, seeds, ...options });
    return { host, engine, transport, isAdversary };
  }

  /** These are gone, without a word. */
  crash(nodes: readonly SimulatedNode[]): void {
    for (const { host } of nodes) this.#network.crash(host);
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map(({ engine }) => engine.close()));
  }
}

/** Median `MEDIAN_MS`, sigma 0.5, as round trips of real networks are spread. */
function lognormal(random: () => number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return MEDIAN_MS * Math.exp(0.5 * normal);
}
