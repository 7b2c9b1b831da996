// EndpointSlices as they are now, and the seeds in them. Only what stands in a slice is a seed: the address of a service, behind which
// sits whoever is chosen at the moment, never is.

import { endpoint } from '../../address/host.js';
import { canonicalIp } from '../../address/ip.js';
import type { Runtime } from '../../contracts/runtime.js';
import { DisgoverError } from '../../errors.js';
import { shuffled } from '../../runtime/random.js';
import type { ResolvedKubernetesOptions } from './options.js';

/** Of v1 and v1beta1 alike; what is used of it, none of it checked. */
export interface EndpointSlice {
  readonly metadata?: { readonly name?: unknown; readonly resourceVersion?: unknown };
  readonly endpoints?: unknown;
  readonly ports?: unknown;
}

interface Endpoint {
  readonly addresses?: unknown;
  readonly conditions?: { readonly ready?: unknown; readonly terminating?: unknown } | null;
}

interface SlicePort {
  readonly name?: unknown;
  readonly port?: unknown;
}

const MOST_SLICES = 1_000;
const DEFAULT_PORT_NAME = 'disgover';

export class Slices {
  // Bounded by MOST_SLICES.
  #byName = new Map<string, EndpointSlice>();

  replace(slices: readonly EndpointSlice[]): void {
    this.#byName = new Map();
    for (const slice of slices) this.put(slice);
  }

  put(slice: EndpointSlice): void {
    const name = nameOf(slice);
    if (this.#byName.has(name) || this.#byName.size < MOST_SLICES) this.#byName.set(name, slice);
  }

  remove(slice: EndpointSlice): void {
    this.#byName.delete(nameOf(slice));
  }

  /**
   * Those that are ready in an order of chance, then those that are not, where these count. What ends is left out.
   * @throws DisgoverError `ERR_K8S_NO_PORT` when there are endpoints, and no port.
   */
  seeds(
    { port, notReady }: Pick<ResolvedKubernetesOptions, 'port' | 'notReady'>,
    scheme: string,
    runtime: Runtime,
  ): string[] {
    const seeds = { ready: new Set<string>(), notReady: new Set<string>() };
    const names = new Set<string>();
    for (const slice of this.#byName.values()) {
      const found = portOf(slice, port);
      if (found === undefined && endpointsOf(slice).length > 0)
        for (const name of portNames(slice)) names.add(name);
      if (found === undefined) continue;
      for (const { addresses, conditions } of endpointsOf(slice)) {
        if (conditions?.terminating === true || !Array.isArray(addresses)) continue;
        // A condition that is not told counts as met.
        const state = conditions?.ready === false ? seeds.notReady : seeds.ready;
        for (const address of addresses) {
          const host = typeof address === 'string' ? canonicalIp(address) : undefined;
          if (host !== undefined) state.add(`${scheme}://${endpoint(host, found)}`);
        }
      }
    }
    if (seeds.ready.size + seeds.notReady.size === 0 && names.size > 0) throw noPort(port, [...names]);
    const ready = shuffled(runtime, [...seeds.ready]);
    if (ready.length > 0 && !notReady) return ready;
    return [
      ...ready,
      ...shuffled(
        runtime,
        [...seeds.notReady].filter((seed) => !seeds.ready.has(seed)),
      ),
    ];
  }
}

function nameOf({ metadata }: EndpointSlice): string {
  return String(metadata?.name);
}

function endpointsOf({ endpoints }: EndpointSlice): readonly Endpoint[] {
  return listOf<Endpoint>(endpoints);
}

function portNames({ ports }: EndpointSlice): string[] {
  const names = listOf<SlicePort>(ports).map(({ name }) => String(name ?? ''));
  return names.length > 0 ? names : ['none'];
}

function portOf({ ports }: EndpointSlice, wanted: string | number | undefined): number | undefined {
  if (typeof wanted === 'number') return wanted;
  const all = listOf<SlicePort>(ports);
  const named = all.find(({ name }) => name === (wanted ?? DEFAULT_PORT_NAME));
  const found = (named ?? (wanted === undefined && all.length === 1 ? all[0] : undefined))?.port;
  return typeof found === 'number' ? found : undefined;
}

/** The objects in what should be an array; `null` stands for an empty one. */
function listOf<Item extends object>(value: unknown): readonly Item[] {
  return Array.isArray(value)
    ? value.filter((item): item is Item => typeof item === 'object' && item !== null)
    : [];
}

function noPort(wanted: string | number | undefined, names: readonly string[]): DisgoverError {
  const what =
    wanted === undefined ? `several ports and none named ${DEFAULT_PORT_NAME}` : `no port named ${wanted}`;
  return new DisgoverError(
    'K8S_NO_PORT',
    `the EndpointSlices have ${what}; there are: ${names.join(', ')}: ?port=NAME or a number`,
  );
}
