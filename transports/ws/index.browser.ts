// The entry `disgover/transports/ws` for browsers: the same function, and links that are only dialled.
import { DisgoverError, type Transport, typeName } from '../../src/plugin.js';
import type { WsOptions } from './options.js';
import { WsTransport } from './ws-transport.browser.js';

export type { WsOptions };

/**
 * Links over the platform's WebSocket, to nodes that listen with `ws()` on Node. Nobody can dial a browser: `listen()` gives no
 * address. The only option is `listen: false`, which is so without it. Addresses are dialled with `wss:` where they say `tls`; a
 * page that came over https can dial no others, but those of its own machine.
 * @throws DisgoverError `ERR_BAD_OPTION` for any other option.
 */
export function ws(options: WsOptions = {}): Transport {
  if (typeName(options) !== 'object') refuse('options', `object, got ${typeName(options)}`);
  for (const [name, value] of Object.entries(options)) {
    const isHarmless = value === undefined || (name === 'listen' && value === false);
    if (!isHarmless) refuse(name, 'not in a browser, where links are only dialled');
  }
  return new WsTransport();
}

function refuse(option: string, why: string): never {
  throw new DisgoverError('BAD_OPTION', `ws: ${option}: ${why}`);
}
