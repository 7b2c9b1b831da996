// From a server to an address that it listens at.
import type { Server } from 'node:net';
import { DisgoverError, endpoint } from '../../src/plugin.js';

/** @throws DisgoverError `ERR_ADDRESS_IN_USE`, `ERR_ADDRESS_NOT_AVAILABLE`. */
export function bind(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('listening', resolve);
    // Stays for good: a server also tells of connections that it could not accept, for want of file descriptors.
    server.on('error', (cause: NodeJS.ErrnoException) => {
      const code = cause.code === 'EADDRINUSE' ? 'ADDRESS_IN_USE' : 'ADDRESS_NOT_AVAILABLE';
      reject(new DisgoverError(code, `${endpoint(host, port)}: ${cause.code ?? cause.message}`, { cause }));
    });
    server.listen({ host, port });
  });
}
