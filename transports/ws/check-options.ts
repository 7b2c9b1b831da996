// The options of the factory, checked where they are given and not when the node starts.
import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { checkHost, checkPort, checkUrlPath, isWildcard, quote, typeName } from '../../src/plugin.js';
import { type CheckedTls, checkTls } from '../sockets/check-tls.js';
import { checkBoolean, checkFields, refuseOption } from '../sockets/option-checks.js';
import type { WsOptions } from './options.js';
import { DEFAULT_PATH } from './url.js';

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
