// The network of simulations: latency, loss, partitions, stalls and crashes in virtual time, all from the runtime's seed.

import type { MemoryAddress as Address, Attach, MemoryNetwork } from '../contracts/memory-network.js';
import type { Timer } from '../contracts/runtime.js';
import { Cuts } from './cuts.js';
import { drawLatency, type Latency } from './latency.js';
import { TraceHash } from './trace-hash.js';
import type { VirtualRuntime } from './virtual-runtime.js';
import { type Carrier, SimulatedWire } from './wire.js';

export interface SimulatedNetworkOptions {
  /** One way, for each frame; a dial costs two. Default 10. */
  readonly latencyMs?: Latency;
  /** Share of frames that vanish, from 0 to 1; dials are not concerned. Default 0. */
  readonly loss?: number;
}

export interface NetworkCounts {
  /** Dials that were tried, and links that came of them. */
  readonly dials: number;
  readonly links: number;
  /** What was sent, whether it arrived or not. */
  readonly frames: number;
  readonly bytes: number;
  /** Frames that vanished: by loss, a partition or a frozen host. */
  readonly lost: number;
}

/**
 * What simulated nodes meet at: `memory({ network, host })`, with a host of its own for each node that is to fail on its own.
 * Frames of one direction of a link do not overtake each other. Nothing arrives in the moment in which it was sent, not
 * even without latency, but in an event of its own.
 */
export class SimulatedNetwork implements MemoryNetwork {
  /** Who accepts wires at which `host:port`; one entry for each transport that listens. */
  readonly listeners = new Map<string, Attach>();
  /** As in the options; may be changed at any time. */
  latencyMs: Latency;
  /** As in the options; may be changed at any time. */
  loss: number;
  readonly #runtime: VirtualRuntime;
  readonly #trace = new TraceHash();
  readonly #counts = { dials: 0, links: 0, frames: 0, bytes: 0, lost: 0 };
  /** The ends at each host that have not ended. */
  readonly #wires = new Map<string, Set<SimulatedWire>>();
  readonly #crashed = new Set<string>();
  readonly #frozen = new Set<string>();
  readonly #cuts = new Cuts();
  readonly #carrier: Carrier = {
    carry: (from, frame) => this.#carry(from, frame),
    forget: (wire) => this.#wires.get(wire.local.host)?.delete(wire),
  };
  readonly #random: () => number;

  constructor(runtime: VirtualRuntime, { latencyMs = 10, loss = 0 }: SimulatedNetworkOptions = {}) {
    this.#runtime = runtime;
    this.#random = () => runtime.random();
    this.latencyMs = latencyMs;
    this.loss = loss;
  }

  /** What was done so far; costs are differences of two of them. */
  get counts(): NetworkCounts {
    return { ...this.#counts };
  }

  /** Ends of links that are open. A link has two, one of which may outlive the other. */
  get openEnds(): number {
    let count = 0;
    for (const wires of this.#wires.values()) count += wires.size;
    return count;
  }

  /** Of all links accepted until now, and of every frame that arrived: when, on which link, its bytes. Equal for two runs of a seed. */
  get traceHash(): string {
    return this.#trace.value;
  }

  /** What hosts of one group send to hosts of another vanishes, and dials between them hang, until `heal`. */
  partition(...groups: readonly Iterable<string>[]): void {
    const sets = groups.map((group) => new Set(group));
    for (const from of sets) for (const to of sets) if (from !== to) this.#cuts.add(from, to);
  }

  /** A partition in one direction: `to` still reaches `from`. */
  cut(from: Iterable<string>, to: Iterable<string>): void {
    this.#cuts.add(from, to);
  }

  /** Ends every partition and cut. What vanished meanwhile stays lost. */
  heal(): void {
    this.#cuts.clear();
  }

  /**
   * The host accepts links and frames, but nothing that it says or dials leaves it, as of a process that is stopped; its timers
   * run on. `thaw` ends that.
   */
  freeze(host: string): void {
    this.#frozen.add(host);
  }

  thaw(host: string): void {
    this.#frozen.delete(host);
  }

  /** The host is gone: its links end with `LINK_LOST`, its listeners are forgotten, dials to and from it fail until `restart`. */
  crash(host: string): void {
    this.#frozen.delete(host);
    this.#crashed.add(host);
    for (const address of this.listeners.keys()) {
      if (address.slice(0, address.lastIndexOf(':')) === host) this.listeners.delete(address);
    }
    for (const wire of this.#wires.get(host) ?? []) wire.break();
  }

  /** The host can be used again, by a transport that listens anew. */
  restart(host: string): void {
    this.#crashed.delete(host);
  }

  /** For the memory transport: one way to be accepted, another to hear of it. */
  connect(from: Address, to: Address, attach: Attach, onRefused: () => void): () => void {
    const near = new SimulatedWire(this.#carrier, 2 * this.#counts.dials++, from, to);
    const far = near.other;
    const answered = () => {
      // Refused, or crashed meanwhile.
      if (far.attached === undefined || near.hasEnded) return onRefused();
      this.#counts.links++;
      near.attached = attach(near);
    };
    const arrived = () => {
      // The answer leaves before anything that the far end sends as soon as it is there; a frozen host, too, accepts.
      if (!this.#isCut(far)) underWay = this.#depart(far, answered);
      this.#accept(far);
    };
    const isLost = this.#frozen.has(from.host) || this.#isCut(near);
    let underWay = isLost ? undefined : this.#depart(near, arrived);
    return () => {
      underWay?.cancel();
      if (far.attached !== undefined) near.break();
    };
  }

  #carry(from: SimulatedWire, frame: Uint8Array | undefined): void {
    if (frame !== undefined) {
      this.#counts.frames++;
      this.#counts.bytes += frame.length;
    }
    const isLost =
      this.#frozen.has(from.local.host) ||
      this.#isCut(from) ||
      (frame !== undefined && this.loss > 0 && this.#random() < this.loss);
    if (!isLost) this.#depart(from, () => this.#arrive(from.other, frame));
    else if (frame !== undefined) this.#counts.lost++;
  }

  /** To whoever listens, if anybody does. */
  #accept(far: SimulatedWire): void {
    const { local, remote } = far;
    const accept = this.listeners.get(`${local.host}:${local.port}`);
    if (accept === undefined || this.#crashed.has(local.host) || this.#crashed.has(remote.host)) return;
    this.#trace.text(`${far.id} ${remote.host}:${remote.port} ${local.host}:${local.port}`);
    this.#keep(far);
    this.#keep(far.other);
    far.attached = accept(far);
  }

  #keep(wire: SimulatedWire): void {
    const wires = this.#wires.get(wire.local.host);
    if (wires === undefined) this.#wires.set(wire.local.host, new Set([wire]));
    else wires.add(wire);
  }

  #arrive(at: SimulatedWire, frame: Uint8Array | undefined): void {
    if (frame !== undefined) {
      this.#trace.number(this.#runtime.now());
      this.#trace.number(at.id);
      this.#trace.bytes(frame);
    }
    at.arrive(frame);
  }

  #depart(from: SimulatedWire, arrive: () => void): Timer {
    const { local, remote } = from;
    const atMs = this.#runtime.now() + drawLatency(this.latencyMs, this.#random, local.host, remote.host);
    if (atMs > from.lastArrivalMs) from.lastArrivalMs = atMs;
    return this.#runtime.setTimerAt(from.lastArrivalMs, arrive);
  }

  #isCut({ local, remote }: SimulatedWire): boolean {
    return this.#cuts.separate(local.host, remote.host);
  }
}
