// The entry `disgover/transports/tcp`.
import type { Transport } from '../../src/plugin.js';
import type { TlsOptions } from '../sockets/tls-options.js';
import { checkOptions } from './check-options.js';
import type { TcpOptions } from './options.js';
import { TcpTransport } from './tcp-transport.js';

export type { TcpOptions, TlsOptions };

/**
 * Links over TCP, encrypted where `tls` is given. Its transport info is `{ type: 'tcp', host, port }`, with `tls: true` where
 * they are: `host` an IP literal or, where `advertise.host` says so, a name. Node only.
 * @throws DisgoverError `ERR_BAD_OPTION`, `ERR_BAD_HOST`, `ERR_BAD_PORT`, `ERR_TLS_KEY_MISMATCH`, `ERR_TLS_EXPIRED`.
 */
export function tcp(options: TcpOptions = {}): Transport {
  return new TcpTransport(checkOptions(options));
}
