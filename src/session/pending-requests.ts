// Request id → promise, for one session. Each settles exactly once: by its reply, its deadline, its signal, or the session's end.

import { DisgoverError, faultOfPeer } from '../errors.js';
import { limits } from '../limits.js';
import { type Abortable, onAbort } from '../runtime/abort.js';
import type { Alarm, Alarms } from '../runtime/alarms.js';
import type { Nodes, Pong, Reply, Request } from '../wire/messages.js';
import type { RoundTrip } from './round-trip.js';

export interface RequestOptions {
  readonly signal?: Abortable | undefined;
  /** Milliseconds beyond the usual: the peer has to ask another first. What its answer took says nothing of the peer. */
  readonly furtherMs?: number;
}

type Answer = Pong | Nodes;

const LATE_REPLIES = 256;
/** Ids are u32 and strictly increase: about a day of requests at full speed. */
const LAST_REQUEST_ID = 2 ** 32 - 1;

interface Pending {
  readonly expects: Answer['type'];
  readonly furtherMs: number;
  sentAt: number;
  /** Absent while it is held. */
  alarm: Alarm | undefined;
  readonly removeAbort: () => void;
  resolve(reply: Answer): void;
  reject(reason: unknown): void;
}

interface Waiting {
  start(): void;
  end(reason: unknown): void;
}

export interface PendingRequestsDependencies {
  readonly now: () => number;
  readonly alarms: Alarms;
  readonly roundTrips: readonly RoundTrip[];
  readonly send: (request: Request) => void;
  /** The request's time or caller ran out: it need not be sent any more. */
  readonly onAbandoned: (requestId: number) => void;
  /** Every request id has been used: the session must end, and whoever asks dials again. */
  readonly onSpent: () => void;
}

export class PendingRequests {
  readonly #deps: PendingRequestsDependencies;
  // Bounded by limits.requestsInFlightPerPeer.
  readonly #pending = new Map<number, Pending>();
  // Requests that wait for one of those to settle. Bounded by limits.requestsInFlight.
  readonly #waiting = new Set<Waiting>();
  // Requests whose time or caller ran out: their late replies are no fault of the peer. Bounded by LATE_REPLIES, oldest first.
  readonly #abandoned = new Set<number>();
  #lastId = 0;
  #isHeld = false;
  #ended: DisgoverError | undefined;

  constructor(deps: PendingRequestsDependencies) {
    this.#deps = deps;
  }

  get size(): number {
    return this.#pending.size + this.#waiting.size;
  }

  /** Sends the request that `make` builds for an id, now or when fewer are in flight. */
  request(make: (requestId: number) => Request, expects: 'pong', options: RequestOptions): Promise<Pong>;
  request(make: (requestId: number) => Request, expects: 'nodes', options: RequestOptions): Promise<Nodes>;
  request(
    make: (requestId: number) => Request,
    expects: Answer['type'],
    { signal, furtherMs = 0 }: RequestOptions,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      // It may have ended between the dial and this: nobody would answer.
      if (this.#ended !== undefined) return reject(this.#ended);
      const start = () => this.#start(make, expects, signal, furtherMs, resolve, reject);
      if (this.#pending.size < limits.requestsInFlightPerPeer) return start();
      if (this.#waiting.size >= limits.requestsInFlight) {
        return reject(new DisgoverError('BUSY', `${this.size} requests to one peer`));
      }
      const waiting: Waiting = { start: () => leave(start), end: (reason) => leave(() => reject(reason)) };
      const removeAbort = onAbort(signal, () => waiting.end(signal?.reason));
      const leave = (go: () => void) => {
        this.#waiting.delete(waiting);
        removeAbort();
        go();
      };
      this.#waiting.add(waiting);
    });
  }

  /** Settles the request that the reply belongs to. False when it was never asked for: then nothing changes. */
  settle(reply: Reply): boolean {
    const pending = this.#pending.get(reply.requestId);
    if (pending === undefined) return this.#abandoned.delete(reply.requestId);
    if (reply.type === 'error') {
      this.#take(reply.requestId)?.reject(faultOfPeer(reply.code, 'error'));
      return true;
    }
    if (reply.type !== pending.expects) return false;
    this.#take(reply.requestId);
    const ms = this.#deps.now() - pending.sentAt;
    if (pending.furtherMs === 0) for (const roundTrip of this.#deps.roundTrips) roundTrip.learn(ms);
    pending.resolve(reply);
    return true;
  }

  /** We are not ready to ask: until `release`, the time of no request runs. */
  hold(): void {
    this.#isHeld = true;
    for (const pending of this.#pending.values()) pending.alarm?.cancel();
  }

  /** What was held is asked now: its time begins. */
  release(): void {
    this.#isHeld = false;
    for (const [requestId, pending] of this.#pending) {
      pending.sentAt = this.#deps.now();
      pending.alarm = this.#setAlarm(requestId, pending.furtherMs);
    }
  }

  /** Fails one request: its reply could not be read. False when it was never asked for. */
  fail(requestId: number, reason: DisgoverError): boolean {
    const pending = this.#take(requestId);
    pending?.reject(reason);
    return pending !== undefined || this.#abandoned.delete(requestId);
  }

  /** Fails all of them, and those to come: the session has ended. */
  end(reason: DisgoverError): void {
    this.#ended = reason;
    for (const waiting of this.#waiting) waiting.end(reason);
    for (const requestId of [...this.#pending.keys()]) this.fail(requestId, reason);
  }

  #start(
    make: (requestId: number) => Request,
    expects: Answer['type'],
    signal: Abortable | undefined,
    furtherMs: number,
    resolve: (reply: Answer) => void,
    reject: (reason: unknown) => void,
  ): void {
    if (this.#lastId === LAST_REQUEST_ID) {
      this.#deps.onSpent();
      return reject(new DisgoverError('IDLE', 'all request ids of the session are used'));
    }
    const requestId = ++this.#lastId;
    const removeAbort = onAbort(signal, () => this.#abandon(requestId, signal?.reason));
    this.#pending.set(requestId, {
      expects,
      furtherMs,
      sentAt: this.#deps.now(),
      alarm: this.#isHeld ? undefined : this.#setAlarm(requestId, furtherMs),
      removeAbort,
      resolve,
      reject,
    });
    this.#deps.send(make(requestId));
  }

  #setAlarm(requestId: number, furtherMs: number): Alarm {
    const deadlineMs = (this.#deps.roundTrips[0] as RoundTrip).deadlineMs + furtherMs;
    return this.#deps.alarms.after(deadlineMs, () =>
      this.#abandon(requestId, new DisgoverError('TIMEOUT', `no answer in ${Math.round(deadlineMs)} ms`)),
    );
  }

  #abandon(requestId: number, reason: unknown): void {
    this.#deps.onAbandoned(requestId);
    this.#abandoned.add(requestId);
    const [oldest] = this.#abandoned;
    if (this.#abandoned.size > LATE_REPLIES && oldest !== undefined) this.#abandoned.delete(oldest);
    this.#take(requestId)?.reject(reason);
  }

  #take(requestId: number): Pending | undefined {
    const pending = this.#pending.get(requestId);
    if (pending === undefined) return undefined;
    this.#pending.delete(requestId);
    pending.alarm?.cancel();
    pending.removeAbort();
    const [next] = this.#waiting;
    next?.start();
    return pending;
  }
}
