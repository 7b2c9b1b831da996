// Options of the factory. Types alone, and none of Node's: they hold in projects that have no types of it.
import type { TlsOptions } from '../sockets/tls-options.js';

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
