// When registrations are announced: at once, again before they expire, again when a holder was told something else. So many at a
// time, and none while there is nobody to tell.

import type { Runtime } from '../contracts/runtime.js';
import { DisgoverError } from '../errors.js';
import type { ContactId } from '../id/contact-id.js';
import { limits } from '../limits.js';
import { abortable } from '../runtime/abort.js';
import type { Alarm, Alarms } from '../runtime/alarms.js';
import { jittered } from '../runtime/random.js';
import { DueList } from './due-list.js';

export interface AnnouncerDependencies {
  readonly runtime: Runtime;
  readonly alarms: Alarms;
  /** Announces the registration of the id; rejects when nobody heard. */
  readonly announce: (id: ContactId) => Promise<unknown>;
  readonly isRegistered: (id: ContactId) => boolean;
  /** Whether there is a node to tell. */
  readonly hasNodes: () => boolean;
}

/** After an announce that nobody heard. */
const RETRY_MS = 10_000;
const JITTER = 0.1;
/** A claim of others is answered at most so often. */
const REPEAT_MS = 10_000;

interface Turn {
  readonly done: Promise<void>;
  readonly settle: () => void;
  readonly fail: (reason: DisgoverError) => void;
}

export class Announcer {
  readonly #deps: AnnouncerDependencies;
  // Registrations to be announced as soon as there is a place, with those who wait for it. Bounded by the registrations.
  readonly #waiting = new Map<ContactId, Turn | undefined>();
  // Being announced. Bounded by limits.announcesAtOnce.
  readonly #running = new Map<ContactId, Turn | undefined>();
  // Announced, and due again before they expire. Bounded by the registrations.
  readonly #announced = new DueList<ContactId>();
  // Nobody heard of them; due again soon. Bounded by the registrations.
  readonly #unheard = new DueList<ContactId>();
  // When a claim was last answered. Bounded by the registrations: entries go with them.
  readonly #repeatedAt = new Map<ContactId, number>();
  #alarm: Alarm | undefined;
  #alarmAt = Number.POSITIVE_INFINITY;
  #isClosed = false;

  constructor(deps: AnnouncerDependencies) {
    this.#deps = deps;
  }

  get size(): number {
    return this.#announced.size + this.#unheard.size;
  }

  /**
   * Announces the registration. Resolves when its holders were told, or at once when there is nobody to tell: it is
   * announced as soon as there is. @throws DisgoverError `ERR_CLOSED`; the signal's reason, and the announce goes on.
   */
  async announce(id: ContactId, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#isClosed) throw new DisgoverError('CLOSED', 'the node is closed');
    if (this.#deps.hasNodes()) await abortable(this.#turnOf(id).done, signal);
    else this.#enqueue(id);
  }

  /** What is registered has changed: its holders hear it as soon as there is a place, and somebody to tell. */
  again(id: ContactId): void {
    if (!this.#isClosed) this.#enqueue(id);
  }

  /** Others claim the id: its holders hear ours again, at most once in 10 seconds. */
  repeat(id: ContactId): void {
    const now = this.#deps.runtime.now();
    if (this.#isClosed || now - (this.#repeatedAt.get(id) ?? Number.NEGATIVE_INFINITY) < REPEAT_MS) return;
    this.#repeatedAt.set(id, now);
    this.#enqueue(id);
  }

  /** The id is no longer registered. */
  forget(id: ContactId): void {
    this.#waiting.get(id)?.settle();
    this.#waiting.delete(id);
    this.#announced.delete(id);
    this.#unheard.delete(id);
    this.#repeatedAt.delete(id);
  }

  /** There is somebody to tell. */
  onNodes(): void {
    this.#run();
  }

  close(): void {
    this.#isClosed = true;
    this.#alarm?.cancel();
    const closed = new DisgoverError('CLOSED', 'the node is closed');
    for (const turn of [...this.#waiting.values(), ...this.#running.values()]) turn?.fail(closed);
    this.#waiting.clear();
  }

  /** Nobody waits for it: a million registrations may be due without a promise each. */
  #enqueue(id: ContactId): void {
    if (!this.#waiting.has(id)) this.#waiting.set(id, undefined);
    this.#run();
  }

  /** The turn of the id, for whoever waits for it. */
  #turnOf(id: ContactId): Turn {
    const there = this.#waiting.get(id);
    if (there !== undefined) return there;
    let settle = () => {};
    let fail: Turn['fail'] = () => {};
    const done = new Promise<void>((resolve, reject) => {
      settle = resolve;
      fail = reject;
    });
    done.catch(() => {}); // who waited may have left
    const turn = { done, settle, fail };
    this.#waiting.set(id, turn);
    this.#run();
    return turn;
  }

  #run(): void {
    if (this.#isClosed || !this.#deps.hasNodes()) return;
    for (const [id, turn] of this.#waiting) {
      if (this.#running.size >= limits.announcesAtOnce) return;
      if (this.#running.has(id)) continue;
      this.#waiting.delete(id);
      void this.#announceNow(id, turn);
    }
  }

  /** The last node has left: whoever waits is not kept until there is another. What waits is announced then. */
  #release(): void {
    for (const [id, turn] of this.#waiting) {
      turn?.settle();
      this.#waiting.set(id, undefined);
    }
  }

  async #announceNow(id: ContactId, turn: Turn | undefined): Promise<void> {
    this.#running.set(id, turn);
    const isHeard = await this.#deps.announce(id).then(
      () => true,
      () => false,
    );
    this.#running.delete(id);
    turn?.settle();
    if (this.#isClosed) return;
    const { runtime } = this.#deps;
    this.#announced.delete(id);
    this.#unheard.delete(id);
    if (this.#deps.isRegistered(id)) {
      const ms = jittered(runtime, isHeard ? limits.republishMs : RETRY_MS, JITTER);
      (isHeard ? this.#announced : this.#unheard).set(id, runtime.now() + ms);
    }
    this.#watch();
    if (this.#deps.hasNodes()) this.#run();
    else this.#release();
  }

  /** One alarm for all, at the first that is due. */
  #watch(): void {
    const soonest = Math.min(this.#announced.soonest, this.#unheard.soonest);
    if (soonest >= this.#alarmAt) return;
    this.#alarm?.cancel();
    this.#alarmAt = soonest;
    this.#alarm = this.#deps.alarms.at(soonest, () => {
      this.#alarmAt = Number.POSITIVE_INFINITY;
      const now = this.#deps.runtime.now();
      for (const id of [...this.#unheard.take(now), ...this.#announced.take(now)]) this.#enqueue(id);
      this.#watch();
    });
  }
}
