// From an accepted socket to an encrypted one. Who does not speak TLS is recognised by the first bytes, told so, and turned away.
import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { endpoint, type LinkCloseReason, limits, oldestOfMost, unmapped } from '../../src/plugin.js';
import type { CheckedTls } from './check-tls.js';
import {
  CLOSE_TLS_REQUIRED,
  HTTP_ANSWER_OF_TLS,
  HTTP_ANSWER_TLS_REQUIRED,
  lacksTls,
  looksLikeHttp,
  speaks,
} from './first-bytes.js';
import { tlsFault } from './tls-faults.js';

export interface TlsDoorHandlers {
  /** The handshake is done, and the other end's certificate is trusted where one is asked for. `beneath` is what was accepted. */
  onSecure(socket: TLSSocket, beneath: Socket): void;
  /** The socket ends by itself. */
  onTurnedAway(remote: string, reason: LinkCloseReason): void;
}

interface Waiting {
  readonly remote: string;
  readonly host: string;
  /** As its listener made it. */
  readonly allowHalfOpen: boolean;
}

export class TlsDoor {
  readonly #handlers: TlsDoorHandlers;
  readonly #isForHttp: boolean;
  /** Does not listen: it is handed the sockets that begin with TLS. */
  readonly #server: Server;
  /** Sockets that are not encrypted yet, oldest first. Bounded by limits.unprovedSessions: beyond it one of a crowd goes. */
  readonly #waiting = new Map<Socket, Waiting>();

  /** `isForHttp`: HTTP is what is spoken here, once it is encrypted. */
  constructor({ server }: CheckedTls, handlers: TlsDoorHandlers, { isForHttp = false } = {}) {
    this.#handlers = handlers;
    this.#isForHttp = isForHttp;
    // No callback of the application's for names or protocols: there is none that could throw within the handshake.
    this.#server = createServer(server);
    this.#server.on('secureConnection', (socket) => this.#onSecure(socket));
    this.#server.on('tlsClientError', (error, socket) => this.#onTlsError(error, socket));
  }

  /** Takes over a socket that nothing was read from. It has limits.handshakeMs to say something, and as long to agree on TLS. */
  enter(socket: Socket): void {
    const host = unmapped(socket.remoteAddress ?? '');
    const remote = endpoint(host, socket.remotePort ?? 0);
    this.#waiting.set(socket, { remote, host, allowHalfOpen: socket.allowHalfOpen });
    socket.once('close', () => this.#waiting.delete(socket));
    if (this.#waiting.size > limits.unprovedSessions) {
      const [one] = oldestOfMost(this.#waiting, ([, waiting]) => waiting.host) ?? [];
      const detail = `more than ${limits.unprovedSessions} not encrypted yet`;
      if (one) this.#turnAway(one, { code: 'TOO_MANY_SESSIONS', detail });
    }
    const onSilence = () =>
      this.#turnAway(socket, {
        code: 'HANDSHAKE_TIMEOUT',
        detail: `nothing said in ${limits.handshakeMs} ms`,
      });
    socket.setTimeout(limits.handshakeMs, onSilence);
    socket.once('readable', () => {
      socket.setTimeout(0, onSilence);
      this.#onFirstBytes(socket, socket.read());
    });
  }

  /** One read decides: to wait for more would need a deadline that does not start anew with each byte. */
  #onFirstBytes(socket: Socket, bytes: Buffer | null): void {
    if (bytes === null) {
      socket.destroy();
      return;
    }
    const said = speaks(bytes);
    if (said === 'tls') this.#shakeHands(socket, bytes);
    else if (said === 'frames')
      this.#turnAway(socket, { code: 'TLS_REQUIRED', detail: 'a frame without TLS' }, CLOSE_TLS_REQUIRED);
    else if (said === 'http' && this.#isForHttp) this.#turnAway(socket, lacksTls, HTTP_ANSWER_TLS_REQUIRED);
    else if (said === 'http') this.#turnAway(socket, looksLikeHttp, HTTP_ANSWER_OF_TLS);
    else this.#turnAway(socket, { code: 'BAD_MAGIC', detail: 'neither TLS nor a frame' });
  }

  #shakeHands(socket: Socket, bytes: Buffer): void {
    // Before the one that forgets it. What is not told otherwise: the other end left, or this one did for its certificate.
    socket.prependOnceListener('close', () => {
      const detail = 'ended in the handshake, as when one end does not trust the other';
      this.#report(socket, { code: 'TLS_FAILED', detail });
    });
    // Who ends in the middle of it ends it all.
    socket.allowHalfOpen = false;
    socket.unshift(bytes);
    this.#server.emit('connection', socket);
  }

  #onSecure(socket: TLSSocket): void {
    // An error that nobody listens to would end the process.
    socket.on('error', () => undefined);
    const beneath = this.#beneath(socket);
    if (!beneath) {
      socket.destroy();
      return;
    }
    socket.allowHalfOpen = this.#waiting.get(beneath)?.allowHalfOpen ?? false;
    this.#waiting.delete(beneath);
    this.#handlers.onSecure(socket, beneath);
  }

  #onTlsError(error: Error, socket: TLSSocket): void {
    const beneath = this.#beneath(socket);
    if (beneath) this.#report(beneath, tlsFault(error));
    socket.destroy();
  }

  #turnAway(socket: Socket, reason: LinkCloseReason, answer?: Uint8Array): void {
    this.#report(socket, reason);
    if (!answer) {
      socket.destroy();
      return;
    }
    socket.write(answer);
    socket.destroySoon();
  }

  /** Once for each, and not for those who were let in. */
  #report(socket: Socket, { code, detail = '' }: LinkCloseReason): void {
    const waiting = this.#waiting.get(socket);
    if (waiting && this.#waiting.delete(socket))
      this.#handlers.onTurnedAway(waiting.remote, { code, detail });
  }

  /** What an encrypted socket was made of: both tell the same addresses, as long as they are open. */
  #beneath(socket: TLSSocket): Socket | undefined {
    for (const waiting of this.#waiting.keys()) {
      const isSame =
        waiting.remotePort === socket.remotePort &&
        waiting.remoteAddress === socket.remoteAddress &&
        waiting.localAddress === socket.localAddress;
      if (isSame && socket.remotePort !== undefined) return waiting;
    }
    return undefined;
  }
}
