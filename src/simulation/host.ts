// One host of the simulated network: what is wrong with it, its wires, and what it has sent.

import type { SimulatedWire } from './wire.js';

/** What a host has sent so far, whether it arrived or not, and what has arrived there. */
export interface HostTraffic {
  readonly frames: number;
  readonly bytes: number;
  readonly receivedBytes: number;
  /** Frames by their first byte, which of a disgover frame is its kind. */
  readonly byKind: Readonly<Uint32Array>;
}

export class SimulatedHost implements HostTraffic {
  readonly name: string;
  isFrozen = false;
  isCrashed = false;
  /** The ends here that have not ended. */
  readonly wires = new Set<SimulatedWire>();
  frames = 0;
  bytes = 0;
  receivedBytes = 0;
  readonly byKind: Uint32Array = new Uint32Array(256);

  constructor(name: string) {
    this.name = name;
  }

  count(frame: Uint8Array): void {
    this.frames++;
    this.bytes += frame.length;
    const kind = frame[0] ?? 0;
    this.byKind[kind] = (this.byKind[kind] as number) + 1;
  }
}
