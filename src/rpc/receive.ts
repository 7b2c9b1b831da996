// The one door for frames of known peers: decode, refuse or dispatch. Nothing that comes in makes it throw.

import { DisgoverError, Refusal } from '../errors.js';
import { limits } from '../limits.js';
import type { Session } from '../session/session.js';
import { decode } from '../wire/decode.js';
import type { BadFrame, Reply, Request } from '../wire/messages.js';
import { answerFindNode, type FindNodeDependencies } from './handlers/find-node.js';
import { answerPing, type PingDependencies } from './handlers/ping.js';

export interface ReceiveDependencies extends PingDependencies, FindNodeDependencies {
  /** Something was refused: for counters and events. */
  onRefused(session: Session, refusal: Refusal): void;
  onUnknownPart(): void;
  /** A fault of our own, which the peer does not see. */
  onFault(fault: unknown): void;
}

export type Receive = (session: Session, frame: Uint8Array) => void;

export function makeReceive(deps: ReceiveDependencies): Receive {
  return (session, frame) => {
    const message = decode(frame, deps.onUnknownPart);
    switch (message.type) {
      case 'ping':
      case 'findNode':
        return onRequest(session, message, deps);
      case 'pong':
      case 'nodes':
      case 'error':
        return onReply(session, message, deps);
      case 'proof':
        return refuseSession(session, new Refusal('BAD_FRAME', 'a PROOF that nobody waits for'), deps);
      case 'hello':
        return refuseSession(session, new Refusal('UNEXPECTED_HELLO', 'a second HELLO'), deps);
      case 'close':
        return session.endByPeer(message.code);
      case 'bad':
        return onBadFrame(session, message, deps);
    }
  };
}

function onRequest(session: Session, request: Request, deps: ReceiveDependencies): void {
  const { requestId } = request;
  if (requestId <= session.lastRequestId) {
    const refusal = new Refusal('BAD_REQUEST_ID', `${requestId} after ${session.lastRequestId}`);
    return refuseRequest(session, requestId, refusal, deps);
  }
  session.lastRequestId = requestId;
  if (!session.isProved && isAnnouncing(request)) {
    const refusal = new Refusal('PROOF_REQUIRED', 'what a stranger announces');
    return refuseRequest(session, requestId, refusal, deps);
  }
  try {
    const reply =
      request.type === 'ping' ? answerPing(request, session, deps) : answerFindNode(request, session, deps);
    if (reply instanceof Promise) void answerLater(session, requestId, reply, deps);
    else answer(session, requestId, reply, deps);
  } catch (fault) {
    onFault(session, requestId, fault, deps);
  }
}

/** What is for a session that has ended meanwhile goes nowhere. */
async function answerLater(
  session: Session,
  requestId: number,
  reply: Promise<Reply | Refusal>,
  deps: ReceiveDependencies,
): Promise<void> {
  try {
    answer(session, requestId, await reply, deps);
  } catch (fault) {
    onFault(session, requestId, fault, deps);
  }
}

function answer(
  session: Session,
  requestId: number,
  reply: Reply | Refusal,
  deps: ReceiveDependencies,
): void {
  if (reply instanceof Refusal) refuseRequest(session, requestId, reply, deps);
  else session.send(reply);
}

function onFault(session: Session, requestId: number, fault: unknown, deps: ReceiveDependencies): void {
  deps.onFault(fault);
  session.send({ type: 'error', requestId, code: 'INTERNAL' });
}

function isAnnouncing(request: Request): boolean {
  return request.type === 'findNode' && request.announced.length + request.withdrawn.length > 0;
}

function onReply(session: Session, reply: Reply, deps: ReceiveDependencies): void {
  if (!session.pending.settle(reply)) onUnsolicited(session, reply.requestId, deps);
}

function onBadFrame(
  session: Session,
  { of, code, detail, requestId }: BadFrame,
  deps: ReceiveDependencies,
): void {
  const refusal = new Refusal(code, detail);
  if (of === 'other' || requestId === undefined) return refuseSession(session, refusal, deps);
  if (of === 'request') return refuseRequest(session, requestId, refusal, deps);
  deps.onRefused(session, refusal);
  if (!session.pending.fail(requestId, DisgoverError.from(refusal))) onUnsolicited(session, requestId, deps);
}

function onUnsolicited(session: Session, requestId: number, deps: ReceiveDependencies): void {
  const refusal = new Refusal('UNSOLICITED_REPLY', `nobody waits for ${requestId}`);
  if (++session.unsolicitedReplies > limits.unsolicitedReplies) return refuseSession(session, refusal, deps);
  deps.onRefused(session, refusal);
}

function refuseRequest(
  session: Session,
  requestId: number,
  refusal: Refusal,
  deps: ReceiveDependencies,
): void {
  deps.onRefused(session, refusal);
  // What our own arbiter does wrong is for us to know.
  const code = refusal.code.startsWith('ARBITER') ? 'INTERNAL' : refusal.code;
  session.send({ type: 'error', requestId, code });
}

function refuseSession(session: Session, refusal: Refusal, deps: ReceiveDependencies): void {
  deps.onRefused(session, refusal);
  session.close(refusal.code, refusal.detail);
}
