// Listens and dials; what a connected socket carries is the link's business.
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import {
  checkHost,
  checkPort,
  type DialOptions,
  type Link,
  type Transport,
  type TransportInfo,
  unmapped,
} from '../../src/plugin.js';
import { bind } from '../sockets/bind.js';
import { type CheckedTls, systemTrust } from '../sockets/check-tls.js';
import { connect, socketOptions } from '../sockets/connect.js';
import { EndedLink } from '../sockets/ended-link.js';
import { closed, OpenSockets } from '../sockets/open-sockets.js';
import { ONE_NODE, refuseOption } from '../sockets/option-checks.js';
import { TlsDoor } from '../sockets/tls-door.js';
import type { CheckedOptions } from './check-options.js';
import { TcpLink } from './tcp-link.js';

export class TcpTransport implements Transport {
  readonly name = 'tcp';

  readonly #options: CheckedOptions;
  readonly #sockets = new OpenSockets();
  #wasListened = false;
  #server: Server | undefined;
  #listening: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: CheckedOptions) {
    this.#options = options;
  }

  async listen(onLink: (link: Link) => void): Promise<TransportInfo | undefined> {
    this.#checkOpen();
    if (this.#wasListened) refuseOption('tcp', ONE_NODE);
    this.#wasListened = true;
    if (!this.#options.listen) return undefined;
    const { tls, advertise } = this.#options;
    const door = tls && this.#door(tls, onLink);
    const server = createServer(socketOptions, (socket) => {
      this.#sockets.add(socket);
      // Without an address it has gone again while it waited to be accepted.
      if (this.#closing || socket.remoteAddress === undefined) socket.destroy();
      else if (door) door.enter(socket);
      else onLink(this.#link(socket));
    });
    this.#server = server;
    this.#listening = bind(server, this.#options);
    await this.#listening;
    this.#checkOpen();
    const { address, port } = server.address() as AddressInfo;
    return Object.freeze({
      type: 'tcp',
      host: unmapped(address),
      port,
      ...(tls && { tls: true }),
      ...advertise,
    });
  }

  async dial(info: TransportInfo, { signal, guard }: DialOptions): Promise<Link> {
    signal.throwIfAborted();
    this.#checkOpen();
    // Where TLS is on, no contact switches it off.
    const tls = this.#options.tls ?? (info.tls === true ? systemTrust() : undefined);
    const to = { host: checkHost(info.host), port: checkPort(info.port), tls };
    const onSocket = (socket: Socket) => this.#sockets.add(socket);
    return connect(to, { signal, guard, onSocket }, (socket) => this.#link(socket));
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    await this.#sockets.end();
    // A server that is closed before it has bound its port would bind it all the same.
    await this.#listening?.catch(() => undefined);
    const server = this.#server;
    if (server?.listening) await new Promise((resolve) => server.close(resolve));
  }

  #checkOpen(): void {
    if (this.#closing) throw closed();
  }

  #door(tls: CheckedTls, onLink: (link: Link) => void): TlsDoor {
    return new TlsDoor(tls, {
      onSecure: (socket, beneath) => {
        // Both end together; the one to close is the encrypted one, which has a last word.
        this.#sockets.leave(beneath);
        this.#sockets.add(socket);
        onLink(this.#link(socket));
      },
      onTurnedAway: (remote, reason) => {
        if (!this.#closing) onLink(new EndedLink(remote, reason));
      },
    });
  }

  #link(socket: Socket): TcpLink {
    const link = new TcpLink(socket);
    this.#sockets.carries(socket, link);
    return link;
  }
}
