// The API server, over one connection: a document, or a stream of events, one JSON object a line.

import { Agent, type IncomingMessage } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { DisgoverError, quote } from '../../errors.js';
import { get, type HttpContext, parseJson, readText } from '../http/request.js';
import type { Access } from './access.js';

/** Some 1,000 slices of 100 endpoints. */
const MOST_LIST_BYTES = 32 * 1_024 * 1_024;
/** One slice has at most 1,000 endpoints. */
const MOST_EVENT_BYTES = 4 * 1_024 * 1_024;
const MOST_STATUS_BYTES = 65_536;

export interface WatchEvent {
  readonly type?: unknown;
  readonly object?: unknown;
}

export class ApiClient {
  readonly #access: Access;
  readonly #context: HttpContext;
  readonly #agent: Agent;

  constructor(access: Access, context: HttpContext) {
    this.#access = access;
    this.#context = context;
    const options = { keepAlive: true, maxSockets: 1 };
    this.#agent = access.server.protocol === 'https:' ? new TlsAgent(options) : new Agent(options);
  }

  /** @throws DisgoverError `ERR_SOURCE_*`, `ERR_TLS_FAILED`; `Gone` */
  async get(path: string): Promise<unknown> {
    const url = this.#url(path);
    return parseJson(url, await readText(url, await this.#open(url), MOST_LIST_BYTES, this.#context));
  }

  /** The events of a watch until it ends, breaks off, or has been silent for too long. @throws as `get`, when it does not even begin. */
  async *watch(path: string, silenceMs: number): AsyncGenerator<WatchEvent> {
    const { runtime, signal } = this.#context;
    const url = this.#url(path);
    const response = await this.#open(url);
    const listen = () => runtime.setTimer(silenceMs, () => response.destroy());
    let timer = listen();
    try {
      // Bounded by MOST_EVENT_BYTES.
      let line = '';
      response.setEncoding('utf8');
      for await (const text of response) {
        timer.cancel();
        const lines = (line + text).split('\n');
        line = lines.pop() ?? '';
        if (line.length > MOST_EVENT_BYTES) throw tooLong(url);
        for (const one of lines) if (one !== '') yield parseJson(url, one) as WatchEvent;
        timer = listen();
      }
    } catch (fault) {
      // A connection that breaks is the end of the watch, and no more.
      if (fault instanceof DisgoverError || signal.aborted) throw fault;
    } finally {
      timer.cancel();
      response.destroy();
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #url(path: string): URL {
    const { server } = this.#access;
    return new URL(`${server.pathname.replace(/\/$/, '')}${path}`, server);
  }

  async #open(url: URL): Promise<IncomingMessage> {
    const { headers, ...credentials } = await this.#access.credentials();
    const options = {
      ...credentials,
      headers: { ...headers, accept: 'application/json' },
      agent: this.#agent,
    };
    const response = await get(url, options, this.#context);
    if (response.statusCode === 200) return response;
    throw await this.#refusal(url, response);
  }

  async #refusal(url: URL, response: IncomingMessage): Promise<unknown> {
    const { statusCode = 0 } = response;
    const text = await readText(url, response, MOST_STATUS_BYTES, this.#context).catch(() => '');
    if (statusCode === 410) return new Gone();
    const said = quote(messageOf(text));
    if (statusCode === 401)
      return new DisgoverError(
        'SOURCE_DENIED',
        `${url.host} does not accept the token or certificate (401): ${said}`,
      );
    if (statusCode === 403)
      return new DisgoverError(
        'SOURCE_DENIED',
        `${url.host} forbids it (403), ${said}: bind a Role with get, list and watch on endpointslices of discovery.k8s.io`,
      );
    if (statusCode === 404)
      return new DisgoverError('K8S_UNSUPPORTED', `${url.host} has no ${url.pathname} (404)`);
    if (statusCode === 429 || statusCode >= 500)
      return new DisgoverError(
        'SOURCE_UNREACHABLE',
        `${url.host} is overloaded or ill (${statusCode}): ${said}`,
      );
    return new DisgoverError('SOURCE_BAD_ANSWER', `${url.host} answers ${statusCode}: ${said}`);
  }
}

/** What the resource version stands for is no longer kept: list again (410). */
export class Gone {}

/** Of a Status, Kubernetes' own kind of answer. */
function messageOf(text: string): string {
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown };
    return typeof message === 'string' ? message : text;
  } catch {
    return text;
  }
}

function tooLong(url: URL): DisgoverError {
  return new DisgoverError(
    'SOURCE_BAD_ANSWER',
    `${url.host}: an event of more than ${MOST_EVENT_BYTES} characters`,
  );
}
