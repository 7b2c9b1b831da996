// The sockets of one transport, from their first moment to their last, and what each carries.
import type { Socket } from 'node:net';
import { DisgoverError, type Link } from '../../src/plugin.js';

export class OpenSockets {
  /** With the link of each, once it has one. As many as the engine dials and does not close, and those that are accepted. */
  readonly #links = new Map<Socket, Link | undefined>();

  add(socket: Socket, link?: Link): void {
    this.#links.set(socket, link);
    socket.once('close', () => this.#links.delete(socket));
    // An error that nobody listens to would end the process.
    socket.on('error', () => undefined);
  }

  /** The socket carries the link from now on: it is ended by ending that. */
  carries(socket: Socket, link: Link): void {
    this.#links.set(socket, link);
  }

  /** Another one, which stands on it, is ended in its place. */
  leave(socket: Socket): void {
    this.#links.delete(socket);
  }

  /** Ends all; resolves when they are gone. */
  async end(): Promise<void> {
    const ends = [...this.#links].map(([socket, link]) => {
      const end = new Promise((resolve) => socket.once('close', resolve));
      if (link) link.close({ code: 'CLOSED' });
      else socket.destroy();
      return end;
    });
    await Promise.all(ends);
  }
}

/** What a transport that was closed answers. */
export function closed(): DisgoverError {
  return new DisgoverError('CLOSED', 'the transport is closed');
}
