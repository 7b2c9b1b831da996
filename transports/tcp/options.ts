// Options of the factory, checked where they are given and not when the node starts.
import { checkHost, checkPort, DisgoverError, isWildcard, quote, typeName } from '../../src/plugin.js';

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
}

export interface CheckedOptions {
  readonly host: string;
  readonly port: number;
  readonly listen: boolean;
  readonly advertise: { readonly host?: string; readonly port?: number };
}

function refuse(option: string, wanted: string): never {
  throw new DisgoverError('BAD_OPTION', `tcp: ${option}: ${wanted}`);
}

function checkFields(name: string, value: unknown, known: readonly string[]): void {
  if (typeName(value) !== 'object') refuse(name, `object, got ${typeName(value)}`);
  for (const key of Object.keys(value as object)) {
    if (!known.includes(key)) refuse(name, `unknown option ${quote(key)}; known: ${known.join(', ')}`);
  }
}

function checkAdvertise(advertise: NonNullable<TcpOptions['advertise']>): CheckedOptions['advertise'] {
  checkFields('advertise', advertise, ['host', 'port']);
  const { port } = advertise;
  const host = advertise.host === undefined ? undefined : checkHost(advertise.host);
  if (host !== undefined && isWildcard(host)) refuse('advertise.host', `not a wildcard, got ${quote(host)}`);
  return {
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port: checkPort(port) }),
  };
}

/** @throws DisgoverError `ERR_BAD_OPTION`, `ERR_BAD_HOST`, `ERR_BAD_PORT`. */
export function checkOptions(options: TcpOptions): CheckedOptions {
  checkFields('options', options, ['host', 'port', 'listen', 'advertise']);
  const { host = '127.0.0.1', port = 0, listen = true, advertise = {} } = options;
  if (typeof listen !== 'boolean') refuse('listen', `boolean, got ${typeName(listen)}`);
  const checked = {
    host: checkHost(host),
    port: port === 0 ? port : checkPort(port),
    listen,
    advertise: checkAdvertise(advertise),
  };
  if (listen && isWildcard(checked.host) && checked.advertise.host === undefined) {
    refuse('advertise.host', `needed when listening on ${quote(host)}`);
  }
  return checked;
}
