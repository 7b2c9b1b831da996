// Listens at an address of a network in memory, dials others there, and knows the links that are open.

import {
  type Attach,
  DisgoverError,
  type Link,
  type MemoryAddress,
  type MemoryNetwork,
  quote,
  type Transport,
  type TransportInfo,
  typeName,
  type Wire,
} from '../../src/plugin.js';
import { MemoryLink } from './memory-link.js';

/** Ports for those who do not care are looked for from here. */
const FIRST_PORT = 1_024;
const LAST_PORT = 65_535;

export class MemoryTransport implements Transport {
  readonly name = 'memory';
  readonly #network: MemoryNetwork;
  readonly #doesListen: boolean;
  /** Where dials come from. The port is 0 as long as nobody listens there. */
  #address: MemoryAddress;
  #accept: Attach | undefined;
  /** As many as the engine keeps: each is taken out when it ends. */
  readonly #links = new Set<MemoryLink>();
  /** What gives up each dial, with a reason: as many as the engine has under way. */
  readonly #dials = new Set<(reason: unknown) => void>();
  #wasListened = false;
  #isClosed = false;

  constructor(network: MemoryNetwork, at: MemoryAddress, doesListen: boolean) {
    this.#network = network;
    this.#address = addressOf(at, 0);
    this.#doesListen = doesListen;
  }

  async listen(onLink: (link: Link) => void): Promise<TransportInfo | undefined> {
    if (this.#isClosed) throw closed();
    if (this.#wasListened)
      throw new DisgoverError('BAD_OPTION', 'memory: one instance serves one node, make one for each');
    this.#wasListened = true;
    if (!this.#doesListen) return undefined;
    const address = free(this.#network, this.#address);
    this.#address = address;
    this.#accept = (wire) => {
      const link = this.#attach(wire);
      onLink(link);
      return link;
    };
    this.#network.listeners.set(`${address.host}:${address.port}`, this.#accept);
    return { type: this.name, ...address };
  }

  async dial(info: TransportInfo, { signal }: { readonly signal: AbortSignal }): Promise<Link> {
    if (this.#isClosed) throw closed();
    signal.throwIfAborted();
    const to = addressOf(info, 1);
    const from = this.#doesListen ? this.#address : { ...this.#address, port: 0 };
    return new Promise((resolve, reject) => {
      const settled = () => {
        signal.removeEventListener('abort', abort);
        this.#dials.delete(giveUp);
      };
      const connected = (wire: Wire) => {
        settled();
        const link = this.#attach(wire);
        resolve(link);
        return link;
      };
      const refused = () => {
        settled();
        reject(new DisgoverError('DIAL_FAILED', `nobody accepts links at ${to.host}:${to.port}`));
      };
      const cancel = this.#network.connect(from, to, connected, refused);
      const giveUp = (reason: unknown) => {
        settled();
        cancel();
        reject(reason);
      };
      const abort = () => giveUp(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      this.#dials.add(giveUp);
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const key = `${this.#address.host}:${this.#address.port}`;
    // Not that of another: an address whose host crashed may have a new owner.
    if (this.#network.listeners.get(key) === this.#accept) this.#network.listeners.delete(key);
    for (const giveUp of this.#dials) giveUp(closed());
    for (const link of this.#links) link.close();
    // The owners of the links are told in microtasks that stand before this one.
    await Promise.resolve();
  }

  // Shared by all links: functions made by a dial would keep its signal for as long as its link.
  readonly #attach = (wire: Wire): MemoryLink => {
    const link = new MemoryLink(wire, this.#forget);
    this.#links.add(link);
    return link;
  };

  readonly #forget = (link: MemoryLink): void => {
    this.#links.delete(link);
  };
}

function closed(): DisgoverError {
  return new DisgoverError('CLOSED', 'the transport is closed');
}

/** @throws DisgoverError `ERR_BAD_HOST`, `ERR_BAD_PORT` */
function addressOf(
  { host, port }: { readonly host?: unknown; readonly port?: unknown },
  lowest: number,
): MemoryAddress {
  if (typeof host !== 'string' || !/^[\w.:-]{1,253}$/.test(host)) {
    throw new DisgoverError(
      'BAD_HOST',
      typeof host === 'string' ? quote(host) : `expected string, got ${typeName(host)}`,
    );
  }
  if (typeof port !== 'number' || !Number.isInteger(port) || port < lowest || port > LAST_PORT) {
    const got = typeof port === 'number' ? port : typeName(port);
    throw new DisgoverError('BAD_PORT', `expected an integer from ${lowest} to ${LAST_PORT}, got ${got}`);
  }
  return { host, port };
}

/** @throws DisgoverError `ERR_ADDRESS_IN_USE` */
function free({ listeners }: MemoryNetwork, { host, port }: MemoryAddress): MemoryAddress {
  const isFree = (candidate: number) => !listeners.has(`${host}:${candidate}`);
  if (port !== 0) {
    if (isFree(port)) return { host, port };
    throw new DisgoverError('ADDRESS_IN_USE', `${host}:${port}`);
  }
  // From where a free port is likely: the many nodes of a test at one host do not each look at all of the others' ports.
  const count = LAST_PORT - FIRST_PORT + 1;
  for (let step = 0; step < count; step++) {
    const candidate = FIRST_PORT + ((listeners.size + step) % count);
    if (isFree(candidate)) return { host, port: candidate };
  }
  throw new DisgoverError('ADDRESS_IN_USE', `every port of ${host}`);
}
