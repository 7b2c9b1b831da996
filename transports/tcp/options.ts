// Options of the factory, checked where they are given and not when the node starts.
import { checkHost, checkPort, isWildcard, quote } from '../../src/plugin.js';
import { checkBoolean, checkFields, refuseOption } from '../sockets/option-checks.js';
import { type CheckedTls, checkTls, type TlsOptions } from '../sockets/tls-options.js';

export interface TcpOptions {
  /**
   * Where to listen: a canonical IP literal of this host, a wildcard (`0.0.0.0`, or `::` for both families), or a name that
   * resolves to one. Default `127.0.0.1`: reachable from this host only.
   */
  readonly host?: string;
  /** Where to listen, 0..65535. Default 0: a free port, which others learn from the node's contact. */
  readonly port?: number;
  /** Default true. False: links are only dialled, and the node cannot be dialled over TCP. */
  readonly listen?: boolean;
  /**
   * What others dial, where it is not what is listened on: behind NAT, a load balancer, in a container. Each default is
   * the bound one; `host` must be given when a wildcard is listened on, since none of several addresses is the right one
   * by rule, and a wrong guess is found late, by others.
   */
  readonly advertise?: { readonly host?: string; readonly port?: number };
  /**
   * Encrypts all links, in both directions: who speaks without TLS is refused. The same in all nodes of a group. Default: not
   * encrypted, but for contacts that ask for it, which are dialled with the authorities that Node.js trusts.
   */
  readonly tls?: TlsOptions;
}

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
