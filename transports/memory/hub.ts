// The plain network: everything arrives, at once and in order. For tests and examples in one process, in real time.

import type { Attach, MemoryAddress, MemoryNetwork, Wire, WireEnd } from '../../src/plugin.js';

/** What nodes of one process meet at: `memory({ network: hub })`. It keeps nothing but who listens. */
export class Hub implements MemoryNetwork {
  /** As many as there are transports that listen. */
  readonly listeners = new Map<string, Attach>();

  connect(from: MemoryAddress, to: MemoryAddress, attach: Attach, onRefused: () => void): () => void {
    let isGivenUp = false;
    queueMicrotask(() => {
      if (isGivenUp) return;
      const accept = this.listeners.get(`${to.host}:${to.port}`);
      if (accept === undefined) return onRefused();
      const near = new HubWire(to);
      const far = new HubWire(from, near);
      near.other = far;
      far.attached = accept(far);
      near.attached = attach(near);
    });
    return () => {
      isGivenUp = true;
    };
  }
}

class HubWire implements Wire {
  readonly remote: MemoryAddress;
  /** Undefined only while `connect` makes the pair. */
  other: HubWire | undefined;
  attached: WireEnd | undefined;

  constructor(remote: MemoryAddress, other?: HubWire) {
    this.remote = remote;
    this.other = other;
  }

  get isRead(): boolean {
    return this.other?.attached?.isReading ?? false;
  }

  // In a microtask and not in place: a sender must not find itself inside of its receiver.
  send(frame: Uint8Array): void {
    queueMicrotask(() => this.other?.attached?.onFrame(frame));
  }

  end(): void {
    queueMicrotask(() => this.other?.attached?.onEnd());
  }
}
