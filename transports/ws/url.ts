// What stands in a transport info, as the address that is dialled. The same on Node and in a browser.
import {
  checkHost,
  checkPort,
  checkUrlPath,
  DisgoverError,
  endpoint,
  type TransportInfo,
  typeName,
} from '../../src/plugin.js';

export const DEFAULT_PATH = '/disgover';
/** Named by both sides of an upgrade: what speaks another protocol at the same path is told from a node. */
export const SUBPROTOCOL = 'disgover.v1';

export interface WsAddress {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly tls: boolean;
}

/** @throws DisgoverError `ERR_BAD_URL`, `ERR_BAD_HOST`, `ERR_BAD_PORT`. */
export function addressOf({ host, port, path = DEFAULT_PATH, tls = false }: TransportInfo): WsAddress {
  if (typeof tls !== 'boolean') throw new DisgoverError('BAD_URL', `tls: boolean, got ${typeName(tls)}`);
  return { host: checkHost(host), port: checkPort(port), path: checkUrlPath(path), tls };
}

/** What others dial; what they would assume anyway is left out. */
export function infoOf({ host, port, path, tls }: WsAddress): TransportInfo {
  return Object.freeze({
    type: 'ws',
    host,
    port,
    ...(path !== DEFAULT_PATH && { path }),
    ...(tls && { tls }),
  });
}

export function urlOf({ host, port, path, tls }: WsAddress): string {
  return `${tls ? 'wss' : 'ws'}://${endpoint(host, port)}${path}`;
}
