import { checkHost } from '../../address/host.js';
import { DisgoverError } from '../../errors.js';
import { checkOptionNames } from '../../option-names.js';
import { badSource, checkInteger, checkScheme, parseSourceUrl } from '../source-url.js';

export interface SerfOptions {
  /** Of the RPC of one agent, which knows all members. Default `127.0.0.1`. */
  readonly host?: string;
  /** Of the same. Default 7373. */
  readonly port?: number;
  /** What the agent was started with as `-rpc-auth`. */
  readonly authKey?: string;
  /** The tag of members that says where their node listens, `-tag disgover=6742`. Default `disgover`. */
  readonly portTag?: string;
  /** Where the nodes of all members listen, in place of a tag. */
  readonly nodePort?: number;
  /** Other tags that members must have, with regular expressions that their values must match whole: `{ role: 'web' }`. */
  readonly tags?: Readonly<Record<string, string>>;
  /** The scheme of the seeds: `tcp`, `ws`, `wss`. Default: that of the node's first transport. */
  readonly scheme?: string;
}

export type ResolvedSerfOptions = Required<Pick<SerfOptions, 'host' | 'port' | 'portTag' | 'tags'>> &
  Pick<SerfOptions, 'authKey' | 'nodePort' | 'scheme'>;

const FORM = 'serf://[:authKey@]host[:7373][?portTag=disgover]';
const QUERY_NAMES = ['portTag', 'nodePort', 'tag', 'scheme'];
const OPTION_NAMES = ['host', 'port', 'authKey', 'portTag', 'nodePort', 'tags', 'scheme'];
const DEFAULT_PORT = 7_373;

/** @throws DisgoverError `ERR_BAD_SOURCE`. */
export function resolveSerfOptions(source: string | SerfOptions): ResolvedSerfOptions {
  const given = typeof source === 'string' ? optionsOf(source) : source;
  checkOptionNames('serf', given, OPTION_NAMES);
  const {
    host = '127.0.0.1',
    port = DEFAULT_PORT,
    portTag = 'disgover',
    tags = {},
    authKey,
    nodePort,
    scheme,
  } = given;
  try {
    checkHost(host);
  } catch (cause) {
    throw new DisgoverError('BAD_SOURCE', `serf: host must be a host name or an IP address; ${FORM}`, {
      cause,
    });
  }
  if (typeof portTag !== 'string' || portTag === '')
    throw new DisgoverError('BAD_SOURCE', 'serf: portTag must be the name of a tag');
  if (nodePort !== undefined) checkInteger('serf: nodePort', nodePort, 1, 65_535);
  if (authKey !== undefined && typeof authKey !== 'string')
    throw new DisgoverError('BAD_SOURCE', 'serf: authKey must be a string');
  if (
    typeof tags !== 'object' ||
    tags === null ||
    Object.values(tags).some((value) => typeof value !== 'string')
  )
    throw new DisgoverError('BAD_SOURCE', 'serf: tags must be an object of strings');
  return {
    host,
    port: checkInteger('serf: port', port, 1, 65_535),
    portTag,
    tags,
    ...(authKey !== undefined && { authKey }),
    ...(nodePort !== undefined && { nodePort }),
    ...(scheme !== undefined && { scheme: checkScheme('serf', scheme) }),
  };
}

function optionsOf(text: string): SerfOptions {
  const url = parseSourceUrl(text, 'serf', FORM, QUERY_NAMES);
  if (url.username !== '' || !['', '/'].includes(url.pathname)) throw badSource(text, `expected ${FORM}`);
  const tags = url.searchParams.getAll('tag').map((tag) => {
    const [, name, value] = /^([^=]+)=(.*)$/.exec(tag) ?? [];
    if (name === undefined || value === undefined) throw badSource(text, 'tag=NAME%3DVALUE');
    return [name, value];
  });
  const [portTag, nodePort, scheme] = ['portTag', 'nodePort', 'scheme'].map(
    (name) => url.searchParams.get(name) ?? undefined,
  );
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    ...(url.port !== '' && { port: Number(url.port) }),
    ...(url.password !== '' && { authKey: decodeURIComponent(url.password) }),
    ...(portTag !== undefined && { portTag }),
    ...(nodePort !== undefined && { nodePort: Number(nodePort) }),
    ...(scheme !== undefined && { scheme }),
    ...(tags.length > 0 && { tags: Object.fromEntries(tags) }),
  };
}
