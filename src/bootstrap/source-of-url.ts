// `disgover/bootstrap`: seeds and sources as they are written on a command line or in the environment. Node only.

import type { BootstrapSource, Seed } from '../contracts/bootstrap-source.js';
import { dnsNames, dnsSrv } from './dns/index.js';
import { seedFile } from './file/index.js';
import { kubernetes } from './kubernetes/index.js';
import { multicast } from './multicast/index.js';
import { registry } from './registry/index.js';
import { serf } from './serf/index.js';

/** By the scheme of its URL. */
const sources: Readonly<Record<string, (url: string) => BootstrapSource>> = {
  file: seedFile,
  dnssrv: dnsSrv,
  dns: dnsNames,
  k8s: kubernetes,
  multicast,
  http: registry,
  https: registry,
  serf,
};

/** The schemes of sources: `file`, `dnssrv`, … */
export const sourceSchemes: readonly string[] = Object.freeze(Object.keys(sources));

/** Whether the text is the URL of a source, rather than an address. */
export function isSourceUrl(text: string): boolean {
  return sourceSchemes.includes(schemeOf(text));
}

/** The source of a URL such as `dnssrv://_disgover._tcp.example.net`; an address is a seed as it is. @throws DisgoverError `ERR_BAD_SOURCE`. */
export function seedOfUrl(text: string): Seed | BootstrapSource {
  return isSourceUrl(text) ? (sources[schemeOf(text)]?.(text) ?? text) : text;
}

/** What `DISGOVER_SEEDS` names, addresses and URLs of sources with commas or blanks between. @throws DisgoverError `ERR_BAD_SOURCE`. */
export function seedsOfEnvironment(environment: Environment = process.env): (Seed | BootstrapSource)[] {
  return urlsOfEnvironment(environment).map(seedOfUrl);
}

/** The same as it is written there. */
export function urlsOfEnvironment({ DISGOVER_SEEDS = '' }: Environment = process.env): string[] {
  return DISGOVER_SEEDS.split(/[\s,]+/).filter((text) => text !== '');
}

type Environment = Readonly<Record<string, string | undefined>>;

function schemeOf(text: string): string {
  return /^([a-z][a-z0-9+.-]*):/.exec(text)?.[1] ?? '';
}
