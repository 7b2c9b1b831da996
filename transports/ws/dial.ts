// Dials: a connected socket, encrypted or not, and over it the upgrade to WebSocket.
import type { Socket } from 'node:net';
import WebSocket from 'ws';
import { type DialGuard, DisgoverError, endpoint, limits } from '../../src/plugin.js';
import { type CheckedTls, systemTrust } from '../sockets/check-tls.js';
import { connect } from '../sockets/connect.js';
import { isTlsError, tlsFault } from '../sockets/tls-faults.js';
import { SUBPROTOCOL, urlOf, type WsAddress } from './url.js';
import { WsLink, webSocketOptions } from './ws-link.js';

export interface DialSettings {
  readonly signal: AbortSignal;
  readonly guard: DialGuard | undefined;
  /** For all that are dialled. Undefined: for those who ask for TLS, the authorities of Node.js, and no certificate of ours. */
  readonly tls: CheckedTls | undefined;
  /** Told of the socket before it is connected: who owns it may destroy it at any time. */
  readonly onSocket: (socket: Socket) => void;
}

/** @throws DisgoverError `ERR_DIAL_FAILED`, `ERR_TLS_FAILED`, `ERR_CLOSED`; what the guard throws; the signal's reason. */
export async function dial(address: WsAddress, settings: DialSettings): Promise<WsLink> {
  const { host, port } = address;
  // Where TLS is on, no contact switches it off.
  const tls = settings.tls ?? (address.tls ? systemTrust() : undefined);
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
      webSocket.once('unexpected-response', (_request, { statusCode, headers }) =>
        reject(
          failed(
            address,
            headers.upgrade?.startsWith('TLS/') ? LACKS_TLS : `HTTP ${statusCode}: no WebSocket there`,
          ),
        ),
      );
      // Stays for good: it is told of the end of a dial that was given up, too.
      webSocket.on('error', (cause: NodeJS.ErrnoException) => reject(failed(address, cause)));
      webSocket.once('open', () => resolve(new WsLink(webSocket, socket, true)));
    });
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    if (onAbort) signal.removeEventListener('abort', onAbort);
  }
}

/** Of the bytes of HTTP that could not be read. */
type DialError = NodeJS.ErrnoException & { readonly rawPacket?: Uint8Array };

function failed({ host, port }: WsAddress, cause: DialError | string): DisgoverError {
  const at = endpoint(host, port);
  if (typeof cause === 'string') return new DisgoverError('DIAL_FAILED', `${at}: ${cause}`);
  // With TLS 1.3 who dials hears only now what the other end thinks of its certificate.
  if (isTlsError(cause))
    return new DisgoverError('TLS_FAILED', `${at}: ${tlsFault(cause).detail}`, { cause });
  return new DisgoverError('DIAL_FAILED', `${at}: ${whyNot(cause)}`, { cause });
}

const TLS_ALERT = 0x15;
const LACKS_TLS = 'TLS is spoken there, and its address does not say so';

function whyNot({ code, message, rawPacket }: DialError): string {
  if (rawPacket?.[0] === TLS_ALERT) return LACKS_TLS;
  if (code?.startsWith('HPE_')) return 'no HTTP is spoken there';
  if (code !== undefined) return code;
  return message.includes('subprotocol') ? `not a disgover node: no subprotocol ${SUBPROTOCOL}` : message;
}
