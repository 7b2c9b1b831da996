// An HTTP server that serves nothing but upgrades. What does not get that far is bounded in number, in time and in bytes.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { endpoint, type LinkCloseReason, limits, oldestOfMost, unmapped } from '../../src/plugin.js';
import { bind } from '../sockets/bind.js';
import type { CheckedTls } from '../sockets/check-tls.js';
import { looksLikeTls, speaks } from '../sockets/first-bytes.js';
import { TlsDoor } from '../sockets/tls-door.js';
import type { CheckedOptions } from './check-options.js';

/** Told of who is not let in. */
export type OnTurnedAway = (remote: string, reason: LinkCloseReason) => void;

/** How often the server looks for who is late: what may take 5 s is gone after 6. */
const CHECK_MS = 1_000;

/** For requests that end before they are one. */
const statuses: Record<string, string> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

export class OwnServer {
  readonly server: Server;
  readonly #onTurnedAway: OnTurnedAway;
  /**
   * Sockets that are not upgraded yet, those in the door among them, oldest first. At most twice `limits.unprovedSessions`: the
   * door holds no more, and of the others one goes when another is admitted.
   */
  readonly #strangers = new Set<Socket>();
  #isClosed = false;

  constructor({ path, tls }: CheckedOptions, onTurnedAway: OnTurnedAway) {
    this.#onTurnedAway = onTurnedAway;
    this.server = createServer({
      maxHeaderSize: limits.httpHeaderBytes,
      headersTimeout: limits.handshakeMs,
      requestTimeout: limits.handshakeMs,
      connectionsCheckingInterval: CHECK_MS,
      noDelay: true,
    });
    this.server.maxHeadersCount = limits.httpHeaders;
    this.server.on('request', (_request, response) => answer(response, path));
    this.server.on('clientError', (error, socket) => this.#onClientError(error, socket as Socket));
    if (tls) this.#putBehind(tls);
    else this.server.prependListener('connection', (socket) => this.#admit(socket));
  }

  /** @throws DisgoverError `ERR_ADDRESS_IN_USE`, `ERR_ADDRESS_NOT_AVAILABLE`. */
  bind(at: { readonly host: string; readonly port: number }): Promise<void> {
    return bind(this.server, at);
  }

  /** The socket has become a link. */
  release(socket: Socket): void {
    this.#strangers.delete(socket);
  }

  /** Ends who was not upgraded; resolves when all sockets are gone. */
  close(): Promise<void> {
    this.#isClosed = true;
    for (const socket of this.#strangers) socket.destroy();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  /**
   * What is accepted goes through the door first, and only what it lets through to the server. Not a server of `node:https`,
   * which has no word for who speaks without TLS.
   */
  #putBehind(tls: CheckedTls): void {
    const serve = this.server.listeners('connection');
    this.server.removeAllListeners('connection');
    const door = new TlsDoor(
      tls,
      {
        onSecure: (socket, beneath) => {
          this.release(beneath);
          this.#admit(socket);
          for (const listener of serve) listener.call(this.server, socket);
        },
        onTurnedAway: this.#onTurnedAway,
      },
      { isForHttp: true },
    );
    this.server.on('connection', (socket) => {
      this.#track(socket);
      door.enter(socket);
    });
  }

  #admit(socket: Socket): void {
    if (this.#strangers.size >= limits.unprovedSessions)
      oldestOfMost(this.#strangers, ({ remoteAddress = '' }) => remoteAddress)?.destroy();
    this.#track(socket);
  }

  #track(socket: Socket): void {
    this.#strangers.add(socket);
    socket.once('close', () => this.#strangers.delete(socket));
    // In the door nobody else does: an error that nobody listens to would end the process.
    socket.on('error', () => undefined);
    if (this.#isClosed) socket.destroy();
  }

  #onClientError(error: Error & { code?: string; rawPacket?: Uint8Array }, socket: Socket): void {
    const { code = '', rawPacket } = error;
    const reason = reasonOf(code, rawPacket);
    const remote = endpoint(unmapped(socket.remoteAddress ?? ''), socket.remotePort ?? 0);
    if (reason && socket.remoteAddress !== undefined) this.#onTurnedAway(remote, reason);
    if (!socket.writable) {
      socket.destroy();
      return;
    }
    socket.write(`HTTP/1.1 ${statuses[code] ?? '400 Bad Request'}\r\nConnection: close\r\n\r\n`);
    socket.destroySoon();
  }
}

/** Undefined for a socket that has merely ended. */
function reasonOf(code: string, rawPacket: Uint8Array | undefined): LinkCloseReason | undefined {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return { code: 'HANDSHAKE_TIMEOUT', detail: `no upgrade in ${limits.handshakeMs} ms` };
  }
  if (!code.startsWith('HPE_')) return undefined;
  return rawPacket && speaks(rawPacket) === 'tls'
    ? looksLikeTls
    : { code: 'BAD_MAGIC', detail: `no request of HTTP: ${code}` };
}

function answer(response: ServerResponse<IncomingMessage>, path: string): void {
  response.writeHead(426, {
    Connection: 'Upgrade, close',
    Upgrade: 'websocket',
    'Content-Type': 'text/plain; charset=utf-8',
  });
  response.end(`A disgover node: it speaks WebSocket at ${path}, and nothing else here.\n`);
}
