// Seeds that are heard on the local network, by UDP multicast or broadcast. Node only.

import { endpoint } from '../../address/host.js';
import type { BootstrapSource } from '../../contracts/bootstrap-source.js';
import { SeedNews } from '../seed-news.js';
import { Beacon } from './beacon.js';
import { type MulticastOptions, resolveTarget } from './options.js';

export type { MulticastOptions } from './options.js';

/** For the first answers, before it says that there is nobody. */
const FIRST_ANSWERS_MS = 300;

/**
 * The nodes of the group that are heard: each says where it is when it starts, when its addresses or interfaces change and every `intervalMs`, answers
 * who asks, and says goodbye. Others hear it on the same wire only. Packets of a group with a secret are sealed with it, and expire;
 * those of a group without one are believed as far as seeds are: who answers there has to prove who it is.
 * @throws DisgoverError `ERR_BAD_SOURCE`, `ERR_BAD_MULTICAST_GROUP`. Its seeds: `ERR_MULTICAST_FAILED`.
 */
export function multicast(source: string | MulticastOptions): BootstrapSource {
  const target = resolveTarget(source);
  return {
    name: `multicast ${endpoint(target.address, target.port)}`,
    async *seeds(signal, node) {
      const beacon = new Beacon(target, node);
      const news = new SeedNews();
      try {
        await beacon.open();
        await beacon.news(signal, FIRST_ANSWERS_MS);
        while (!signal.aborted) {
          const update = news.of(beacon.seeds());
          if (update !== undefined) yield update;
          await beacon.news(signal, target.intervalMs);
        }
      } finally {
        await beacon.close();
      }
    },
  };
}
