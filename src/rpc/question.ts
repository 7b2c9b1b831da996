// One request from its first try to its answer: what a session keeps of it, who hears of the target, and the promise of the caller.

import { DisgoverError } from '../errors.js';
import type { Abortable } from '../runtime/abort.js';
import type { DialTarget } from '../session/dialler.js';
import type { PendingOptions, Question } from '../session/pending-requests.js';
import type { Session } from '../session/session.js';
import type { SessionPool } from '../session/session-pool.js';
import type { FindNode, Nodes, Ping, Pong, Request } from '../wire/messages.js';

/** The request but for its id. */
export type Asked = Omit<Ping, 'requestId'> | Omit<FindNode, 'requestId'>;

export interface ClientEvents {
  /** The target has answered, over the session. */
  onAnswered(target: DialTarget, session: Session): void;
  /** The target did not answer: no link, no HELLO, a refusal, no reply in time. Not called for aborts. `askedAt`: when it was asked. */
  onFailed(target: DialTarget, fault: DisgoverError, askedAt: number): void;
}

/** What ends a session between two requests without anybody being at fault: asked again once, over a new link. */
const STALE: ReadonlySet<string> = new Set(['ERR_LINK_LOST', 'ERR_IDLE', 'ERR_TOO_MANY_SESSIONS']);

/** What a node in good health may say of what was announced to it. */
const REFUSALS: ReadonlySet<string> = new Set([
  'ERR_BAD_SIGNATURE',
  'ERR_ID_KEY_MISMATCH',
  'ERR_STALE_SEQ',
  'ERR_RATE_LIMITED',
]);

export interface AskOptions extends PendingOptions {
  /**
   * A session that is opened for the request ends with the answer, unless either side has asked for more meanwhile. Without one it ends
   * as others do, when it is idle. Default false.
   */
  readonly once?: boolean | undefined;
  /** Who hears of what counts for or against the target. */
  readonly events?: ClientEvents | undefined;
}

export class TargetQuestion<Answer extends Pong | Nodes, Result> implements Question {
  readonly expects: Answer['type'];
  readonly signal: Abortable | undefined;
  readonly furtherMs: number;
  readonly #once: boolean;
  readonly #pool: SessionPool;
  readonly #events: ClientEvents | undefined;
  readonly #target: DialTarget;
  readonly #asked: Asked;
  readonly #read: (answer: Answer, session: Session) => Result;
  readonly #resolve: (result: Result) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #askedAt: number;
  #session: Session | undefined;
  /** There was a session before, which may have ended in the meantime. */
  #isReused = false;

  constructor(
    pool: SessionPool,
    target: DialTarget,
    asked: Asked,
    { signal, furtherMs = 0, once = false, events }: AskOptions,
    read: (answer: Answer, session: Session) => Result,
    resolve: (result: Result) => void,
    reject: (reason: unknown) => void,
  ) {
    this.expects = (asked.type === 'ping' ? 'pong' : 'nodes') as Answer['type'];
    this.signal = signal;
    this.furtherMs = furtherMs;
    this.#once = once;
    this.#pool = pool;
    this.#events = events;
    this.#target = target;
    this.#asked = asked;
    this.#read = read;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#askedAt = pool.now();
  }

  /** Over the session there is, or over a new one. */
  start(): void {
    const session = this.#pool.get(this.#target);
    this.#isReused = session !== undefined;
    if (session === undefined) void this.#dial();
    else this.#askOver(session);
  }

  message(requestId: number): Request {
    const { type } = this.#asked;
    if (type === 'ping') return { type, requestId, id: this.#asked.id };
    const { target, announced, withdrawn, onBehalf = false, exactWillDo = false } = this.#asked;
    return { type, requestId, target, announced, withdrawn, onBehalf, exactWillDo };
  }

  onAnswer(answer: Answer): void {
    try {
      const session = this.#session as Session;
      this.#events?.onAnswered(this.#target, session);
      this.#resolve(this.#read(answer, session));
    } catch (fault) {
      this.#reject(fault);
    }
    if (this.#once && !this.#isReused) this.#session?.closeAfterOne();
  }

  onFailure(reason: unknown): void {
    // A session that ended meanwhile, and by nobody's fault, is asked again over a new link.
    const isStale =
      this.#isReused &&
      this.#session?.isProved === true &&
      reason instanceof DisgoverError &&
      STALE.has(reason.code);
    if (isStale) void this.#dial();
    else this.#fail(reason);
  }

  async #dial(): Promise<void> {
    this.#isReused = false;
    this.#session = undefined;
    try {
      this.#askOver(await this.#pool.dial(this.#target, this.signal));
    } catch (fault) {
      this.#fail(fault);
    }
  }

  #askOver(session: Session): void {
    this.#session = session;
    session.pending.ask(this);
  }

  #fail(reason: unknown): void {
    if (this.#events !== undefined && this.#counts(reason)) this.#tell(this.#events, reason);
    this.#reject(reason);
  }

  /** That the caller has left, or that we have no time, says nothing of the target. */
  #counts(reason: unknown): reason is DisgoverError {
    if (!(reason instanceof DisgoverError) || this.signal?.aborted) return false;
    return reason.code !== 'ERR_CLOSED' && reason.code !== 'ERR_BUSY';
  }

  #tell(events: ClientEvents, fault: DisgoverError): void {
    // The same is said at the end of a handshake that failed: then there is no session that has been proved.
    const session = this.#pool.get(this.#target);
    if (session?.isProved && REFUSALS.has(fault.code)) events.onAnswered(this.#target, session);
    else events.onFailed(this.#target, fault, this.#askedAt);
  }
}
