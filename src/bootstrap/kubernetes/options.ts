import { DisgoverError, quote } from '../../errors.js';
import { checkOptionNames } from '../../option-names.js';
import { badSource, checkInteger, checkScheme, numbersOf, parseSourceUrl } from '../source-url.js';

export interface KubernetesOptions {
  readonly namespace: string;
  /** The service whose EndpointSlices name the nodes. Either this or `selector`. */
  readonly service?: string;
  /** A label selector over EndpointSlices, which have the labels of their services: `app=disgover,tier in (a,b)`. */
  readonly selector?: string;
  /** The port of the seeds: its name in the slices, or its number. Default: the one named `disgover`, else the only one. */
  readonly port?: string | number;
  /** Whether endpoints that are not ready are named, too, after those that are. Default: only where none is ready, as when all start at once. */
  readonly notReady?: boolean;
  /** A kubeconfig file, read by `@kubernetes/client-node`; '' for where that looks by default. Default: the service account of the pod. */
  readonly kubeconfig?: string;
  /** A context of the kubeconfig. Default: its current one. */
  readonly context?: string;
  /** The URL of an API server that wants no credentials, such as `kubectl proxy`: `http://127.0.0.1:8001`. */
  readonly server?: string;
  /** The scheme of the seeds: `tcp`, `ws`, `wss`. Default: that of the node's first transport. */
  readonly scheme?: string;
  /** Silence after which a watch is opened anew; API servers say something each minute. Milliseconds, default 90000. */
  readonly silenceMs?: number;
}

export type ResolvedKubernetesOptions = Required<
  Pick<KubernetesOptions, 'namespace' | 'silenceMs' | 'notReady'>
> &
  Pick<KubernetesOptions, 'port' | 'kubeconfig' | 'context' | 'server' | 'scheme'> & {
    /** What the API server is asked for. */
    readonly labelSelector: string;
    /** For people: `k8s default/disgover`. */
    readonly title: string;
  };

const FORM = 'k8s://namespace/service or k8s://namespace?selector=app%3Dx';
const QUERY_NAMES = [
  'selector',
  'port',
  'notReady',
  'kubeconfig',
  'context',
  'server',
  'scheme',
  'silenceMs',
];
const OPTION_NAMES = ['namespace', 'service', ...QUERY_NAMES];

/** What Kubernetes calls a DNS label (RFC 1123), of which namespaces and services are named. */
const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** @throws DisgoverError `ERR_BAD_SOURCE`. */
export function resolveKubernetesOptions(source: string | KubernetesOptions): ResolvedKubernetesOptions {
  const given = typeof source === 'string' ? optionsOf(source) : source;
  checkOptionNames('kubernetes', given, OPTION_NAMES);
  const { namespace, service, selector, port, server, notReady = false, silenceMs = 90_000 } = given;
  const { kubeconfig, context, scheme } = given;
  checkLabel('namespace', namespace);
  if ((service === undefined) === (selector === undefined))
    throw bad('give a service or a selector, and not both');
  if (service !== undefined) checkLabel('service', service);
  if (selector !== undefined && (typeof selector !== 'string' || selector.trim() === ''))
    throw bad('selector must be a label selector, such as app=x');
  if (typeof port === 'number') checkInteger('kubernetes: port', port, 1, 65_535);
  else if (port !== undefined) checkLabel('port', port);
  if (typeof notReady !== 'boolean') throw bad('notReady must be true or false');
  if (server !== undefined && !(URL.canParse(server) && /^https?:$/.test(new URL(server).protocol)))
    throw bad('server must be a URL of http or https');
  if (server !== undefined && kubeconfig !== undefined)
    throw bad('give a server or a kubeconfig, and not both');
  if (context !== undefined && kubeconfig === undefined) throw bad('a context is one of a kubeconfig');
  return {
    namespace,
    labelSelector: selector ?? `kubernetes.io/service-name=${service}`,
    title: service === undefined ? `k8s ${namespace}?selector=${selector}` : `k8s ${namespace}/${service}`,
    notReady,
    silenceMs: checkInteger('kubernetes: silenceMs', silenceMs, 100, 3_600_000),
    ...(port !== undefined && { port }),
    ...(server !== undefined && { server }),
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(context !== undefined && { context }),
    ...(scheme !== undefined && { scheme: checkScheme('kubernetes', scheme) }),
  };
}

function optionsOf(text: string): KubernetesOptions {
  const url = parseSourceUrl(text, 'k8s', FORM, QUERY_NAMES);
  const [, service = '', more] = url.pathname.split('/');
  if (more !== undefined || url.port !== '') throw badSource(text, `expected ${FORM}`);
  const query = (name: string) => url.searchParams.get(name) ?? undefined;
  const [port, notReady] = [query('port'), query('notReady')];
  if (notReady !== undefined && notReady !== 'true' && notReady !== 'false')
    throw badSource(text, 'notReady is true or false');
  const texts = ['selector', 'kubeconfig', 'context', 'server', 'scheme'].flatMap((name) => {
    const value = query(name);
    return value === undefined ? [] : [[name, value]];
  });
  return {
    namespace: url.hostname,
    ...(service !== '' && { service }),
    ...Object.fromEntries(texts),
    ...(port !== undefined && { port: /^\d+$/.test(port) ? Number(port) : port }),
    ...(notReady !== undefined && { notReady: notReady === 'true' }),
    ...numbersOf(url, ['silenceMs']),
  };
}

function checkLabel(what: string, value: unknown): void {
  if (typeof value !== 'string' || !label.test(value))
    throw bad(`${what} ${quote(String(value))} is no name of Kubernetes`);
}

function bad(why: string): DisgoverError {
  return new DisgoverError('BAD_SOURCE', `kubernetes: ${why}; ${FORM}`);
}
