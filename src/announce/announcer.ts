// When registrations are announced: at once, again before they expire, again when a holder was told something else.

import type { Runtime } from '../contracts/runtime.js';
import { DisgoverError } from '../errors.js';
import type { ContactId } from '../id/contact-id.js';
import { limits } from '../limits.js';
import type { Alarm } from '../runtime/alarms.js';
import { jittered } from '../runtime/random.js';
import { DueList } from './due-list.js';
import { Turns, type TurnsDependencies } from './turns.js';

export interface AnnouncerDependencies extends Omit<TurnsDependencies, 'onDone'> {
  readonly runtime: Runtime;
  readonly isRegistered: (id: ContactId) => boolean;
}

/** After an announce that nobody heard. */
const RETRY_MS = 10_000;
const JITTER = 0.1;
/** A claim of others is answered at most so often. */
const REPEAT_MS = 10_000;
/** What is due within this time is announced with what is due now, where that makes a sweep. */
const TOGETHER_MS = 300_000;

export class Announcer {
  readonly #deps: AnnouncerDependencies;
  readonly #turns: Turns;
  // Announced, and due again before they expire. Bounded by the registrations.
  readonly #announced: DueList<ContactId>;
  // Nobody heard of them; due again soon. Bounded by the registrations.
  readonly #unheard: DueList<ContactId>;
  // When a claim was last answered. Bounded by the registrations: entries go with them.
  readonly #repeatedAt = new Map<ContactId, number>();
  #alarm: Alarm | undefined;
  #alarmAt = Number.POSITIVE_INFINITY;
  #isClosed = false;

  constructor(deps: AnnouncerDependencies) {
    this.#deps = deps;
    this.#turns = new Turns({ ...deps, onDone: (id, isHeard) => this.#onDone(id, isHeard) });
    this.#announced = new DueList(deps.runtime.now());
    this.#unheard = new DueList(deps.runtime.now());
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
    if (this.#deps.hasNodes()) await this.#turns.join(id, signal);
    else this.#turns.add([id]);
  }

  /** What is registered has changed: its holders hear it as soon as there is a place, and somebody to tell. */
  again(id: ContactId): void {
    if (!this.#isClosed) this.#turns.add([id]);
  }

  /** Others claim the id: its holders hear ours again, at most once in 10 seconds. */
  repeat(id: ContactId): void {
    const now = this.#deps.runtime.now();
    if (this.#isClosed || now - (this.#repeatedAt.get(id) ?? Number.NEGATIVE_INFINITY) < REPEAT_MS) return;
    this.#repeatedAt.set(id, now);
    this.#turns.add([id]);
  }

  /** The id is no longer registered. */
  forget(id: ContactId): void {
    this.#turns.forget(id);
    this.#announced.delete(id);
    this.#unheard.delete(id);
    this.#repeatedAt.delete(id);
  }

  /** There is somebody to tell. */
  onNodes(): void {
    this.#turns.run();
  }

  close(): void {
    this.#isClosed = true;
    this.#alarm?.cancel();
    this.#turns.close();
  }

  #onDone(id: ContactId, isHeard: boolean): void {
    const { runtime } = this.#deps;
    this.#announced.delete(id);
    this.#unheard.delete(id);
    if (this.#deps.isRegistered(id)) {
      const ms = jittered(runtime, isHeard ? limits.republishMs : RETRY_MS, JITTER);
      (isHeard ? this.#announced : this.#unheard).set(id, runtime.now() + ms);
    }
    this.#watch();
  }

  /** One alarm for all, at the first that is due. */
  #watch(): void {
    const soonest = Math.min(this.#announced.soonest, this.#unheard.soonest);
    if (soonest >= this.#alarmAt) return;
    this.#alarm?.cancel();
    this.#alarmAt = soonest;
    this.#alarm = this.#deps.alarms.at(soonest, () => {
      this.#alarmAt = Number.POSITIVE_INFINITY;
      this.#turns.add(this.#takeDue());
      this.#watch();
    });
  }

  /** What is due, and what is due soon where many are. */
  #takeDue(): readonly ContactId[] {
    const now = this.#deps.runtime.now();
    const unheard = this.#unheard.take(now);
    const isSwept = this.#deps.isWorthSweeping(unheard.length + this.#announced.count(now + TOGETHER_MS));
    return unheard.concat(this.#announced.take(isSwept ? now + TOGETHER_MS : now));
  }
}
