// One end of a wire of the simulated network. What travels, when and whether, is the network's business.

import type { MemoryAddress as Address, Wire, WireEnd } from '../contracts/memory-network.js';
import type { SimulatedHost } from './host.js';

/** What a wire asks of its network. */
export interface Carrier {
  /** Sends a frame, or the news that the end is gone, to the other end. */
  carry(from: SimulatedWire, frame: Uint8Array | undefined): void;
}

/** An address, and the host that it is at. */
export interface Place extends Address {
  readonly at: SimulatedHost;
}

export class SimulatedWire implements Wire {
  /** Even at the end that dialled, and one more at the other. */
  readonly id: number;
  readonly local: Place;
  readonly remote: Place;
  readonly other: SimulatedWire;
  /** When the last that was sent from here arrives at the other end. */
  lastArrivalMs = 0;
  attached: WireEnd | undefined;
  hasEnded = false;
  readonly #carrier: Carrier;

  constructor(carrier: Carrier, id: number, local: Place, remote: Place, other?: SimulatedWire) {
    this.id = id;
    this.#carrier = carrier;
    this.local = local;
    this.remote = remote;
    this.other = other ?? new SimulatedWire(carrier, id + 1, remote, local, this);
  }

  get isRead(): boolean {
    return this.other.attached?.isReading ?? false;
  }

  send(frame: Uint8Array): void {
    if (!this.hasEnded) this.#carrier.carry(this, frame);
  }

  end(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    if (!this.other.hasEnded) this.#carrier.carry(this, undefined);
    this.local.at.wires.delete(this);
  }

  /** Ends without the link having asked for it. */
  break(): void {
    if (this.hasEnded) return;
    this.end();
    this.attached?.onEnd();
  }

  /** What the other end sent has arrived. */
  arrive(frame: Uint8Array | undefined): void {
    if (frame === undefined) this.break();
    else if (!this.hasEnded) this.attached?.onFrame(frame);
    // Who did not hear of the end, since a partition swallowed it, hears of it as soon as he says something.
    else if (!this.other.hasEnded) this.#carrier.carry(this, undefined);
  }
}
