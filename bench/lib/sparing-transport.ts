// Nodes that share a process share its open files. Beyond a number of links, those of all nodes that were unused for longest are
// closed, as the engine itself closes idle ones after a minute.

import type { Link, Transport } from './disgover.js';

/** Ends of links: each is an open file. A process of its own would have as many for one node. */
const MOST = 17_000;
const CLOSED_AT_ONCE = MOST / 20;

/** When each was last used, in sends of all. Bounded by `MOST`, and what opens within one turn of the event loop. */
const lastUsed = new Map<Link, number>();
let sends = 0;

export class SparingTransport implements Transport {
  readonly name: string;
  readonly #inner: Transport;

  constructor(inner: Transport) {
    this.name = inner.name;
    this.#inner = inner;
  }

  listen(onLink: (link: Link) => void): ReturnType<Transport['listen']> {
    return this.#inner.listen((link) => onLink(spared(link)));
  }

  async dial(...args: Parameters<Transport['dial']>): Promise<Link> {
    return spared(await this.#inner.dial(...args));
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

function spared(link: Link): Link {
  const [open, send] = [link.open.bind(link), link.send.bind(link)];
  link.open = (handlers) =>
    open({
      onFrame: (frame) => handlers.onFrame(frame),
      onPartialFrame: () => handlers.onPartialFrame(),
      onClose: (reason) => {
        lastUsed.delete(link);
        handlers.onClose(reason);
      },
    });
  link.send = (frame) => {
    if (lastUsed.has(link)) lastUsed.set(link, ++sends);
    return send(frame);
  };
  lastUsed.set(link, ++sends);
  if (lastUsed.size > MOST) closeUnused();
  return link;
}

function closeUnused(): void {
  const byUse = [...lastUsed].sort(([, a], [, b]) => a - b);
  for (const [link] of byUse.slice(0, CLOSED_AT_ONCE)) {
    lastUsed.delete(link);
    link.close();
  }
}
