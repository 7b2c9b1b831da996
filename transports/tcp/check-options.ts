// The options of the factory, checked where they are given and not when the node starts.
import { checkHost, checkPort, isWildcard, quote } from '../../src/plugin.js';
import { type CheckedTls, checkTls } from '../sockets/check-tls.js';
import { checkBoolean, checkFields, refuseOption } from '../sockets/option-checks.js';
import type { TcpOptions } from './options.js';

export interface CheckedOptions {
  readonly host: string;
  readonly port: number;
  readonly listen: boolean;
  readonly advertise: { readonly host?: string; readonly port?: number };
  readonly tls: CheckedTls | undefined;
}

function checkAdvertise(advertise: NonNullable<TcpOptions['advertise']>): CheckedOptions['advertise'] {
  checkFields('tcp: advertise', advertise, ['host', 'port']);
  const { port } = advertise;
  const host = advertise.host === undefined ? undefined : checkHost(advertise.host);
  if (host !== undefined && isWildcard(host))
    refuseOption('tcp: advertise.host', `not a wildcard, got ${quote(host)}`);
  return {
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port: checkPort(port) }),
  };
}

/** @throws DisgoverError `ERR_BAD_OPTION`, `ERR_BAD_HOST`, `ERR_BAD_PORT`, `ERR_TLS_KEY_MISMATCH`, `ERR_TLS_EXPIRED`. */
export function checkOptions(options: TcpOptions): CheckedOptions {
  checkFields('tcp: options', options, ['host', 'port', 'listen', 'advertise', 'tls']);
  const { host = '127.0.0.1', port = 0, listen = true, advertise = {}, tls } = options;
  checkBoolean('tcp: listen', listen);
  const checked = {
    host: checkHost(host),
    port: port === 0 ? port : checkPort(port),
    listen,
    advertise: checkAdvertise(advertise),
    tls: tls === undefined ? undefined : checkTls('tcp', tls, { listens: listen }),
  };
  if (listen && isWildcard(checked.host) && checked.advertise.host === undefined) {
    refuseOption('tcp: advertise.host', `needed when listening on ${quote(host)}`);
  }
  return checked;
}
