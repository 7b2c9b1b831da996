// `disgover/transports/memory`: nodes of one process, without sockets.

import {
  checkOptionNames,
  DisgoverError,
  type MemoryNetwork,
  type Transport,
  typeName,
} from '../../src/plugin.js';
import { MemoryTransport } from './memory-transport.js';

export type { Attach, MemoryAddress, MemoryNetwork, Wire, WireEnd } from '../../src/plugin.js';
export { Hub } from './hub.js';

export interface MemoryOptions {
  /** What the nodes meet at: a `Hub`, or a `SimulatedNetwork` of `disgover/testing`. */
  readonly network: MemoryNetwork;
  /** The host that this node is at; partitions and crashes of a simulation are of hosts. Default `127.0.0.1`. */
  readonly host?: string;
  /** 0 to 65535; 0, the default, takes a free one. */
  readonly port?: number;
  /** False for a node that can dial but cannot be dialled, as a browser. Default true. */
  readonly listen?: boolean;
}

/**
 * A transport in memory; others dial it at `{ type: 'memory', host, port }`.
 * @throws DisgoverError `ERR_BAD_OPTION`, `ERR_BAD_HOST`, `ERR_BAD_PORT`
 */
export function memory(options: MemoryOptions): Transport {
  checkOptionNames('memory', options, ['network', 'host', 'port', 'listen']);
  const { network, host = '127.0.0.1', port = 0, listen = true } = options;
  if (typeof network?.connect !== 'function' || typeof network.listeners?.get !== 'function')
    throw badOption(`network must be a Hub, or a SimulatedNetwork, got ${typeName(network)}`);
  if (typeof listen !== 'boolean') throw badOption(`listen must be a boolean, got ${typeName(listen)}`);
  return new MemoryTransport(network, { host, port }, listen);
}

function badOption(detail: string): DisgoverError {
  return new DisgoverError('BAD_OPTION', `memory: ${detail}`);
}
