// The entry `disgover/transports/tcp`.
import type { Transport } from '../../src/plugin.js';
import { checkOptions, type TcpOptions } from './options.js';
import { TcpTransport } from './tcp-transport.js';

export type { TcpOptions };

/**
 * Links over TCP, not encrypted. Its transport info is `{ type: 'tcp', host, port }`: `host` an IP literal or, where
 * `advertise.host` says so, a name. Node only.
 * @throws DisgoverError `ERR_BAD_OPTION`, `ERR_BAD_HOST`, `ERR_BAD_PORT`.
 */
export function tcp(options: TcpOptions = {}): Transport {
  return new TcpTransport(checkOptions(options));
}
