// From an address to a connected socket, encrypted or not; what is sent over it is the transport's business.
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type DialGuard, DisgoverError, endpoint, isLiteral } from '../../src/plugin.js';
import type { CheckedTls } from './check-tls.js';
import { guardedLookup } from './guarded-lookup.js';
import { tlsFault } from './tls-faults.js';

export interface Destination {
  /** Checked by `checkHost`. */
  readonly host: string;
  readonly port: number;
  /** Absent: not encrypted. */
  readonly tls?: CheckedTls | undefined;
}

export interface ConnectOptions {
  readonly signal: AbortSignal;
  readonly guard?: DialGuard | undefined;
  /** Told of the socket before it is connected: who owns it may destroy it at any time. */
  readonly onSocket?: (socket: Socket) => void;
}

/** The end of a stream is answered by its owner, who has bytes to send before its own. */
export const socketOptions = { allowHalfOpen: true, noDelay: true } as const;

/**
 * Resolves to what `onConnected` makes of the socket. It is called within the event, so that nothing which the socket tells from
 * then on is missed. Certificates are always verified.
 * @throws DisgoverError `ERR_DIAL_FAILED`, `ERR_TLS_FAILED`, `ERR_CLOSED` when the owner destroys the socket; what the guard
 * throws; the signal's reason.
 */
export async function connect<T>(
  to: Destination,
  { signal, guard, onSocket }: ConnectOptions,
  onConnected: (socket: Socket) => T,
): Promise<T> {
  signal.throwIfAborted();
  if (!isLiteral(to.host)) guard?.checkName(to.host);
  else guard?.checkAddress(to.host, to.port);
  const socket = open(to, guard);
  let error: Error | undefined;
  // From its first moment to its last: an error that nobody listens to would end the process.
  socket.on('error', (first) => {
    error ??= first;
  });
  onSocket?.(socket);
  let onAbort: (() => void) | undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      onAbort = () => reject(signal.reason);
      signal.addEventListener('abort', onAbort);
      let isConnected = false;
      const onClose = () => reject(failure(to, error, isConnected));
      socket.once('close', onClose);
      socket.once('connect', () => {
        isConnected = true;
      });
      socket.once(to.tls ? 'secureConnect' : 'connect', () => {
        socket.off('close', onClose);
        resolve(onConnected(socket));
      });
    });
  } catch (fault) {
    socket.destroy();
    throw fault;
  } finally {
    if (onAbort) signal.removeEventListener('abort', onAbort);
  }
}

function open({ host, port, tls }: Destination, guard: DialGuard | undefined): Socket {
  const to = { ...socketOptions, host, port, ...(guard && { lookup: guardedLookup(guard, port) }) };
  if (!tls) return connectPlain(to);
  const { secureContext, servername = isLiteral(host) ? undefined : host } = tls;
  const options = {
    ...to,
    secureContext,
    ...(servername !== undefined && { servername }),
    // Said, since the environment could switch it off otherwise.
    rejectUnauthorized: true,
  };
  return connectTls(options).setNoDelay(socketOptions.noDelay);
}

function failure(
  { host, port }: Destination,
  error: NodeJS.ErrnoException | undefined,
  isConnected: boolean,
): DisgoverError {
  if (!error) return new DisgoverError('CLOSED', 'the transport is closed');
  if (error instanceof DisgoverError) return error; // of the guard, when a name was resolved
  const [code, why] = isConnected
    ? (['TLS_FAILED', tlsFault(error).detail] as const)
    : (['DIAL_FAILED', error.code ?? error.message] as const);
  return new DisgoverError(code, `${endpoint(host, port)}: ${why}`, { cause: error });
}
