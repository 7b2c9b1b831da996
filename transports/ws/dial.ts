// Dials: a connected socket, encrypted or not, and over it the upgrade to WebSocket.
import type { Socket } from 'node:net';
import WebSocket from 'ws';
import { type DialGuard, DisgoverError, endpoint, limits } from '../../src/plugin.js';
import { connect } from '../sockets/connect.js';
import { type CheckedTls, systemTrust } from '../sockets/tls-options.js';
import { SUBPROTOCOL, urlOf, type WsAddress } from './url.js';
import { WsLink, webSocketOptions } from './ws-link.js';

export interface DialSettings {
  readonly signal: AbortSignal;
  readonly guard: DialGuard | undefined;
  /** Undefined: the authorities of Node.js, and no certificate of ours. */
  readonly tls: CheckedTls | undefined;
  /** Told of the socket before it is connected: who owns it may destroy it at any time. */
  readonly onSocket: (socket: Socket) => void;
}

/** @throws DisgoverError `ERR_DIAL_FAILED`, `ERR_TLS_FAILED`, `ERR_CLOSED`; what the guard throws; the signal's reason. */
export async function dial(address: WsAddress, settings: DialSettings): Promise<WsLink> {
  const { host, port } = address;
  const tls = address.tls ? (settings.tls ?? systemTrust()) : undefined;
  return connect({ host, port, tls }, settings, (socket) => upgrade(socket, address, settings.signal));
}

/** Begins within the event that connects the socket. */
async function upgrade(socket: Socket, address: WsAddress, signal: AbortSignal): Promise<WsLink> {
  const webSocket = new WebSocket(urlOf(address), SUBPROTOCOL, {
    ...webSocketOptions,
    // No pool of sockets, and none but this one: a redirect leads nowhere.
    createConnection: () => socket,
    maxHeaderSize: limits.httpHeaderBytes,
  });
  let onAbort: (() => void) | undefined;
  try {
    return await new Promise<WsLink>((resolve, reject) => {
      onAbort = () => reject(signal.reason);
      signal.addEventListener('abort', onAbort);
      webSocket.once('unexpected-response', (_request, { statusCode }) =>
        reject(failed(address, `HTTP ${statusCode}: no WebSocket there`)),
      );
      // Stays for good: it is told of the end of a dial that was given up, too.
      webSocket.on('error', (cause: NodeJS.ErrnoException) => reject(failed(address, whyNot(cause), cause)));
      webSocket.once('open', () => resolve(new WsLink(webSocket, socket, true)));
    });
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    if (onAbort) signal.removeEventListener('abort', onAbort);
  }
}

function failed({ host, port }: WsAddress, why: string, cause?: unknown): DisgoverError {
  return new DisgoverError('DIAL_FAILED', `${endpoint(host, port)}: ${why}`, { cause });
}

const TLS_ALERT = 0x15;

function whyNot(cause: NodeJS.ErrnoException & { readonly rawPacket?: Uint8Array }): string {
  if (cause.rawPacket?.[0] === TLS_ALERT) return 'TLS is spoken there: its address lacks tls';
  if (cause.code?.startsWith('HPE_')) return 'no HTTP is spoken there';
  if (cause.code !== undefined) return cause.code;
  return cause.message.includes('subprotocol')
    ? `not a disgover node: no subprotocol ${SUBPROTOCOL}`
    : cause.message;
}
