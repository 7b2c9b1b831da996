// A node over real TCP on virtual time, to be attacked: it notes what it refused, and shows afterwards that it took no harm.

import { expect } from 'chai';
import { Disgover, type DisgoverEvents, type DisgoverOptions } from '../../src/index.js';
import { VirtualRuntime } from '../../src/simulation/virtual-runtime.js';
import { tcp } from '../../transports/tcp/index.js';
import { idOf } from './ids.js';
import { RawPeer } from './raw-peer.js';

type Refused = DisgoverEvents['refused'];

const PATIENCE_MS = 2_000;

export class Victim {
  readonly node: Disgover;
  /** Stands still unless a test drives it: sockets are real, deadlines are not. */
  readonly runtime: VirtualRuntime;
  /** What the node refused, in order. */
  readonly refused: Refused[] = [];
  /** How often each counter was raised. */
  readonly counters: ReadonlyMap<string, number>;
  readonly #waiting = new Set<() => void>();
  readonly #prototypeKeys = Object.getOwnPropertyNames(Object.prototype).join();

  private constructor(node: Disgover, runtime: VirtualRuntime, counters: ReadonlyMap<string, number>) {
    this.node = node;
    this.runtime = runtime;
    this.counters = counters;
    node.on('refused', (refused) => {
      this.refused.push(refused);
      for (const look of this.#waiting) look();
    });
  }

  /** A node that hosts the entity `honest`. */
  static async start(options: Partial<DisgoverOptions> = {}): Promise<Victim> {
    const runtime = new VirtualRuntime();
    const counters = new Map<string, number>();
    const node = await Disgover.start({
      id: idOf('victim'),
      transport: tcp(),
      runtime,
      metrics: { increment: (name) => counters.set(name, (counters.get(name) ?? 0) + 1) },
      ...options,
    });
    const victim = new Victim(node, runtime, counters);
    await node.register({ id: idOf('honest'), data: { note: 'still here' } });
    return victim;
  }

  get address(): { readonly type: 'tcp'; readonly host: string; readonly port: number } {
    return this.node.contact.transport as { type: 'tcp'; host: string; port: number };
  }

  /** How much each collection holds. */
  get sizes(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.node.snapshot().collections.map(({ name, size }) => [name, size]));
  }

  /** The next refusal of this code, or one that has been noted already. */
  async refusal(code: Refused['code'], detail = ''): Promise<Refused> {
    const matching = () => this.refused.find((one) => one.code === code && one.detail.includes(detail));
    await this.until(() => matching() !== undefined).catch(() => {
      throw new Error(`expected ${code}: ${detail}; refused were ${JSON.stringify(this.refused)}`);
    });
    return matching() as Refused;
  }

  /** Resolves when the fact holds; looked at after each refusal, and a little later each time. */
  async until(fact: () => boolean): Promise<void> {
    const start = performance.now();
    while (!fact()) {
      if (performance.now() - start > PATIENCE_MS) throw new Error(`never came true: ${fact}`);
      await new Promise<void>((resolve) => {
        const look = () => {
          clearTimeout(timer);
          this.#waiting.delete(look);
          resolve();
        };
        const timer = setTimeout(look, 2);
        this.#waiting.add(look);
      });
    }
  }

  /** Keeps nothing of anybody: no contact, no node, no memory of one. Open sessions do not count, nor nonces, which are kept against it. */
  expectNothingKept(): void {
    const { sessions: _, registrations, republications: __, nonces: ___, ...kept } = this.sizes;
    expect(registrations).to.equal(1);
    for (const [name, size] of Object.entries(kept)) expect(size, name).to.equal(0);
  }

  /** A peer that behaves gets what it asks for, on a link of its own. */
  async expectSound(): Promise<void> {
    expect(Object.getOwnPropertyNames(Object.prototype).join()).to.equal(this.#prototypeKeys);
    const peer = await RawPeer.greeted(this.address);
    try {
      await this.expectServes(peer);
    } finally {
      peer.close();
      await peer.ended;
    }
  }

  /** Answers the peer, whose session is still open. */
  async expectServes(peer: RawPeer): Promise<void> {
    expect((await peer.pinged(this.node.id)).contact).to.deep.equal(this.node.contact);
    const { exact } = await peer.found({ target: { id: idOf('honest') } });
    expect(exact?.contact.data).to.deep.equal({ note: 'still here' });
  }

  /** Ends the node, and leaves nothing behind. */
  async close(): Promise<void> {
    await this.node.close();
    expect(this.runtime.pendingTimers).to.equal(0);
  }
}
