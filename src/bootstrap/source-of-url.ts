// `disgover/bootstrap`: seeds and sources as they are written on a command line or in the environment. Node only.

import type { BootstrapSource, Seed } from '../contracts/bootstrap-source.js';

type Make = (url: string) => BootstrapSource;

/** By the scheme of its URL; each is loaded when it is wanted, with what it needs. */
const sources: Readonly<Record<string, () => Promise<Make>>> = {
  file: async () => (await import('./file/index.js')).seedFile,
  dnssrv: async () => (await import('./dns/index.js')).dnsSrv,
  dns: async () => (await import('./dns/index.js')).dnsNames,
  k8s: async () => (await import('./kubernetes/index.js')).kubernetes,
  http: async () => (await import('./registry/index.js')).registry,
  https: async () => (await import('./registry/index.js')).registry,
  serf: async () => (await import('./serf/index.js')).serf,
  multicast: async () => (await import('./multicast/index.js')).multicast,
};

/** The schemes of sources: `file`, `dnssrv`, … */
export const sourceSchemes: readonly string[] = Object.keys(sources);

/** Whether the text is the URL of a source, rather than an address. */
export function isSourceUrl(text: string): boolean {
  return sourceSchemes.includes(schemeOf(text));
}

/** The source of a URL such as `dnssrv://_disgover._tcp.example.net`; an address is a seed as it is. @throws DisgoverError `ERR_BAD_SOURCE`. */
export async function seedOfUrl(text: string): Promise<Seed | BootstrapSource> {
  const make = await sources[schemeOf(text)]?.();
  return make === undefined ? text : make(text);
}

/** What `DISGOVER_SEEDS` names, addresses and URLs of sources with commas or blanks between. @throws DisgoverError `ERR_BAD_SOURCE`. */
export function seedsOfEnvironment(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<(Seed | BootstrapSource)[]> {
  return Promise.all(urlsOfEnvironment(environment).map(seedOfUrl));
}

/** The same as it is written there. */
export function urlsOfEnvironment({
  DISGOVER_SEEDS = '',
}: Readonly<Record<string, string | undefined>>): string[] {
  return DISGOVER_SEEDS.split(/[\s,]+/).filter((text) => text !== '');
}

function schemeOf(text: string): string {
  return /^([a-z][a-z0-9+.-]*):/.exec(text)?.[1] ?? '';
}
