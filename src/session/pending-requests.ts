// Request id → promise, for one session. Each settles exactly once: by its reply, its deadline, its signal, or the session's end.

import { DisgoverError, faultOfPeer, type Refusal } from '../errors.js';
import { limits } from '../limits.js';
import { type Abortable, unwait, type Waiter, wait } from '../runtime/abort.js';
import type { Alarm, Alarms } from '../runtime/alarms.js';
import type { Nodes, Pong, Reply, Request } from '../wire/messages.js';
import type { RoundTrip } from './round-trip.js';

export interface PendingOptions {
  readonly signal?: Abortable | undefined;
  /** Milliseconds beyond the usual: the peer has to ask another first. What its answer took says nothing of the peer. */
  readonly furtherMs?: number;
}

type Answer = Pong | Nodes;

const LATE_REPLIES = 256;
/** Ids are u32 and strictly increase: about a day of requests at full speed. */
const LAST_REQUEST_ID = 2 ** 32 - 1;

/**
 * What is asked, and who hears the answer: exactly one of `onAnswer` and `onFailure` is called, once. An object and not a promise, so that
 * whoever asks makes one promise of all that follows (bench: `rpc`).
 */
export interface Question {
  readonly expects: Answer['type'];
  readonly signal: Abortable | undefined;
  /** As in PendingOptions. */
  readonly furtherMs: number;
  message(requestId: number): Request;
  onAnswer(answer: Answer): void;
  onFailure(reason: unknown): void;
}

/** Of ids that were sent; those that wait for a place have none. */
const UNSENT = 0;

/** A question on its way. */
class Pending implements Waiter {
  readonly question: Question;
  readonly #owner: PendingRequests;
  requestId = UNSENT;
  sentAt = 0;
  /** From `sentAt`. */
  deadlineMs = 0;

  constructor(question: Question, owner: PendingRequests) {
    this.question = question;
    this.#owner = owner;
  }

  get deadline(): number {
    return this.sentAt + this.deadlineMs;
  }

  onAbort(reason: unknown): void {
    this.#owner.giveUp(this, reason);
  }
}

export interface PendingRequestsDependencies {
  readonly now: () => number;
  readonly alarms: Alarms;
  /** What each answer teaches: of the peer, by which it is waited for, and of all peers. */
  readonly roundTrips: readonly [ofPeer: RoundTrip, ofAll: RoundTrip];
  readonly send: (request: Request) => void;
  /** The request's time or caller ran out: it need not be sent any more. */
  readonly onAbandoned: (requestId: number) => void;
  /** Every request id has been used: the session must end, and whoever asks dials again. */
  readonly onSpent: () => void;
}

export class PendingRequests {
  readonly #deps: PendingRequestsDependencies;
  // In the order of their ids, which is mostly that of the answers. Bounded by limits.requestsInFlightPerPeer. Not a Map: the tables that it
  // leaves behind as it comes and goes keep what has settled alive for a while (bench: `rpc`).
  readonly #pending: Pending[] = [];
  // Those that wait for a place among them. Bounded by limits.requestsInFlight.
  readonly #waiting = new Set<Pending>();
  // Requests whose time or caller ran out: their late replies are no fault of the peer. Bounded by LATE_REPLIES, oldest first.
  readonly #abandoned = new Set<number>();
  #lastId = 0;
  #isHeld = false;
  // One for all deadlines of the session. What is answered in time, nearly everything, leaves it as it is (bench: `rpc`).
  #alarm: Alarm | undefined;
  #alarmAt = Number.POSITIVE_INFINITY;
  #ended: Refusal | undefined;

  constructor(deps: PendingRequestsDependencies) {
    this.#deps = deps;
  }

  get size(): number {
    return this.#pending.length + this.#waiting.size;
  }

  /** How many were sent so far. */
  get sent(): number {
    return this.#lastId;
  }

  /** Asks now, or when fewer are in flight. What cannot be asked fails at once. */
  ask(question: Question): void {
    const { signal } = question;
    if (signal?.aborted) return question.onFailure(signal.reason);
    // It may have ended between the dial and this: nobody would answer.
    if (this.#ended !== undefined) return question.onFailure(DisgoverError.from(this.#ended));
    const isFull = this.#pending.length >= limits.requestsInFlightPerPeer;
    if (isFull && this.#waiting.size >= limits.requestsInFlight)
      return question.onFailure(new DisgoverError('BUSY', `${this.size} requests to one peer`));
    const pending = new Pending(question, this);
    if (signal !== undefined) wait(signal, pending);
    if (isFull) this.#waiting.add(pending);
    else this.#start(pending);
  }

  /** The same as a promise. */
  request(make: (requestId: number) => Request, expects: 'pong', options: PendingOptions): Promise<Pong>;
  request(make: (requestId: number) => Request, expects: 'nodes', options: PendingOptions): Promise<Nodes>;
  request(
    message: (requestId: number) => Request,
    expects: Answer['type'],
    { signal, furtherMs = 0 }: PendingOptions,
  ): Promise<Answer> {
    return new Promise((onAnswer, onFailure) =>
      this.ask({ message, expects, signal, furtherMs, onAnswer, onFailure }),
    );
  }

  /** Settles the request that the reply belongs to. False when it was never asked for: then nothing changes. */
  settle(reply: Reply): boolean {
    const pending = this.#inFlight(reply.requestId);
    if (pending === undefined) return this.#abandoned.delete(reply.requestId);
    const { question } = pending;
    if (reply.type === 'error') {
      this.#remove(pending);
      question.onFailure(DisgoverError.from(faultOfPeer(reply.code, 'error')));
      return true;
    }
    if (reply.type !== question.expects) return false;
    this.#remove(pending);
    if (question.furtherMs === 0) {
      const ms = this.#deps.now() - pending.sentAt;
      for (const roundTrip of this.#deps.roundTrips) roundTrip.learn(ms);
    }
    question.onAnswer(reply);
    return true;
  }

  /** We are not ready to ask: until `release`, the time of no request runs. */
  hold(): void {
    this.#isHeld = true;
    this.#cancelAlarm();
  }

  /** What was held is asked now: its time begins. */
  release(): void {
    this.#isHeld = false;
    for (const pending of this.#pending) {
      pending.sentAt = this.#deps.now();
      this.#watch(pending.deadline);
    }
  }

  /** Fails one request: its reply could not be read. False when it was never asked for. */
  fail(requestId: number, reason: DisgoverError): boolean {
    const pending = this.#inFlight(requestId);
    if (pending === undefined) return this.#abandoned.delete(requestId);
    this.#remove(pending);
    pending.question.onFailure(reason);
    return true;
  }

  /** The caller has left, or the time is over. */
  giveUp(pending: Pending, reason: unknown): void {
    const { requestId, question } = pending;
    if (requestId !== UNSENT) {
      this.#deps.onAbandoned(requestId);
      this.#abandoned.add(requestId);
      const [oldest] = this.#abandoned;
      if (this.#abandoned.size > LATE_REPLIES && oldest !== undefined) this.#abandoned.delete(oldest);
    }
    this.#remove(pending);
    question.onFailure(reason);
  }

  /** Fails all of them, and those to come: the session has ended. */
  end(why: Refusal): void {
    this.#ended = why;
    this.#cancelAlarm();
    if (this.size === 0) return;
    const all = [...this.#waiting, ...this.#pending];
    this.#waiting.clear();
    const reason = DisgoverError.from(why);
    for (const pending of all) {
      this.#remove(pending);
      pending.question.onFailure(reason);
    }
  }

  #start(pending: Pending): void {
    if (this.#lastId === LAST_REQUEST_ID) {
      this.#remove(pending);
      this.#deps.onSpent();
      return pending.question.onFailure(new DisgoverError('IDLE', 'all request ids of the session are used'));
    }
    const requestId = ++this.#lastId;
    pending.requestId = requestId;
    pending.sentAt = this.#deps.now();
    pending.deadlineMs = this.#deps.roundTrips[0].deadlineMs + pending.question.furtherMs;
    this.#pending.push(pending);
    if (!this.#isHeld) this.#watch(pending.deadline);
    this.#deps.send(pending.question.message(requestId));
  }

  /** It is settled: nothing is kept of it, and another may have its place. */
  #remove(pending: Pending): void {
    const { signal } = pending.question;
    if (signal !== undefined) unwait(signal, pending);
    if (pending.requestId === UNSENT) {
      this.#waiting.delete(pending);
      return;
    }
    const at = this.#pending.indexOf(pending);
    if (at === 0) this.#pending.shift();
    else if (at > 0) this.#pending.splice(at, 1);
    if (at >= 0 && this.#waiting.size > 0) this.#startNext();
  }

  #inFlight(requestId: number): Pending | undefined {
    for (const pending of this.#pending) if (pending.requestId === requestId) return pending;
    return undefined;
  }

  #watch(deadline: number): void {
    if (deadline >= this.#alarmAt) return;
    this.#alarm?.cancel();
    this.#alarmAt = deadline;
    this.#alarm = this.#deps.alarms.at(deadline, () => this.#onAlarm());
  }

  /** Gives up what is due, and looks at the next deadline. */
  #onAlarm(): void {
    this.#cancelAlarm();
    const now = this.#deps.now();
    // One that asks another first says nothing of the peer.
    if (this.#pending.some(({ deadline, question }) => deadline <= now && question.furtherMs === 0))
      this.#deps.roundTrips[0].missed();
    let next = Number.POSITIVE_INFINITY;
    for (const pending of [...this.#pending]) {
      if (pending.deadline > now) next = Math.min(next, pending.deadline);
      else
        this.giveUp(
          pending,
          new DisgoverError('TIMEOUT', `no answer in ${Math.round(pending.deadlineMs)} ms`),
        );
    }
    this.#watch(next);
  }

  #cancelAlarm(): void {
    this.#alarm?.cancel();
    this.#alarm = undefined;
    this.#alarmAt = Number.POSITIVE_INFINITY;
  }

  #startNext(): void {
    const [next] = this.#waiting;
    if (next === undefined) return;
    this.#waiting.delete(next);
    this.#start(next);
  }
}
