// List, then watch from where the list stands; when the watch ends, on from where it stood; when that is no longer kept, list again.

import type { SourceContext } from '../../contracts/bootstrap-source.js';
import { DisgoverError } from '../../errors.js';
import { randomFraction } from '../../runtime/random.js';
import { sleep } from '../sleep.js';
import { type ApiClient, Gone } from './api-client.js';
import type { ResolvedKubernetesOptions } from './options.js';
import { type EndpointSlice, Slices } from './slices.js';

const GROUP = '/apis/discovery.k8s.io';
/** The newest first. */
const VERSIONS = ['v1', 'v1beta1'];
/** After which the server ends a watch itself, so that a server that comes anew gets its share of them. */
const WATCH_S = 300;
/** A watch that lasted for less counts as one that failed. */
const GOOD_WATCH_MS = 5_000;
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 30_000;

/** The slices each time that they have changed. @throws what the client throws, when the server cannot even be asked. */
export async function* followSlices(
  client: ApiClient,
  { namespace, labelSelector, silenceMs }: ResolvedKubernetesOptions,
  { runtime }: SourceContext,
  signal: AbortSignal,
): AsyncGenerator<Slices> {
  const version = await versionOf(client);
  const path = `${GROUP}/${version}/namespaces/${namespace}/endpointslices?labelSelector=${encodeURIComponent(labelSelector)}`;
  const slices = new Slices();
  let resourceVersion: string | undefined;
  let failures = 0;
  while (!signal.aborted) {
    const startedAt = runtime.now();
    try {
      if (resourceVersion === undefined) {
        const list = (await client.get(path)) as {
          readonly items?: unknown;
          readonly metadata?: { readonly resourceVersion?: unknown };
        };
        if (!Array.isArray(list?.items) || typeof list.metadata?.resourceVersion !== 'string')
          throw new DisgoverError('SOURCE_BAD_ANSWER', `what the API server lists is no EndpointSliceList`);
        slices.replace(list.items as EndpointSlice[]);
        resourceVersion = list.metadata.resourceVersion;
        yield slices;
      }
      const watch = `${path}&watch=true&allowWatchBookmarks=true&timeoutSeconds=${WATCH_S}&resourceVersion=${resourceVersion}`;
      for await (const { type, object } of client.watch(watch, silenceMs)) {
        if (type === 'ERROR') throw isGone(object) ? new Gone() : lost(object);
        const slice = object as EndpointSlice;
        if (typeof slice?.metadata?.resourceVersion === 'string')
          resourceVersion = slice.metadata.resourceVersion;
        if (type === 'DELETED') slices.remove(slice);
        else if (type === 'ADDED' || type === 'MODIFIED') slices.put(slice);
        else continue; // a bookmark
        yield slices;
      }
    } catch (fault) {
      if (!(fault instanceof Gone)) throw fault;
      resourceVersion = undefined;
    }
    failures = runtime.now() - startedAt < GOOD_WATCH_MS ? failures + 1 : 0;
    const mostMs = Math.min(FIRST_RETRY_MS * 2 ** failures, LAST_RETRY_MS);
    await sleep(runtime, (mostMs / 2) * (1 + randomFraction(runtime)), signal);
  }
}

/** @throws DisgoverError `ERR_K8S_UNSUPPORTED`. */
async function versionOf(client: ApiClient): Promise<string> {
  const group = (await client.get(GROUP)) as { readonly versions?: unknown } | null;
  const served = Array.isArray(group?.versions) ? group.versions.map((one) => one?.version) : [];
  const version = VERSIONS.find((one) => served.includes(one));
  if (version !== undefined) return version;
  throw new DisgoverError(
    'K8S_UNSUPPORTED',
    `the API server serves discovery.k8s.io as ${served.join(', ') || 'nothing'}; known: ${VERSIONS.join(', ')}`,
  );
}

function isGone(status: unknown): boolean {
  return (status as { readonly code?: unknown } | null)?.code === 410;
}

function lost(status: unknown): DisgoverError {
  const { message = 'no message' } = (status ?? {}) as { readonly message?: unknown };
  return new DisgoverError('SOURCE_UNREACHABLE', `the API server ended the watch: ${String(message)}`);
}
