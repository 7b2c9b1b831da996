// Who may open a WebSocket here: path, origin and subprotocol of an upgrade, judged before the library sees it.
import type { IncomingMessage } from 'node:http';
import { isLiteral, type LinkCloseReason, quote } from '../../src/plugin.js';
import { SUBPROTOCOL } from './url.js';

export interface Door {
  readonly path: string;
  readonly origins: ReadonlySet<string>;
  /** What this node calls itself, where it does. */
  readonly advertisedHost: string | undefined;
  /** Whether pages that are served from the same place come over https. */
  readonly isEncrypted: boolean;
}

export interface HttpRefusal {
  readonly status: 400 | 403 | 404;
  /** Told to whoever asks. */
  readonly text: string;
  /** Told here; absent where nobody is at fault. */
  readonly reason?: LinkCloseReason;
}

/** Why a request is refused; undefined when it may go on. */
export function judgeUpgrade(request: IncomingMessage, door: Door): HttpRefusal | undefined {
  if (request.url !== door.path) return { status: 404, text: 'NOT_FOUND' };
  if (!isOriginAllowed(request, door)) {
    const detail = quote(request.headers.origin ?? '');
    return { status: 403, text: 'ORIGIN_NOT_ALLOWED', reason: { code: 'ORIGIN_NOT_ALLOWED', detail } };
  }
  const offered = request.headers['sec-websocket-protocol']?.split(',') ?? [];
  if (offered.some((name) => name.trim() === SUBPROTOCOL)) return undefined;
  const detail = `want ${SUBPROTOCOL}`;
  return { status: 400, text: `BAD_SUBPROTOCOL: ${detail}`, reason: { code: 'BAD_SUBPROTOCOL', detail } };
}

/** Browsers always send an origin, and no page can leave it out; who sends none is not a page. */
function isOriginAllowed({ headers }: IncomingMessage, door: Door): boolean {
  if (headers.origin === undefined || door.origins.has('*')) return true;
  const origin = headers.origin.toLowerCase();
  if (door.origins.has(origin)) return true;
  const at = headers.host?.toLowerCase() ?? '';
  return origin === `${door.isEncrypted ? 'https' : 'http'}://${at}` && isKnownHost(at, door.advertisedHost);
}

/**
 * A name that is asked for and served from alike proves nothing: whoever owns it can make it lead here (DNS rebinding). An
 * address is nobody's to redirect.
 */
function isKnownHost(at: string, advertised: string | undefined): boolean {
  const [, bracketed, plain = ''] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(at) ?? [];
  const host = bracketed ?? plain;
  return isLiteral(host) || host === 'localhost' || host === advertised?.toLowerCase();
}

const forwarding = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];

/** Whether the request comes from who sends it: a proxy says that it is one. */
export function isDirect({ headers }: IncomingMessage): boolean {
  return forwarding.every((name) => headers[name] === undefined);
}
