// A transport that can be stopped or killed under its node, as a process is: the node itself says nothing of it to anybody.

import type { Link, Transport } from './disgover.js';

export class FaultyTransport implements Transport {
  readonly name: string;
  readonly #inner: Transport;
  #state: 'works' | 'frozen' | 'dead' = 'works';

  constructor(inner: Transport) {
    this.name = inner.name;
    this.#inner = inner;
  }

  /** From now on nothing is read and nothing is sent; connections stay, and new ones are accepted. */
  freeze(): void {
    this.#state = 'frozen';
  }

  /** Closes every socket, after which nothing is sent. */
  kill(): void {
    this.#state = 'dead';
    void this.#inner.close();
  }

  listen(onLink: (link: Link) => void): ReturnType<Transport['listen']> {
    return this.#inner.listen((link) => {
      if (this.#state === 'works') onLink(this.#faulty(link));
    });
  }

  async dial(...args: Parameters<Transport['dial']>): Promise<Link> {
    if (this.#state === 'works') return this.#faulty(await this.#inner.dial(...args));
    const [, { signal }] = args;
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #faulty(link: Link): Link {
    const [open, send, close] = [link.open.bind(link), link.send.bind(link), link.close.bind(link)];
    link.open = (handlers) =>
      open({
        onFrame: (frame) => {
          if (this.#state === 'works') handlers.onFrame(frame);
        },
        onPartialFrame: () => {
          if (this.#state === 'works') handlers.onPartialFrame();
        },
        onClose: (reason) => handlers.onClose(reason),
      });
    link.send = (frame) => (this.#state === 'works' ? send(frame) : true);
    link.close = (reason) => {
      if (this.#state !== 'frozen') close(reason);
    };
    return link;
  }
}
