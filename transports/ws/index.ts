// The entry `disgover/transports/ws`.
import type { Transport } from '../../src/plugin.js';
import { checkOptions } from './check-options.js';
import type { WsOptions } from './options.js';
import { WsTransport } from './ws-transport.js';

export type { WsOptions };

/**
 * Links over WebSocket. Its transport info is `{ type: 'ws', host, port, path?, tls? }`: `path` where it is not `/disgover`,
 * `tls: true` for `wss:`. In a browser the same function only dials.
 * @throws DisgoverError `ERR_BAD_OPTION`, `ERR_BAD_HOST`, `ERR_BAD_PORT`, `ERR_BAD_URL`.
 */
export function ws(options: WsOptions = {}): Transport {
  return new WsTransport(checkOptions(options));
}
