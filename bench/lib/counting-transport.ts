// A transport that counts the FIND-NODEs that leave by it, and their bytes with those of the answers; everything else is the other's.

import type { Link, Transport } from './disgover.js';

/** docs/PROTOCOL.md: the first byte of a frame. */
const FIND_NODE = 0x11;
const NODES = 0x91;

export class CountingTransport implements Transport {
  readonly name: string;
  sent = 0;
  /** Of requests and answers. */
  bytes = 0;
  /** Of the requests alone. */
  sentBytes = 0;
  readonly #inner: Transport;

  constructor(inner: Transport) {
    this.name = inner.name;
    this.#inner = inner;
  }

  listen(onLink: (link: Link) => void): ReturnType<Transport['listen']> {
    return this.#inner.listen((link) => onLink(this.#counted(link)));
  }

  async dial(...args: Parameters<Transport['dial']>): Promise<Link> {
    return this.#counted(await this.#inner.dial(...args));
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #counted(link: Link): Link {
    const send = link.send.bind(link);
    link.send = (frame) => {
      if (frame[0] === FIND_NODE) {
        this.sent++;
        this.bytes += frame.length;
        this.sentBytes += frame.length;
      }
      return send(frame);
    };
    const open = link.open.bind(link);
    link.open = (handlers) =>
      open({
        onFrame: (frame) => {
          if (frame[0] === NODES) this.bytes += frame.length;
          handlers.onFrame(frame);
        },
        onPartialFrame: () => handlers.onPartialFrame(),
        onClose: (reason) => handlers.onClose(reason),
      });
    return link;
  }
}
