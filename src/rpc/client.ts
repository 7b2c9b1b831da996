// Asks a peer: over the session there is, or a new one. One promise a request.

import { DisgoverError } from '../errors.js';
import { limits } from '../limits.js';
import type { Abortable } from '../runtime/abort.js';
import type { DialTarget } from '../session/dialler.js';
import type { RequestOptions } from '../session/pending-requests.js';
import type { Session } from '../session/session.js';
import type { SessionPool } from '../session/session-pool.js';
import type { EncodedContact } from '../wire/contact-codec.js';
import type { Nodes, Pong, Target } from '../wire/messages.js';

/** What a FIND-NODE asks, and what travels with it. */
export interface NodesQuery {
  readonly target: Target;
  readonly announced?: readonly EncodedContact[];
  readonly withdrawn?: readonly EncodedContact[];
}

export interface ClientEvents {
  /** The target has answered. */
  onAnswered(target: DialTarget): void;
  /** The target did not answer: no link, no HELLO, a refusal, no reply in time. Not called for aborts. */
  onFailed(target: DialTarget, fault: DisgoverError): void;
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

export class RpcClient {
  readonly #pool: SessionPool;
  readonly #events: ClientEvents;

  constructor(pool: SessionPool, events: ClientEvents) {
    this.#pool = pool;
    this.#events = events;
  }

  /**
   * Asks whether `target` hosts the id.
   * @throws DisgoverError `ERR_TIMEOUT`, `ERR_LINK_LOST`, the code of a refusal, or what dialling throws.
   */
  ping(target: DialTarget, id: Uint8Array, options: RequestOptions = {}): Promise<Pong> {
    return this.#ask(target, options, (session) =>
      session.pending.request((requestId) => ({ type: 'ping', requestId, id }), 'pong', options),
    );
  }

  /**
   * Asks a relay for an id whose host cannot be dialled. It counts neither for nor against the relay: the host may be the one
   * that is slow or gone. @throws as `ping`.
   */
  pingThrough(relay: EncodedContact, id: Uint8Array, options: RequestOptions = {}): Promise<Pong> {
    const further = { ...options, furtherMs: limits.requestFirstMs };
    return this.#askTwice(relay, options.signal, (session) =>
      session.pending.request((requestId) => ({ type: 'ping', requestId, id }), 'pong', further),
    );
  }

  /** Asks for the nodes closest to a target, and for the target itself. @throws as `ping`. */
  findNode(target: DialTarget, query: NodesQuery, options: RequestOptions = {}): Promise<Nodes> {
    const { announced = [], withdrawn = [] } = query;
    return this.#ask(target, options, (session) =>
      session.pending.request(
        (requestId) => ({ type: 'findNode', requestId, target: query.target, announced, withdrawn }),
        'nodes',
        options,
      ),
    );
  }

  /** Asks a node to look for an id on our behalf. It counts neither for nor against the node. @throws as `ping`. */
  findThrough(bridge: EncodedContact, target: Target, options: RequestOptions = {}): Promise<Nodes> {
    const further = { ...options, furtherMs: limits.onBehalfMs };
    const nothing = { announced: [], withdrawn: [] };
    return this.#askTwice(bridge, options.signal, (session) =>
      session.pending.request(
        (requestId) => ({ type: 'findNode', requestId, target, ...nothing, onBehalf: true }),
        'nodes',
        further,
      ),
    );
  }

  async #ask<Answer>(
    target: DialTarget,
    { signal }: RequestOptions,
    request: (session: Session) => Promise<Answer>,
  ): Promise<Answer> {
    try {
      const answer = await this.#askTwice(target, signal, request);
      this.#events.onAnswered(target);
      return answer;
    } catch (fault) {
      if (
        fault instanceof DisgoverError &&
        !signal?.aborted &&
        fault.code !== 'ERR_CLOSED' &&
        fault.code !== 'ERR_BUSY'
      ) {
        // The same is said at the end of a handshake that failed: then there is no session that has been proved.
        const isAnswer = REFUSALS.has(fault.code) && this.#pool.get(target)?.isProved === true;
        if (isAnswer) this.#events.onAnswered(target);
        else this.#events.onFailed(target, fault);
      }
      throw fault;
    }
  }

  /** A session that ended meanwhile, and by nobody's fault, is asked again over a new link. */
  async #askTwice<Answer>(
    target: DialTarget,
    signal: Abortable | undefined,
    request: (session: Session) => Promise<Answer>,
  ): Promise<Answer> {
    const reused = this.#pool.get(target);
    try {
      return await request(reused ?? (await this.#pool.dial(target, signal)));
    } catch (fault) {
      const isStale = reused?.isProved === true && fault instanceof DisgoverError && STALE.has(fault.code);
      if (!isStale) throw fault;
      return request(await this.#pool.dial(target, signal));
    }
  }
}
