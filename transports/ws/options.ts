// Options of the factory. Types alone, and none of Node's: projects for browsers read them, too.
import type { TlsOptions } from '../sockets/tls-options.js';

/** A server of `node:http` or `node:https`, by what sets it apart from other objects. */
export interface SharedServer {
  readonly listening: boolean;
  maxHeadersCount: number | null;
  address(): unknown;
  closeAllConnections(): void;
}

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
   * listened on, timed out and closed by its owner; `host` and `port` are its own. It listens before the node starts, or is being
   * bound to an IP address: else the start rejects with `ERR_BAD_OPTION`.
   */
  readonly server?: SharedServer;
  /**
   * Keys and certificates. The own server then speaks TLS, and nothing else; others are dialled with these where their address
   * says `tls`. Default: not encrypted, and who wants TLS is dialled with the authorities that Node.js trusts.
   */
  readonly tls?: TlsOptions;
}
