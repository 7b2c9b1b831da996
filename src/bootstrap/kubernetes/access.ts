// Where the API server is, and what it is shown: of the pod's service account, of a kubeconfig, or nothing.

import { readFile } from 'node:fs/promises';
import { DisgoverError, quote, quoteThrown } from '../../errors.js';
import type { HttpOptions } from '../http/request.js';
import type { ResolvedKubernetesOptions } from './options.js';

export interface Access {
  readonly server: URL;
  /** For one request: tokens are exchanged while a process runs. */
  credentials(): Promise<HttpOptions>;
}

/** Where Kubernetes mounts it in every pod, unless told not to. */
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** What is used of `@kubernetes/client-node` 1.x, whose types are there only when it is installed. */
interface KubeConfig {
  loadFromDefault(): void;
  loadFromFile(path: string): void;
  setCurrentContext(name: string): void;
  getContextObject(name: string): unknown;
  getCurrentCluster(): { readonly server: string } | null;
  applyToHTTPSOptions(options: HttpOptions): Promise<void>;
}

/** @throws DisgoverError `ERR_K8S_NOT_IN_CLUSTER`, `ERR_PACKAGE_MISSING`, `ERR_BAD_SOURCE`. */
export async function accessTo(
  options: ResolvedKubernetesOptions,
  env = process.env,
  folder = SERVICE_ACCOUNT,
): Promise<Access> {
  const { server, kubeconfig, context } = options;
  if (server !== undefined) return { server: new URL(server), credentials: async () => ({}) };
  if (kubeconfig !== undefined) return ofKubeconfig(kubeconfig, context);
  return ofServiceAccount(env, folder);
}

async function ofServiceAccount(env: NodeJS.ProcessEnv, folder: string): Promise<Access> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = env;
  if (host === undefined || host === '')
    throw notInCluster('KUBERNETES_SERVICE_HOST is not set: outside a cluster give ?kubeconfig= or ?server=');
  const server = new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`);
  const credentials = async () => {
    try {
      const [token, ca] = await Promise.all(
        ['token', 'ca.crt'].map((name) => readFile(`${folder}/${name}`, 'utf8')),
      );
      return { headers: { authorization: `Bearer ${token?.trim()}` }, ca: ca ?? '' };
    } catch (cause) {
      const { code = 'unknown' } = cause as NodeJS.ErrnoException;
      throw notInCluster(
        `no service account token in ${folder} (${code}): see automountServiceAccountToken of the pod`,
        cause,
      );
    }
  };
  return { server, credentials };
}

async function ofKubeconfig(path: string, context: string | undefined): Promise<Access> {
  const config = await newKubeConfig();
  const where = path === '' ? 'the kubeconfig' : `the kubeconfig ${quote(path)}`;
  try {
    if (path === '') config.loadFromDefault();
    else config.loadFromFile(path);
  } catch (cause) {
    throw new DisgoverError('BAD_SOURCE', `${where} cannot be read: ${quoteThrown(cause)}`, { cause });
  }
  if (context !== undefined) {
    if (!config.getContextObject(context))
      throw new DisgoverError('BAD_SOURCE', `${where} has no context ${quote(context)}`);
    config.setCurrentContext(context);
  }
  const server = config.getCurrentCluster()?.server;
  if (server === undefined || !URL.canParse(server))
    throw new DisgoverError('BAD_SOURCE', `${where} names no cluster in its current context`);
  return {
    server: new URL(server),
    credentials: async () => {
      const options: HttpOptions = {};
      await config.applyToHTTPSOptions(options);
      // Its agent, made for this request, has nothing that the options have not, and would open a connection for each.
      delete options.agent;
      return options;
    },
  };
}

async function newKubeConfig(): Promise<KubeConfig> {
  const name = '@kubernetes/client-node';
  try {
    const { KubeConfig } = (await import(name)) as { readonly KubeConfig: new () => KubeConfig };
    return new KubeConfig();
  } catch (cause) {
    throw new DisgoverError(
      'PACKAGE_MISSING',
      `a kubeconfig is read by another package: npm install ${name}@1`,
      { cause },
    );
  }
}

function notInCluster(why: string, cause?: unknown): DisgoverError {
  return new DisgoverError('K8S_NOT_IN_CLUSTER', why, { cause });
}
