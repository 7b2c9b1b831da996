// An HTTP server that serves nothing but upgrades. What does not get that far is bounded in number, in time and in bytes.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { DisgoverError, endpoint, limits } from '../../src/plugin.js';
import type { CheckedOptions } from './options.js';

/** How often the server looks for who is late: what may take 5 s is gone after 6. */
const CHECK_MS = 1_000;

export class OwnServer {
  readonly server: Server;
  /** Sockets that are not upgraded yet, oldest first. At most `limits.unprovedSessions`. */
  readonly #strangers = new Set<Socket>();

  constructor({ path, tls }: CheckedOptions) {
    const settings = {
      maxHeaderSize: limits.httpHeaderBytes,
      headersTimeout: limits.handshakeMs,
      requestTimeout: limits.handshakeMs,
      connectionsCheckingInterval: CHECK_MS,
      noDelay: true,
    };
    const onRequest = (_request: IncomingMessage, response: ServerResponse) => {
      response.writeHead(426, {
        Connection: 'Upgrade, close',
        Upgrade: 'websocket',
        'Content-Type': 'text/plain; charset=utf-8',
      });
      response.end(`A disgover node: it speaks WebSocket at ${path}, and nothing else here.\n`);
    };
    this.server = tls
      ? createTlsServer({ ...settings, ...tls.server }, onRequest)
      : createServer(settings, onRequest);
    this.server.maxHeadersCount = limits.httpHeaders;
    this.server.on('connection', (socket) => this.#admit(socket));
  }

  /** @throws DisgoverError `ERR_ADDRESS_IN_USE`, `ERR_ADDRESS_NOT_AVAILABLE`. */
  bind({ host, port }: { readonly host: string; readonly port: number }): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('listening', resolve);
      // Stays for good: a server also tells of connections that it could not accept, for want of file descriptors.
      this.server.on('error', (cause: NodeJS.ErrnoException) => {
        const code = cause.code === 'EADDRINUSE' ? 'ADDRESS_IN_USE' : 'ADDRESS_NOT_AVAILABLE';
        reject(new DisgoverError(code, `${endpoint(host, port)}: ${cause.code ?? cause.message}`, { cause }));
      });
      this.server.listen({ host, port });
    });
  }

  /** The socket has become a link. */
  release(socket: Socket): void {
    this.#strangers.delete(socket);
  }

  /** Ends who was not upgraded; resolves when all sockets are gone. */
  close(): Promise<void> {
    for (const socket of this.#strangers) socket.destroy();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  #admit(socket: Socket): void {
    const [oldest] = this.#strangers;
    if (this.#strangers.size >= limits.unprovedSessions) oldest?.destroy();
    this.#strangers.add(socket);
    socket.once('close', () => this.#strangers.delete(socket));
  }
}
