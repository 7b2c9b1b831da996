// Seeds from another registry over HTTP: the contacts that an agent lists. Node only.

import { readFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import type { BootstrapSource, Seed } from '../../contracts/bootstrap-source.js';
import { DisgoverError, quote } from '../../errors.js';
import { checkOptionNames } from '../../option-names.js';
import { jittered } from '../../runtime/random.js';
import { get, type HttpContext, type HttpOptions, parseJson, readText } from '../http/request.js';
import { SeedNews } from '../seed-news.js';
import { sleep } from '../sleep.js';
import { badSource, checkInteger } from '../source-url.js';

export interface RegistryOptions {
  /** What answers with the contacts: `http://127.0.0.1:8642/v1/contacts`. Its query, if any, is the registry's own. */
  readonly url: string;
  /** Time between two questions, give or take a tenth. Milliseconds, default 10000, at least 500. */
  readonly intervalMs?: number;
  /** For the head of an answer, and for its body. Milliseconds, default 5000. */
  readonly timeoutMs?: number;
  /** A file that holds a bearer token; read for each question. */
  readonly tokenFile?: string;
  /** A file that holds the certificate of the authority to be trusted, in PEM. Default: those of the system. */
  readonly caFile?: string;
}

const OPTION_NAMES = ['url', 'intervalMs', 'timeoutMs', 'tokenFile', 'caFile'];
/** Contacts for 64 seeds take 200 KB at most. */
const MOST_BYTES = 1_048_576;
const JITTER_SHARE = 0.1;

/**
 * The contacts that a URL lists, asked for again and again, with `If-None-Match` where it gives an ETag. It answers JSON: `{ "contacts": [ … ] }`, or the
 * array alone, of contacts or addresses.
 * @throws DisgoverError `ERR_BAD_SOURCE`. Its seeds: `ERR_SOURCE_UNREACHABLE`, `ERR_SOURCE_DENIED`, `ERR_SOURCE_BAD_ANSWER`, `ERR_TLS_FAILED`,
 * `ERR_KEY_FILE_UNREADABLE`.
 */
export function registry(source: string | RegistryOptions): BootstrapSource {
  const given = typeof source === 'string' ? { url: source } : source;
  checkOptionNames('registry', given, OPTION_NAMES);
  const { intervalMs = 10_000, timeoutMs = 5_000 } = given;
  const url = checkUrl(given.url);
  checkInteger('registry: intervalMs', intervalMs, 500, 86_400_000);
  checkInteger('registry: timeoutMs', timeoutMs, 10, 60_000);
  return {
    name: `registry ${url.origin}${url.pathname}`,
    async *seeds(signal, { runtime }) {
      const context = { runtime, signal, timeoutMs };
      const agent = new (url.protocol === 'https:' ? TlsAgent : Agent)({ keepAlive: true, maxSockets: 1 });
      const news = new SeedNews();
      let etag: string | undefined;
      try {
        while (!signal.aborted) {
          const list = await read(url, { ...(await credentialsOf(given)), agent }, etag, context);
          if (list !== undefined) {
            etag = list.etag;
            const update = news.of(list.seeds);
            if (update !== undefined) yield update;
          }
          await sleep(runtime, jittered(runtime, intervalMs, JITTER_SHARE), signal);
        }
      } catch (fault) {
        if (!signal.aborted) throw fault;
      } finally {
        agent.destroy();
      }
    },
  };
}

/** `undefined`: what was read last still stands. */
async function read(
  url: URL,
  options: HttpOptions,
  etag: string | undefined,
  context: HttpContext,
): Promise<{ readonly seeds: readonly Seed[]; readonly etag: string | undefined } | undefined> {
  const headers = {
    ...options.headers,
    accept: 'application/json',
    ...(etag !== undefined && { 'if-none-match': etag }),
  };
  const response = await get(url, { ...options, headers }, context);
  const { statusCode = 0 } = response;
  const text = await readText(url, response, MOST_BYTES, context);
  if (statusCode === 304 && etag !== undefined) return undefined;
  if (statusCode !== 200) throw refusal(url, statusCode, response.headers.location);
  const answer = parseJson(url, text) as { readonly contacts?: unknown } | null;
  const seeds = Array.isArray(answer) ? answer : answer?.contacts;
  if (!Array.isArray(seeds))
    throw new DisgoverError('SOURCE_BAD_ANSWER', `${url.host}: expected { "contacts": [ … ] } or an array`);
  return { seeds, etag: response.headers.etag };
}

function refusal(url: URL, status: number, location: string | undefined): DisgoverError {
  const where = `${url.host}${url.pathname} answers ${status}`;
  if (status === 401 || status === 403)
    return new DisgoverError('SOURCE_DENIED', `${where}: give a token that it accepts, tokenFile`);
  if (status === 429 || status >= 500)
    return new DisgoverError('SOURCE_UNREACHABLE', `${where}: it is overloaded or ill`);
  const hint =
    location === undefined
      ? 'nothing there lists contacts'
      : `it is not followed to ${quote(location)}: give that URL`;
  return new DisgoverError('SOURCE_BAD_ANSWER', `${where}: ${hint}`);
}

async function credentialsOf({ tokenFile, caFile }: RegistryOptions): Promise<HttpOptions> {
  return {
    ...(caFile !== undefined && { ca: await readFileText(caFile) }),
    ...(tokenFile !== undefined && {
      headers: { authorization: `Bearer ${(await readFileText(tokenFile)).trim()}` },
    }),
  };
}

async function readFileText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const { code = 'unknown' } = cause as NodeJS.ErrnoException;
    throw new DisgoverError('KEY_FILE_UNREADABLE', `${quote(path)} cannot be read: ${code}`, { cause });
  }
}

function checkUrl(text: unknown): URL {
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hash !== '')
    throw badSource(String(text), 'expected http://host:port/path');
  if (url.username !== '' || url.password !== '')
    throw badSource(url.href, 'credentials not allowed: give a tokenFile');
  return url;
}
