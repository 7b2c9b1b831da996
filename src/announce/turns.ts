// Which ids are told of next: one after the other, so many at a time; or, where many wait, all that wait in one sweep. None while
// there is nobody to tell.

import { DisgoverError } from '../errors.js';
import type { ContactId } from '../id/contact-id.js';
import { limits } from '../limits.js';
import type { Abortable } from '../runtime/abort.js';
import { AbortScope, abortable } from '../runtime/abort.js';
import type { Alarm, Alarms } from '../runtime/alarms.js';
import { KeyOrder } from './key-order.js';

export interface TurnsDependencies {
  readonly alarms: Alarms;
  /** Tells the holders of one id; rejects when nobody heard. */
  readonly tell: (id: ContactId) => Promise<unknown>;
  /** Tells those of many, and says of each part of them who was heard. May reject when what is left was given up. */
  readonly sweep: (ids: readonly ContactId[], onSwept: OnSwept, signal: Abortable) => Promise<void>;
  /** Whether so many are told with fewer requests in a sweep. */
  readonly isWorthSweeping: (count: number) => boolean;
  /** Whether there is a node to tell. */
  readonly hasNodes: () => boolean;
  /** The id has had its turn. */
  readonly onDone: (id: ContactId, isHeard: boolean) => void;
}

export type OnSwept = (heard: readonly ContactId[], unheard: readonly ContactId[]) => void;

interface Turn {
  readonly done: Promise<void>;
  readonly settle: () => void;
  readonly fail: (reason: DisgoverError) => void;
}

/** Whose turn it is, with those who wait for it. Nobody does for most: a million may be due without a promise each. */
type Waiting = Map<ContactId, Turn | undefined>;

/** What is to be told within this time of the first is swept with it. */
const GATHER_MS = 50;

export class Turns {
  readonly #deps: TurnsDependencies;
  readonly #closed = new AbortScope();
  // To be told as soon as there is a place. Bounded by what is registered, or was.
  #waiting: Waiting = new Map();
  // Being told one by one. Bounded by limits.announcesAtOnce.
  readonly #running: Waiting = new Map();
  // Being swept. Bounded by KeyOrder.mostItems.
  #swept: Waiting = new Map();
  #gathering: Alarm | undefined;

  constructor(deps: TurnsDependencies) {
    this.#deps = deps;
  }

  /** Resolves when the holders were told. @throws DisgoverError `ERR_CLOSED`; the signal's reason, and they are told all the same. */
  async join(id: ContactId, signal: AbortSignal | undefined): Promise<void> {
    if (this.#closed.aborted) throw this.#closed.reason;
    const turn = this.#waiting.get(id) ?? newTurn();
    this.#waiting.set(id, turn);
    this.run();
    await abortable(turn.done, signal);
  }

  /** As `join`, for nobody who waits. */
  add(ids: Iterable<ContactId>): void {
    for (const id of ids) if (!this.#waiting.has(id)) this.#waiting.set(id, undefined);
    this.run();
  }

  isWaiting(id: ContactId): boolean {
    return this.#waiting.has(id);
  }

  /** Nobody is to be told any more. */
  forget(id: ContactId): void {
    this.#waiting.get(id)?.settle();
    this.#waiting.delete(id);
  }

  /** Begins what can begin now. */
  run(): void {
    if (this.#closed.aborted || !this.#deps.hasNodes()) return;
    if (this.#deps.isWorthSweeping(this.#waiting.size)) return this.#gather();
    for (const [id, turn] of this.#waiting) {
      if (this.#running.size >= limits.announcesAtOnce) return;
      if (this.#running.has(id) || this.#swept.has(id)) continue;
      this.#waiting.delete(id);
      void this.#tell(id, turn);
    }
  }

  close(): void {
    this.#gathering?.cancel();
    const closed = new DisgoverError('CLOSED', 'the node is closed');
    this.#closed.abort(closed);
    for (const turns of [this.#waiting, this.#running, this.#swept]) {
      for (const turn of turns.values()) turn?.fail(closed);
      turns.clear();
    }
  }

  /** One sweep at a time; what comes meanwhile is for the next. */
  #gather(): void {
    if (this.#swept.size > 0) return;
    this.#gathering ??= this.#deps.alarms.after(GATHER_MS, () => {
      this.#gathering = undefined;
      if (this.#deps.hasNodes()) void this.#sweep();
    });
  }

  async #sweep(): Promise<void> {
    this.#swept = this.#takeWaiting();
    const onSwept: OnSwept = (heard, unheard) => {
      for (const id of heard) this.#sweptOne(id, true);
      for (const id of unheard) this.#sweptOne(id, false);
    };
    try {
      await this.#deps.sweep([...this.#swept.keys()], onSwept, this.#closed);
    } catch {
      // What is left was not heard.
    }
    onSwept([], [...this.#swept.keys()]);
    this.#goOn();
  }

  #sweptOne(id: ContactId, isHeard: boolean): void {
    const turn = this.#swept.get(id);
    if (!this.#swept.delete(id)) return;
    turn?.settle();
    this.#deps.onDone(id, isHeard);
  }

  /** All that waits, as far as a sweep takes it, but what is being told just now. */
  #takeWaiting(): Waiting {
    const taken = this.#waiting;
    this.#waiting = new Map();
    for (const id of this.#running.keys()) this.#moveBack(id, taken);
    let spare = taken.size - KeyOrder.mostItems;
    for (const id of spare > 0 ? [...taken.keys()].reverse() : []) if (spare-- > 0) this.#moveBack(id, taken);
    return taken;
  }

  #moveBack(id: ContactId, taken: Waiting): void {
    if (taken.has(id)) this.#waiting.set(id, taken.get(id));
    taken.delete(id);
  }

  async #tell(id: ContactId, turn: Turn | undefined): Promise<void> {
    this.#running.set(id, turn);
    const isHeard = await this.#deps.tell(id).then(
      () => true,
      () => false,
    );
    if (this.#closed.aborted) return;
    this.#running.delete(id);
    turn?.settle();
    this.#deps.onDone(id, isHeard);
    this.#goOn();
  }

  #goOn(): void {
    if (this.#closed.aborted) return;
    if (this.#deps.hasNodes()) this.run();
    else this.#release();
  }

  /** The last node has left: whoever waits is not kept until there is another. What waits is told then. */
  #release(): void {
    for (const [id, turn] of this.#waiting) {
      turn?.settle();
      this.#waiting.set(id, undefined);
    }
  }
}

function newTurn(): Turn {
  let settle = () => {};
  let fail: Turn['fail'] = () => {};
  const done = new Promise<void>((resolve, reject) => {
    settle = resolve;
    fail = reject;
  });
  done.catch(() => {}); // who waited may have left
  return { done, settle, fail };
}
