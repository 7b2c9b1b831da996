// Whole nodes on a simulated network, in virtual time: one host and one seed of chance for all of a world.

import type { DisgoverOptions } from '../../src/index.js';
import { Disgover } from '../../src/index.js';
import { SimulatedNetwork, type SimulatedNetworkOptions } from '../../src/simulation/network.js';
import { VirtualRuntime } from '../../src/simulation/virtual-runtime.js';
import { memory } from '../../transports/memory/index.js';
import { idOf } from './ids.js';

export type NodeOptions = Partial<Omit<DisgoverOptions, 'transport' | 'runtime'>>;

export interface StartOptions extends NodeOptions {
  /** False for a node that nobody can dial. Default true. */
  readonly listen?: boolean;
  /** Default the memory transport at the host. */
  readonly transport?: DisgoverOptions['transport'];
}

export class SimulatedNodes {
  readonly runtime: VirtualRuntime;
  readonly network: SimulatedNetwork;
  /** Those that were started, by the name of their host. */
  readonly byName = new Map<string, Disgover>();
  readonly #shared: NodeOptions;

  /** `shared`: options of every node. */
  constructor(seed: number, shared: NodeOptions = {}, network: SimulatedNetworkOptions = {}) {
    this.runtime = new VirtualRuntime({ seed });
    this.network = new SimulatedNetwork(this.runtime, network);
    this.#shared = shared;
  }

  get all(): readonly Disgover[] {
    return [...this.byName.values()];
  }

  get(name: string): Disgover {
    const node = this.byName.get(name);
    if (node === undefined) throw new Error(`no node ${name}`);
    return node;
  }

  /** Starts a node at the host `name`, with the id of that name. To be awaited inside of `run`. `seeds`: names of hosts. */
  async start(
    name: string,
    seeds: readonly string[] = [],
    { listen = true, ...options }: StartOptions = {},
  ): Promise<Disgover> {
    const node = await Disgover.start({
      id: idOf(name),
      transport: memory({ network: this.network, host: name, port: PORT, listen }),
      runtime: this.runtime,
      seeds: seeds.map(addressOf),
      ...this.#shared,
      ...options,
    });
    this.byName.set(name, node);
    return node;
  }

  /** Nodes `node-0` to below `count`, one after the other, each with a random earlier one as its seed. */
  async startMany(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      await this.start(`node-${i}`, i === 0 ? [] : [`node-${this.runtime.integer(i)}`]);
    }
  }

  /** One of the nodes, by the world's chance. */
  any(): Disgover {
    return this.all[this.runtime.integer(this.byName.size)] as Disgover;
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((node) => node.close()));
  }

  /**
   * Runs a scenario, closes every node, and checks that nothing of them is left. A failure says the seed that replays it.
   * `maxMs`: of virtual time, default an hour.
   */
  async run(scenario: () => Promise<void>, options: { readonly maxMs?: number } = {}): Promise<void> {
    try {
      await this.runtime.run(async () => {
        try {
          await scenario();
        } finally {
          await this.close();
        }
      }, options);
      await this.runtime.advance(SETTLED_MS);
    } catch (fault) {
      if (fault instanceof Error) fault.message = `seed ${this.runtime.seed}: ${fault.message}`;
      throw fault;
    }
    const { pendingTimers } = this.runtime;
    const { openEnds } = this.network;
    if (pendingTimers + openEnds > 0) {
      throw new Error(`seed ${this.runtime.seed}: left ${pendingTimers} timers, ${openEnds} ends of links`);
    }
  }
}

const PORT = 1;
/** For what is in flight when nodes close. */
const SETTLED_MS = 1_000;

export function addressOf(name: string): string {
  return `memory://${name}:${PORT}`;
}
