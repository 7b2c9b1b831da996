// HTTP as sources need it: within a time, within a size, following nobody elsewhere, and with failures that say what to do.

import { type IncomingMessage, request as overTcp, type RequestOptions } from 'node:http';
import { request as overTls, type RequestOptions as TlsRequestOptions } from 'node:https';
import type { Runtime } from '../../contracts/runtime.js';
import { asDisgoverError, DisgoverError, quoteThrown } from '../../errors.js';
import { onAbort } from '../../runtime/abort.js';

export interface HttpContext {
  readonly runtime: Runtime;
  readonly signal: AbortSignal;
  /** For the head of an answer, and for its body. */
  readonly timeoutMs: number;
}

export type HttpOptions = RequestOptions & TlsRequestOptions;

/**
 * A GET, answered; the body is still to be read, and ends with the signal.
 * @throws DisgoverError `ERR_SOURCE_UNREACHABLE`, `ERR_TLS_FAILED`; the signal's reason.
 */
export function get(url: URL, options: HttpOptions, context: HttpContext): Promise<IncomingMessage> {
  const { runtime, signal, timeoutMs } = context;
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const open = url.protocol === 'https:' ? overTls : overTcp;
    const request = open(url, options);
    const timer = runtime.setTimer(timeoutMs, () => request.destroy(late(url, timeoutMs)));
    const forget = onAbort(signal, () => request.destroy());
    request.on('response', (response) => {
      timer.cancel();
      resolve(response);
    });
    request.on('close', () => {
      timer.cancel();
      forget();
    });
    request.on('error', (fault) => reject(signal.aborted ? signal.reason : unreachable(url, fault)));
    request.end();
  });
}

/**
 * The whole of a body as text. @throws DisgoverError `ERR_SOURCE_BAD_ANSWER` when it is longer than it may be, `ERR_SOURCE_UNREACHABLE` when it
 * does not end, or ends before its time; the signal's reason.
 */
export async function readText(
  url: URL,
  response: IncomingMessage,
  mostBytes: number,
  context: HttpContext,
): Promise<string> {
  const { runtime, signal, timeoutMs } = context;
  const timer = runtime.setTimer(timeoutMs, () => response.destroy(late(url, timeoutMs)));
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of response) {
      length += chunk.length;
      if (length > mostBytes)
        throw new DisgoverError('SOURCE_BAD_ANSWER', `${url.host}: an answer of more than ${mostBytes} B`);
      chunks.push(chunk);
    }
  } catch (fault) {
    signal.throwIfAborted();
    throw fault instanceof DisgoverError ? fault : unreachable(url, fault);
  } finally {
    timer.cancel();
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** @throws DisgoverError `ERR_SOURCE_BAD_ANSWER`. */
export function parseJson(url: URL, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DisgoverError(
      'SOURCE_BAD_ANSWER',
      `${url.host}${url.pathname} is not JSON: ${quoteThrown(cause)}`,
      { cause },
    );
  }
}

function late(url: URL, timeoutMs: number): DisgoverError {
  return new DisgoverError('SOURCE_UNREACHABLE', `${url.host} did not answer within ${timeoutMs} ms`);
}

function unreachable(url: URL, cause: unknown): DisgoverError {
  if (cause instanceof DisgoverError) return cause;
  const { code = '' } = cause as NodeJS.ErrnoException;
  if (
    url.protocol === 'https:' &&
    /^(?:ERR_(?:SSL|TLS)_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|EPROTO)/.test(code)
  )
    return new DisgoverError(
      'TLS_FAILED',
      `${url.host}: ${code}: check its certificate, and the CA that is given for it`,
      { cause },
    );
  const hint =
    code === 'ECONNREFUSED' ? 'nobody listens there' : code === 'ENOTFOUND' ? 'there is no such name' : code;
  return new DisgoverError('SOURCE_UNREACHABLE', `${url.host}: ${hint || asDisgoverError(cause).message}`, {
    cause,
  });
}
