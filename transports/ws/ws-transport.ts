// Listens and dials; what a WebSocket carries is the link's business.
import type { Socket } from 'node:net';
import type { DialOptions, Link, Transport, TransportInfo } from '../../src/plugin.js';
import { EndedLink } from '../sockets/ended-link.js';
import { closed, OpenSockets } from '../sockets/open-sockets.js';
import { ONE_NODE, refuseOption } from '../sockets/option-checks.js';
import type { CheckedOptions } from './check-options.js';
import { dial } from './dial.js';
import { addressOf } from './url.js';
import { WsListener } from './ws-listener.js';

export class WsTransport implements Transport {
  readonly name = 'ws';

  readonly #options: CheckedOptions;
  readonly #sockets = new OpenSockets();
  #wasListened = false;
  #listener: WsListener | undefined;
  #listening: Promise<TransportInfo> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: CheckedOptions) {
    this.#options = options;
  }

  async listen(onLink: (link: Link) => void): Promise<TransportInfo | undefined> {
    this.#checkOpen();
    if (this.#wasListened) refuseOption('ws', ONE_NODE);
    this.#wasListened = true;
    if (!this.#options.listen) return undefined;
    this.#listener = new WsListener(
      this.#options,
      (link, socket) => {
        this.#sockets.add(socket, link);
        // Without an address it has gone again meanwhile.
        if (this.#closing || socket.remoteAddress === undefined) link.close({ code: 'CLOSED' });
        else onLink(link);
      },
      (remote, reason) => {
        if (!this.#closing) onLink(new EndedLink(remote, reason));
      },
    );
    this.#listening = this.#listener.listen();
    return this.#listening;
  }

  async dial(info: TransportInfo, { signal, guard }: DialOptions): Promise<Link> {
    signal.throwIfAborted();
    this.#checkOpen();
    let socket: Socket | undefined;
    const onSocket = (opened: Socket) => {
      socket = opened;
      this.#sockets.add(opened);
    };
    try {
      const link = await dial(addressOf(info), { signal, guard, tls: this.#options.tls, onSocket });
      if (socket) this.#sockets.carries(socket, link);
      return link;
    } catch (error) {
      // That its own end has ended it is all that the socket would tell.
      if (this.#closing && !signal.aborted) throw closed();
      throw error;
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    await Promise.all([this.#sockets.end(), this.#listener?.close()]);
    await this.#listening?.catch(() => undefined);
  }

  #checkOpen(): void {
    if (this.#closing) throw closed();
  }
}
