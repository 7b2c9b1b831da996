// When registrations are announced: at once, again before they expire, again when a holder was told something else. So many at a
// time, and none while there is nobody to tell.

import type { Runtime } from '../contracts/runtime.js';
import { DisgoverError } from '../errors.js';
import type { ContactId } from '../id/contact-id.js';
import { limits } from '../limits.js';
import { abortable } from '../runtime/abort.js';
import type { Alarm, Alarms } from '../runtime/alarms.js';
import { jittered } from '../runtime/random.js';

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
/** A claim of others is answered at most so often. */
const REPEAT_MS = 10_000;

interface Turn {
  readonly done: Promise<void>;
  readonly settle: () => void;
}

export class Announcer {
  readonly #deps: AnnouncerDependencies;
  // Registrations to be announced as soon as there is a place. Bounded by the registrations.
  readonly #waiting = new Map<ContactId, Turn>();
  // Being announced. Bounded by limits.announcesAtOnce.
  readonly #running = new Set<ContactId>();
  // When each registration is due again, soonest first but for the jitter. Bounded by the registrations.
  readonly #dueAt = new Map<ContactId, number>();
  // When a claim was last answered. Bounded by the registrations: entries go with them.
  readonly #repeatedAt = new Map<ContactId, number>();
  #alarm: Alarm | undefined;
  #isClosed = false;

  constructor(deps: AnnouncerDependencies) {
    this.#deps = deps;
  }

  get size(): number {
    return this.#dueAt.size;
  }

  /**
   * Announces the registration. Resolves when its holders were told, or at once when there is nobody to tell: it is
   * announced as soon as there is. @throws the signal's reason; the announce goes on.
   */
  async announce(id: ContactId, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#isClosed) throw new DisgoverError('CLOSED', 'the node is closed');
    const { done } = this.#enqueue(id);
    if (this.#deps.hasNodes()) await abortable(done, signal);
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
    this.#dueAt.delete(id);
    this.#repeatedAt.delete(id);
  }

  /** There is somebody to tell. */
  onNodes(): void {
    this.#run();
  }

  close(): void {
    this.#isClosed = true;
    this.#alarm?.cancel();
    for (const { settle } of this.#waiting.values()) settle();
    this.#waiting.clear();
  }

  #enqueue(id: ContactId): Turn {
    const there = this.#waiting.get(id);
    if (there !== undefined) return there;
    let settle = () => {};
    const done = new Promise<void>((resolve) => {
      settle = resolve;
    });
    const turn = { done, settle };
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

  async #announceNow(id: ContactId, turn: Turn): Promise<void> {
    this.#running.add(id);
    let again: number = limits.republishMs;
    try {
      await this.#deps.announce(id);
    } catch {
      again = RETRY_MS; // nobody heard: soon again
    }
    this.#running.delete(id);
    turn.settle();
    if (this.#isClosed) return;
    this.#dueAt.delete(id);
    if (this.#deps.isRegistered(id))
      this.#dueAt.set(id, this.#deps.runtime.now() + jittered(this.#deps.runtime, again, 0.1));
    this.#watch();
    this.#run();
  }

  /** One alarm for all. */
  #watch(): void {
    if (this.#alarm !== undefined) return;
    const [soonest] = this.#dueAt.values();
    if (soonest === undefined) return;
    this.#alarm = this.#deps.alarms.at(soonest, () => {
      this.#alarm = undefined;
      const now = this.#deps.runtime.now();
      for (const [id, dueAt] of this.#dueAt) {
        if (dueAt > now) break;
        this.#dueAt.delete(id);
        this.#enqueue(id);
      }
      this.#watch();
    });
  }
}
