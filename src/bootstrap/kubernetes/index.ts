// Seeds from Kubernetes: the EndpointSlices of a service, listed once and then watched. Node only.

import type { BootstrapSource } from '../../contracts/bootstrap-source.js';
import { SeedNews } from '../seed-news.js';
import { accessTo } from './access.js';
import { ApiClient } from './api-client.js';
import { followSlices } from './follow.js';
import { type KubernetesOptions, resolveKubernetesOptions } from './options.js';

export type { KubernetesOptions } from './options.js';

const TIMEOUT_MS = 10_000;

/**
 * The pods behind a service, or behind all services with certain labels, each by its own address: those that are ready in an order of chance; where none is,
 * those that are not. Changes are pushed by the API server (`discovery.k8s.io/v1`, or `v1beta1`), over one connection, which is opened
 * anew when it breaks or falls silent. Needs the verbs get, list and watch on `endpointslices`.
 * @throws DisgoverError `ERR_BAD_SOURCE`. Its seeds: `ERR_K8S_NOT_IN_CLUSTER`, `ERR_K8S_UNSUPPORTED`, `ERR_K8S_NO_PORT`, `ERR_PACKAGE_MISSING`,
 * `ERR_SOURCE_UNREACHABLE`, `ERR_SOURCE_DENIED`, `ERR_SOURCE_BAD_ANSWER`, `ERR_TLS_FAILED`.
 */
export function kubernetes(source: string | KubernetesOptions): BootstrapSource {
  const options = resolveKubernetesOptions(source);
  return {
    name: options.title,
    async *seeds(signal, node) {
      const context = { runtime: node.runtime, signal, timeoutMs: TIMEOUT_MS };
      const news = new SeedNews();
      const client = new ApiClient(await accessTo(options), context);
      try {
        for await (const slices of followSlices(client, options, node, signal)) {
          const update = news.of(slices.seeds(options, options.scheme ?? node.transport, node.runtime));
          if (update !== undefined) yield update;
        }
      } catch (fault) {
        if (!signal.aborted) throw fault;
      } finally {
        client.close();
      }
    },
  };
}
