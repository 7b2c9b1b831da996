// The transport of a node that lies: what its engine answers to FIND-NODE is replaced by contacts of the adversary's choice, and
// what it holds is denied. Everything else is the engine's.

import type { Key } from '../../src/id/key.js';
import type { Link, Transport } from '../lib/disgover.js';
import { decode, type EncodedContact, encode, keyOf, keyOfBytes } from '../lib/internals.js';

/** What to name to the asker instead; `undefined` for the truth. */
export type Lie = (target: Key, asker: string) => readonly EncodedContact[] | undefined;

export class LyingTransport implements Transport {
  readonly name: string;
  readonly #inner: Transport;
  readonly #lie: Lie;

  constructor(inner: Transport, lie: Lie) {
    this.name = inner.name;
    this.#inner = inner;
    this.#lie = lie;
  }

  listen(onLink: (link: Link) => void): ReturnType<Transport['listen']> {
    return this.#inner.listen((link) => onLink(this.#lying(link)));
  }

  async dial(...args: Parameters<Transport['dial']>): Promise<Link> {
    return this.#lying(await this.#inner.dial(...args));
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #lying(link: Link): Link {
    // What was asked and is not answered with nodes: bounded by what the lookups of a run ask.
    const targets = new Map<number, Key>();
    const send = link.send.bind(link);
    link.send = (frame) => {
      const message = decode(frame);
      if (!('type' in message) || message.type !== 'nodes') return send(frame);
      const { requestId } = message;
      const target = targets.get(requestId);
      targets.delete(requestId);
      const lie = target && this.#lie(target, link.remote);
      if (lie === undefined) return send(frame);
      return send(encode({ type: 'nodes', requestId, contacts: lie, conflicts: [] }));
    };
    const open = link.open.bind(link);
    link.open = (handlers) =>
      open({
        onFrame: (frame) => {
          const message = decode(frame);
          if ('type' in message && message.type === 'findNode') {
            const { requestId, target } = message;
            targets.set(requestId, 'key' in target ? keyOfBytes(target.key.slice()) : keyOf(target.id));
          }
          handlers.onFrame(frame);
        },
        onPartialFrame: () => handlers.onPartialFrame(),
        onClose: (reason) => handlers.onClose(reason),
      });
    return link;
  }
}
