// A transport that counts the FIND-NODEs that leave by it; everything else is the other's.

import type { Link, Transport } from './disgover.js';

/** docs/PROTOCOL.md: the first byte of a frame. */
const FIND_NODE = 0x11;

export class CountingTransport implements Transport {
  readonly name: string;
  sent = 0;
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
        this.sentBytes += frame.length;
      }
      return send(frame);
    };
    return link;
  }
}
