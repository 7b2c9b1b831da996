// Asks a peer: over the session there is, or a new one. One promise a request.

import { limits } from '../limits.js';
import type { DialTarget } from '../session/dialler.js';
import type { Session } from '../session/session.js';
import type { SessionPool } from '../session/session-pool.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import type { Nodes, Pong, Target } from '../wire/messages.js';
import { type Asked, type AskOptions, type ClientEvents, TargetQuestion } from './question.js';

export type RequestOptions = Pick<AskOptions, 'signal' | 'once'>;

/** What a FIND-NODE asks, and what travels with it. */
export interface NodesQuery {
  readonly target: Target;
  readonly announced?: readonly EncodedContact[];
  readonly withdrawn?: readonly EncodedContact[];
  /** Who has the exact contact need not name nodes. Default false. */
  readonly exactWillDo?: boolean | undefined;
}

const NONE: readonly EncodedContact[] = Object.freeze([]);
const NO_OPTIONS: RequestOptions = Object.freeze({});
/** Where no other is wanted, the result is the answer. */
const asItIs = (answer: unknown) => answer as never;

export class RpcClient {
  readonly #pool: SessionPool;
  readonly #events: ClientEvents;

  constructor(pool: SessionPool, events: ClientEvents) {
    this.#pool = pool;
    this.#events = events;
  }

  /**
   * Asks whether `target` hosts the id. `read`: what is made of the answer, and of the session that it came over, where that is another.
   * @throws DisgoverError `ERR_TIMEOUT`, `ERR_LINK_LOST`, the code of a refusal, what dialling throws, or what `read` throws.
   */
  ping<Result = Pong>(
    target: DialTarget,
    id: Uint8Array,
    { signal, once }: RequestOptions = NO_OPTIONS,
    read: (pong: Pong, session: Session) => Result = asItIs,
  ): Promise<Result> {
    return this.#ask(target, { type: 'ping', id }, { signal, once, events: this.#events }, read);
  }

  /**
   * Asks a relay for an id whose host cannot be dialled. It counts neither for nor against the relay: the host may be the one
   * that is slow or gone. @throws as `ping`.
   */
  pingThrough(
    relay: EncodedContact,
    id: Uint8Array,
    { signal }: Pick<AskOptions, 'signal'> = NO_OPTIONS,
  ): Promise<Pong> {
    const further = { signal, furtherMs: limits.requestFirstMs };
    return this.#ask<Pong, Pong>(relay, { type: 'ping', id }, further, asItIs);
  }

  /** Asks for the nodes closest to a target, and for the target itself. `read` and @throws as `ping`. */
  findNode<Result = Nodes>(
    target: DialTarget,
    query: NodesQuery,
    { signal, once }: RequestOptions = NO_OPTIONS,
    read: (nodes: Nodes, session: Session) => Result = asItIs,
  ): Promise<Result> {
    const { target: wanted, announced = NONE, withdrawn = NONE, exactWillDo = false } = query;
    const asked = { type: 'findNode', target: wanted, announced, withdrawn, exactWillDo } as const;
    return this.#ask(target, asked, { signal, once, events: this.#events }, read);
  }

  /** Asks a node to look for an id on our behalf. It counts neither for nor against the node. @throws as `ping`. */
  findThrough(
    bridge: EncodedContact,
    target: Target,
    { signal }: Pick<AskOptions, 'signal'> = NO_OPTIONS,
  ): Promise<Nodes> {
    const asked = { type: 'findNode', target, announced: NONE, withdrawn: NONE, onBehalf: true } as const;
    const further = { signal, furtherMs: limits.onBehalfMs };
    return this.#ask<Nodes, Nodes>(bridge, asked, further, asItIs);
  }

  #ask<Answer extends Pong | Nodes, Result>(
    target: DialTarget,
    asked: Asked,
    options: AskOptions,
    read: (answer: Answer, session: Session) => Result,
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      new TargetQuestion(this.#pool, target, asked, options, read, resolve, reject).start();
    });
  }
}
