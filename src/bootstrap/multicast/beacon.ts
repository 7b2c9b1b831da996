// Says where this node is, asks who else is there, answers who asks, and keeps what it hears.

import type { Seed, SourceContext } from '../../contracts/bootstrap-source.js';
import type { ContactInput } from '../../contracts/contact.js';
import type { Timer } from '../../contracts/runtime.js';
import { onAbort } from '../../runtime/abort.js';
import { jittered, randomFraction } from '../../runtime/random.js';
import { GroupSockets, type Sender } from './group-sockets.js';
import { Heard } from './heard.js';
import type { MulticastTarget } from './options.js';
import { decodePacket, encodePacket } from './packet.js';
import { SecondCounts } from './second-counts.js';

const FIRST_WAIT_MS = 250;
const INTERFACES_MS = 1_000;
const JITTER_SHARE = 0.2;
/** Announcements that may be lost in a row. */
const LIFE_INTERVALS = 3.5;
/** Packets a second that one sender is listened to for, and answers a second that we give. */
const MOST_HEARD_A_SECOND = 20;
const MOST_ANSWERS_A_SECOND = 20;
/** Senders that are told apart within a second. */
const MOST_SENDERS = 256;
/** Within which those that had no answer hear us together. */
const SOON_MS = 1_000;

export class Beacon {
  readonly #target: MulticastTarget;
  readonly #node: SourceContext;
  readonly #heard = new Heard();
  readonly #packets = new SecondCounts(MOST_HEARD_A_SECOND, MOST_SENDERS);
  readonly #answers = new SecondCounts(MOST_ANSWERS_A_SECOND, 1);
  #sockets: GroupSockets | undefined;
  #timer: Timer | undefined;
  #interfacesTimer: Timer | undefined;
  #aloneWaitMs = FIRST_WAIT_MS;
  #isSoon = false;
  #isClosed = false;
  #lastTime = 0;
  #contactText = '';
  #hasNews = false;
  #onNews = () => {};

  constructor(target: MulticastTarget, node: SourceContext) {
    this.#target = target;
    this.#node = node;
  }

  /** @throws DisgoverError `ERR_MULTICAST_FAILED`. */
  async open(): Promise<void> {
    this.#sockets = await GroupSockets.open(this.#target, (bytes, from) => this.#onPacket(bytes, from));
    this.#announce();
    this.#watchInterfaces();
  }

  seeds(): Seed[] {
    return this.#heard.seeds(this.#now());
  }

  /** Resolves when the seeds may have changed, after `withinMs`, or when the signal aborts. */
  async news(signal: AbortSignal, withinMs: number): Promise<void> {
    const untilExpiryMs = this.#heard.nextExpiry - this.#now();
    if (!this.#hasNews && !signal.aborted)
      await new Promise<void>((resolve) => {
        const done = () => {
          timer.cancel();
          forget();
          resolve();
        };
        const timer = this.#node.runtime.setTimer(Math.min(withinMs, untilExpiryMs), done);
        const forget = onAbort(signal, done);
        this.#onNews = done;
      });
    this.#hasNews = false;
  }

  /** Says goodbye, and lets go of everything. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#interfacesTimer?.cancel();
    const goodbye = this.#packet(0, false);
    if (goodbye !== undefined) await this.#sockets?.tellAll(goodbye);
    await this.#sockets?.close();
  }

  /** Who hears nobody asks, at first soon again, since packets get lost; who does says only that it is still there. */
  #announce(): void {
    const { intervalMs } = this.#target;
    const isAlone = this.seeds().length === 0;
    this.#tellAll(isAlone);
    const waitMs = isAlone ? Math.min(this.#aloneWaitMs, intervalMs) : intervalMs;
    if (isAlone) this.#aloneWaitMs = 2 * waitMs;
    this.#isSoon = false;
    this.#announceAfter(jittered(this.#node.runtime, waitMs, JITTER_SHARE));
  }

  #announceAfter(ms: number): void {
    this.#timer?.cancel();
    this.#timer = this.#node.runtime.setTimer(ms, () => this.#announce());
  }

  /** Systems do not tell: looked at every second. Where something has changed, and when the contact has, all hear it at once. */
  #watchInterfaces(): void {
    this.#interfacesTimer = this.#node.runtime.setTimer(INTERFACES_MS, async () => {
      const hasChanged = await this.#sockets?.refresh();
      if (this.#isClosed) return;
      if (hasChanged) this.#tellAll(true);
      else if (this.#contactText !== JSON.stringify(this.#contact())) this.#tellAll(false);
      this.#watchInterfaces();
    });
  }

  #tellAll(asks: boolean): void {
    this.#contactText = JSON.stringify(this.#contact());
    const packet = this.#packet((LIFE_INTERVALS * this.#target.intervalMs) / 1_000, asks);
    if (packet !== undefined) void this.#sockets?.tellAll(packet);
  }

  #onPacket(bytes: Buffer, from: Sender): void {
    const now = this.#now();
    // Many processes of this machine may be nodes; they have an address in common.
    const sender = from.isLocal ? `${from.address} ${from.port}` : from.address;
    if (!this.#packets.take(sender, now)) return;
    const packet = decodePacket(bytes, this.#node, now);
    if (packet === undefined) return;
    const { id: ownId } = this.#node.contact();
    if (this.#heard.take(packet, ownId, from.isLocal, now)) this.#tellNews();
    const { id } = (packet.body ?? {}) as { readonly id?: unknown };
    if (packet.asks && id !== ownId) this.#answer(bytes.length, from, now);
  }

  /** Nobody is sent more than came in their name. When many ask at once, all hear it together. */
  #answer(mostBytes: number, to: Sender, now: number): void {
    if (!this.#answers.take('', now)) {
      if (!this.#isSoon) this.#announceAfter(randomFraction(this.#node.runtime) * SOON_MS);
      this.#isSoon = true;
      return;
    }
    const packet = this.#packet((LIFE_INTERVALS * this.#target.intervalMs) / 1_000, false);
    if (packet !== undefined && packet.length <= mostBytes) void this.#sockets?.tell(packet, to);
  }

  #packet(lifetimeS: number, asks: boolean): Buffer | undefined {
    const time = Math.max(Math.floor(this.#now()), this.#lastTime + 1);
    this.#lastTime = time;
    return encodePacket({ lifetime: Math.ceil(lifetimeS), time, asks, body: this.#contact() }, this.#node);
  }

  #contact(): ContactInput {
    const { id, transport } = this.#node.contact();
    return { id, ...(transport !== undefined && { transport }) };
  }

  #tellNews(): void {
    this.#hasNews = true;
    this.#onNews();
  }

  #now(): number {
    return this.#node.runtime.now();
  }
}
