// Options of the factory, checked where they are given and not when the node starts.
import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { checkHost, checkPort, checkUrlPath, isWildcard, quote, typeName } from '../../src/plugin.js';
import { checkBoolean, checkFields, refuseOption } from '../sockets/option-checks.js';
import { type CheckedTls, checkTls, type TlsOptions } from '../sockets/tls-options.js';
import { DEFAULT_PATH } from './url.js';

export interface WsOptions {
  /**
   * Where to listen: a canonical IP literal of this host, a wildcard (`0.0.0.0`, or `::` for both families), or a name that
   * resolves to one. Default `127.0.0.1`: reachable from this host only.
   */
  readonly host?: string;
  /** Where to listen, 0..65535. Default 0: a free port, which others learn from the node's contact. */
  readonly port?: number;
  /** Default true. False: links are only dialled, and the node cannot be dialled over WebSocket. In a browser always false. */
  readonly listen?: boolean;
  /** Where links are accepted: `/` and at most 127 characters of `A-Z a-z 0-9 . _ ~ / -`. Default `/disgover`. */
  readonly path?: string;
  /**
   * What others dial, where it is not what is listened on: behind NAT, a proxy that speaks TLS, in a container. Each default is
   * the bound one; `host` must be given when a wildcard is listened on.
   */
  readonly advertise?: {
    readonly host?: string;
    readonly port?: number;
    readonly path?: string;
    readonly tls?: boolean;
  };
  /**
   * Pages that may open links, by their origin: `https://app.example`; `'*'` for all. Default: none but pages of the very host
   * and port that are dialled, where that host is an IP literal, `localhost` or the advertised one. Any page that a user of this
   * machine visits can reach its loopback addresses: what is allowed here is allowed to act as a node. Requests without an
   * origin, as nodes send them, are not asked for it.
   */
  readonly origins?: readonly string[];
  /**
   * A server to share, of `node:http` or `node:https`: links are accepted at `path` of it, whatever else it serves. It is
   * listened on, timed out and closed by its owner; `host` and `port` are its own.
   */
  readonly server?: HttpServer | HttpsServer;
  /**
   * Keys and certificates. The own server then speaks TLS, and nothing else; others are dialled with these where their address
   * says `tls`. Default: not encrypted, and who wants TLS is dialled with the authorities that Node.js trusts.
   */
  readonly tls?: TlsOptions;
}

export interface CheckedOptions {
  readonly host: string;
  readonly port: number;
  readonly listen: boolean;
  readonly path: string;
  readonly advertise: {
    readonly host?: string;
    readonly port?: number;
    readonly path?: string;
    readonly tls?: boolean;
  };
  /** In lower case, as browsers write them. As many as were given. */
  readonly origins: ReadonlySet<string>;
  readonly server: HttpServer | HttpsServer | undefined;
  readonly tls: CheckedTls | undefined;
}

const known = ['host', 'port', 'listen', 'path', 'advertise', 'origins', 'server', 'tls'];
/** `null`, which many pages share, is none. */
const origin = /^(?:\*|[a-z][a-z0-9+.-]*:\/\/[^\s/?#@]+)$/;

function checkAdvertise(advertise: NonNullable<WsOptions['advertise']>): CheckedOptions['advertise'] {
  checkFields('ws: advertise', advertise, ['host', 'port', 'path', 'tls']);
  const { port, path, tls } = advertise;
  const host = advertise.host === undefined ? undefined : checkHost(advertise.host);
  if (host !== undefined && isWildcard(host))
    refuseOption('ws: advertise.host', `not a wildcard, got ${quote(host)}`);
  return {
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port: checkPort(port) }),
    ...(path !== undefined && { path: checkUrlPath(path) }),
    ...(tls !== undefined && { tls: checkBoolean('ws: advertise.tls', tls) }),
  };
}

function checkOrigins(origins: unknown): ReadonlySet<string> {
  if (!Array.isArray(origins)) refuseOption('ws: origins', `array, got ${typeName(origins)}`);
  return new Set(
    (origins as unknown[]).map((one) => {
      const lower = typeof one === 'string' ? one.toLowerCase() : '';
      if (origin.test(lower)) return lower;
      return refuseOption(
        'ws: origins',
        `'*' or as https://app.example, got ${typeof one === 'string' ? quote(one) : typeName(one)}`,
      );
    }),
  );
}

function checkServer(server: unknown, { host, port, listen }: WsOptions): CheckedOptions['server'] {
  if (server === undefined) return undefined;
  const { on, address } = Object(server) as { readonly on?: unknown; readonly address?: unknown };
  if (typeof on !== 'function' || typeof address !== 'function') {
    refuseOption('ws: server', `a server of node:http or node:https, got ${typeName(server)}`);
  }
  for (const [name, value] of Object.entries({ host, port, listen })) {
    if (value !== undefined) refuseOption(`ws: ${name}`, 'not together with server, which has its own');
  }
  return server as HttpServer;
}

/** @throws DisgoverError `ERR_BAD_OPTION`, `ERR_BAD_HOST`, `ERR_BAD_PORT`, `ERR_BAD_URL`. */
export function checkOptions(options: WsOptions): CheckedOptions {
  checkFields('ws: options', options, known);
  const {
    host = '127.0.0.1',
    port = 0,
    listen = true,
    path = DEFAULT_PATH,
    advertise = {},
    origins = [],
    tls,
  } = options;
  checkBoolean('ws: listen', listen);
  const checked = {
    host: checkHost(host),
    port: port === 0 ? port : checkPort(port),
    listen,
    path: checkUrlPath(path),
    advertise: checkAdvertise(advertise),
    origins: checkOrigins(origins),
    server: checkServer(options.server, options),
    // A shared server has its own certificate, if any.
    tls: tls && checkTls('ws', tls, { listens: listen && options.server === undefined }),
  };
  if (listen && isWildcard(checked.host) && checked.advertise.host === undefined) {
    refuseOption('ws: advertise.host', `needed when listening on ${quote(host)}`);
  }
  return checked;
}
