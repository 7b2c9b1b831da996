// Accepts links at one path of an HTTP server: its own, or one that is shared with whatever else it serves.
import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { clearImmediate, setImmediate } from 'node:timers';
import { Server as TlsServer } from 'node:tls';
import { WebSocketServer } from 'ws';
import {
  checkPort,
  DisgoverError,
  endpoint,
  isWildcard,
  quote,
  type TransportInfo,
  unmapped,
} from '../../src/plugin.js';
import { closed } from '../sockets/open-sockets.js';
import { refuseOption } from '../sockets/option-checks.js';
import type { CheckedOptions } from './check-options.js';
import { type OnTurnedAway, OwnServer } from './own-server.js';
import { type HttpRefusal, isDirect, judgeUpgrade } from './upgrade.js';
import { infoOf, SUBPROTOCOL } from './url.js';
import { WsLink, webSocketOptions } from './ws-link.js';

const statusTexts = { 400: 'Bad Request', 403: 'Forbidden', 404: 'Not Found' } as const;

export class WsListener {
  readonly #options: CheckedOptions;
  readonly #onLink: (link: WsLink, socket: Socket) => void;
  readonly #onTurnedAway: OnTurnedAway;
  readonly #own: OwnServer | undefined;
  readonly #server: Server;
  readonly #isEncrypted: boolean;
  readonly #upgrades = new WebSocketServer({
    ...webSocketOptions,
    noServer: true,
    clientTracking: false,
    handleProtocols: () => SUBPROTOCOL,
  });
  #binding: Promise<void> | undefined;
  #giveUp: (reason: DisgoverError) => void = () => undefined;
  #isClosed = false;

  /** `onLink` is called within the event that opens a link. */
  constructor(
    options: CheckedOptions,
    onLink: (link: WsLink, socket: Socket) => void,
    onTurnedAway: OnTurnedAway,
  ) {
    this.#options = options;
    this.#onLink = onLink;
    this.#onTurnedAway = onTurnedAway;
    this.#own = options.server ? undefined : new OwnServer(options, onTurnedAway);
    this.#server = options.server ?? (this.#own as OwnServer).server;
    this.#isEncrypted = options.server ? options.server instanceof TlsServer : options.tls !== undefined;
  }

  /**
   * Resolves to what others dial.
   * @throws DisgoverError `ERR_ADDRESS_IN_USE`, `ERR_ADDRESS_NOT_AVAILABLE`, `ERR_BAD_OPTION`, `ERR_CLOSED`.
   */
  async listen(): Promise<TransportInfo> {
    this.#server.on('upgrade', this.#onUpgrade);
    this.#binding = this.#own?.bind(this.#options) ?? this.#ownerBinds();
    await this.#binding;
    if (this.#isClosed) throw closed();
    const { advertise, path } = this.#options;
    const bound = this.#server.address() as AddressInfo | string;
    // A server may also listen on a pipe, which has a name and no port.
    const { address, port } = typeof bound === 'string' ? { address: bound, port: 0 } : bound;
    const host = advertise.host ?? unmapped(address);
    if (isWildcard(host))
      refuseOption('ws: advertise.host', `needed for a server that listens on ${quote(host)}`);
    return infoOf({
      host,
      path,
      tls: this.#isEncrypted,
      ...advertise,
      port: checkPort(advertise.port ?? port),
    });
  }

  /** Stops to accept. Resolves when the own server is gone; links are to be ended by who has them. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#server.off('upgrade', this.#onUpgrade);
    this.#giveUp(closed());
    // A server that is closed before it has bound its port would bind it all the same.
    await this.#binding?.catch(() => undefined);
    await this.#own?.close();
  }

  /**
   * A shared server is told to listen by its owner, before or in the same turn of the event loop: where it is told an IP address, it
   * listens by the end of that. Whether it will ever be told nobody knows.
   */
  async #ownerBinds(): Promise<void> {
    if (this.#server.listening) return;
    const givenUp = new AbortController();
    this.#giveUp = (reason) => givenUp.abort(reason);
    const turn = setImmediate(() => this.#giveUp(notListening()));
    try {
      // Leaves no listener on a server that outlives this transport.
      await once(this.#server, 'listening', { signal: givenUp.signal });
    } catch (cause) {
      throw givenUp.signal.aborted ? givenUp.signal.reason : notAvailable(cause as NodeJS.ErrnoException);
    } finally {
      clearImmediate(turn);
    }
  }

  readonly #onUpgrade = (request: IncomingMessage, socket: Socket, head: Buffer): void => {
    const { path, origins, advertise } = this.#options;
    // At other paths of a shared server it is the business of others, where there are any.
    const isOurs = this.#own !== undefined || this.#server.listenerCount('upgrade') === 1;
    if (request.url !== path && !isOurs) return;
    socket.on('error', () => undefined);
    const refusal = judgeUpgrade(request, {
      path,
      origins,
      advertisedHost: advertise.host,
      isEncrypted: advertise.tls ?? this.#isEncrypted,
    });
    if (refusal) {
      const remote = endpoint(unmapped(socket.remoteAddress ?? ''), socket.remotePort ?? 0);
      if (refusal.reason) this.#onTurnedAway(remote, refusal.reason);
      return answer(socket, refusal);
    }
    this.#upgrades.handleUpgrade(request, socket, head, (webSocket) => {
      this.#own?.release(socket);
      this.#onLink(new WsLink(webSocket, socket, isDirect(request)), socket);
    });
  };
}

function answer(socket: Socket, { status, text }: HttpRefusal): void {
  const body = `${text}\n`;
  const head = [
    `HTTP/1.1 ${status} ${statusTexts[status]}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${body.length}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  socket.destroySoon();
}

function notListening(): DisgoverError {
  return new DisgoverError(
    'BAD_OPTION',
    "ws: server: it does not listen: call its listen(), and wait for 'listening', before the node starts",
  );
}

function notAvailable(cause: NodeJS.ErrnoException): DisgoverError {
  return new DisgoverError('ADDRESS_NOT_AVAILABLE', `the shared server: ${cause.code ?? cause.message}`, {
    cause,
  });
}
