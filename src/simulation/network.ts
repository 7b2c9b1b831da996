// The network of simulations: latency, loss, partitions, stalls and crashes in virtual time, all from the runtime's seed.

import type { MemoryAddress as Address, Attach, MemoryNetwork } from '../contracts/memory-network.js';
import type { Timer } from '../contracts/runtime.js';
import { Cuts } from './cuts.js';
import { type HostTraffic, SimulatedHost } from './host.js';
import { type DrawLatency, type Latency, latencyOf } from './latency.js';
import { TraceHash } from './trace-hash.js';
import type { VirtualRuntime } from './virtual-runtime.js';
import { type Carrier, type Place, SimulatedWire } from './wire.js';

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
  loss: number;
  readonly #runtime: VirtualRuntime;
  readonly #trace = new TraceHash();
  readonly #counts = { dials: 0, links: 0, frames: 0, bytes: 0, lost: 0 };
  /** As many as were named. */
  readonly #hosts = new Map<string, SimulatedHost>();
  readonly #cuts = new Cuts();
  readonly #carrier: Carrier = { carry: (from, frame) => this.#carry(from, frame) };
  readonly #random: () => number;
  #latency: Latency = 0;
  #drawLatency: DrawLatency = () => 0;

  constructor(runtime: VirtualRuntime, { latencyMs = 10, loss = 0 }: SimulatedNetworkOptions = {}) {
    this.#runtime = runtime;
    this.#random = () => runtime.random();
    this.latencyMs = latencyMs;
    this.loss = loss;
  }

  /** As in the options; may be changed at any time. @throws DisgoverError `ERR_BAD_OPTION` */
  get latencyMs(): Latency {
    return this.#latency;
  }

  set latencyMs(latency: Latency) {
    this.#drawLatency = latencyOf(latency, this.#runtime.seed);
    this.#latency = latency;
  }

  /** What was done so far; costs are differences of two of them. */
  get counts(): NetworkCounts {
    return { ...this.#counts };
  }

  /** Ends of links that are open. A link has two, one of which may outlive the other. */
  get openEnds(): number {
    let count = 0;
    for (const { wires } of this.#hosts.values()) count += wires.size;
    return count;
  }

  /** Of all links accepted until now, and of every frame that arrived: when, on which link, its bytes. Equal for two runs of a seed. */
  get traceHash(): string {
    return this.#trace.value;
  }

  /** What the host has sent and received so far; the same object for as long as the network lives. */
  trafficOf(host: string): HostTraffic {
    return this.#host(host);
  }

  /**
   * What hosts of one group send to hosts of another vanishes, and dials between them hang, until `heal`, or until what is
   * returned is called, which ends this partition alone.
   */
  partition(...groups: readonly Iterable<string>[]): () => void {
    const sets = groups.map((group) => new Set(group));
    const ends = sets.flatMap((from) =>
      sets.filter((to) => to !== from).map((to) => this.#cuts.add(from, to)),
    );
    return () => {
      for (const end of ends) end();
    };
  }

  /** A partition in one direction: `to` still reaches `from`. */
  cut(from: Iterable<string>, to: Iterable<string>): () => void {
    return this.#cuts.add(from, to);
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
    this.#host(host).isFrozen = true;
  }

  thaw(host: string): void {
    this.#host(host).isFrozen = false;
  }

  /** The host is gone: its links end with `LINK_LOST`, its listeners are forgotten, dials to and from it fail until `restart`. */
  crash(host: string): void {
    const gone = this.#host(host);
    gone.isFrozen = false;
    gone.isCrashed = true;
    for (const address of this.listeners.keys()) {
      if (address.startsWith(host) && address.lastIndexOf(':') === host.length)
        this.listeners.delete(address);
    }
    for (const wire of gone.wires) wire.break();
  }

  /** The host can be used again, by a transport that listens anew. */
  restart(host: string): void {
    this.#host(host).isCrashed = false;
  }

  /** For the memory transport: one way to be accepted, another to hear of it. */
  connect(from: Address, to: Address, attach: Attach, onRefused: () => void): () => void {
    const [source, target] = [this.#place(from), this.#place(to)];
    const near = new SimulatedWire(this.#carrier, 2 * this.#counts.dials++, source, target);
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
    const isLost = source.at.isFrozen || this.#isCut(near);
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
      from.local.at.count(frame);
    }
    const isLost =
      from.local.at.isFrozen ||
      this.#isCut(from) ||
      (frame !== undefined && this.loss > 0 && this.#random() < this.loss);
    if (!isLost) this.#depart(from, () => this.#arrive(from.other, frame));
    else if (frame !== undefined) this.#counts.lost++;
  }

  /** To whoever listens, if anybody does. */
  #accept(far: SimulatedWire): void {
    const { local, remote } = far;
    const accept = this.listeners.get(`${local.host}:${local.port}`);
    if (accept === undefined || local.at.isCrashed || remote.at.isCrashed) return;
    this.#trace.text(`${far.id} ${remote.host}:${remote.port} ${local.host}:${local.port}`);
    local.at.wires.add(far);
    remote.at.wires.add(far.other);
    far.attached = accept(far);
  }

  #arrive(at: SimulatedWire, frame: Uint8Array | undefined): void {
    if (frame !== undefined) {
      at.local.at.receivedBytes += frame.length;
      this.#trace.number(this.#runtime.now());
      this.#trace.number(at.id);
      this.#trace.bytes(frame);
    }
    at.arrive(frame);
  }

  #depart(from: SimulatedWire, arrive: () => void): Timer {
    const { local, remote } = from;
    const atMs = this.#runtime.now() + this.#drawLatency(this.#random, local.host, remote.host);
    if (atMs > from.lastArrivalMs) from.lastArrivalMs = atMs;
    return this.#runtime.setTimerAt(from.lastArrivalMs, arrive);
  }

  #isCut({ local, remote }: SimulatedWire): boolean {
    return this.#cuts.separate(local.host, remote.host);
  }

  #place({ host, port }: Address): Place {
    return { host, port, at: this.#host(host) };
  }

  #host(name: string): SimulatedHost {
    let host = this.#hosts.get(name);
    if (host === undefined) {
      host = new SimulatedHost(name);
      this.#hosts.set(name, host);
    }
    return host;
  }
}
