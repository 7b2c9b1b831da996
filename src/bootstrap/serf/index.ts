// Seeds from a Serf cluster: its members that are alive, through the RPC of one of its agents. Node only.

import { endpoint } from '../../address/host.js';
import { printIp, unmappedIp } from '../../address/ip.js';
import type { BootstrapSource, SourceContext } from '../../contracts/bootstrap-source.js';
import { DisgoverError } from '../../errors.js';
import { onAbort } from '../../runtime/abort.js';
import { shuffled } from '../../runtime/random.js';
import { SeedNews } from '../seed-news.js';
import type { Value } from './msgpack.js';
import { type ResolvedSerfOptions, resolveSerfOptions, type SerfOptions } from './options.js';
import { SerfRpc } from './rpc.js';

export type { SerfOptions } from './options.js';

const RPC_VERSION = 1;
const EVENTS = 'member-join,member-leave,member-failed,member-update,member-reap';
/** Asked again without an event, too: a connection that died in silence is found out so. */
const REFRESH_MS = 60_000;

/**
 * The members of a Serf cluster that are alive, each at its address and the port that its tag names. The agent tells of members that come and go, and is
 * then asked for all of them.
 * @throws DisgoverError `ERR_BAD_SOURCE`. Its seeds: `ERR_SOURCE_UNREACHABLE`, `ERR_SOURCE_DENIED`, `ERR_SOURCE_BAD_ANSWER`.
 */
export function serf(source: string | SerfOptions): BootstrapSource {
  const options = resolveSerfOptions(source);
  return {
    name: `serf ${endpoint(options.host, options.port)}`,
    async *seeds(signal, node) {
      if (signal.aborted) return;
      const rpc = new SerfRpc(options.host, options.port, node.runtime);
      const forget = onAbort(signal, () => rpc.close());
      const news = new SeedNews();
      // What happens while the members are being asked for, and used, is not to be missed.
      let hasEvent = false;
      let wake = () => {};
      rpc.onEvent = () => {
        hasEvent = true;
        wake();
      };
      try {
        await greet(rpc, options);
        while (!signal.aborted) {
          hasEvent = false;
          const { seeds, faults } = await membersOf(rpc, options, node);
          const update = news.of(seeds, faults);
          if (update !== undefined) yield update;
          if (!hasEvent)
            await new Promise<void>((resolve) => {
              const timer = node.runtime.setTimer(REFRESH_MS, resolve);
              wake = () => {
                timer.cancel();
                resolve();
              };
            });
          if (rpc.fault !== undefined) throw rpc.fault;
        }
      } catch (fault) {
        if (!signal.aborted) throw fault;
      } finally {
        forget();
        rpc.close();
      }
    },
  };
}

async function greet(rpc: SerfRpc, { authKey }: ResolvedSerfOptions): Promise<void> {
  await rpc.order('handshake', { Version: RPC_VERSION });
  if (authKey !== undefined) await rpc.order('auth', { AuthKey: authKey });
  await rpc.listen(EVENTS);
}

async function membersOf(
  rpc: SerfRpc,
  { portTag, nodePort, tags, scheme }: ResolvedSerfOptions,
  { runtime, transport }: SourceContext,
): Promise<{ readonly seeds: string[]; readonly faults: DisgoverError[] }> {
  const wanted = Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, `^(?:${value})$`]));
  const answer = await rpc.ask('members-filtered', { Tags: wanted, Status: 'alive', Name: '' });
  const members = answer.get('Members') ?? [];
  if (!Array.isArray(members))
    throw new DisgoverError('SOURCE_BAD_ANSWER', 'what the Serf agent lists are no members');
  const seeds = members.flatMap((member) => {
    const port = nodePort ?? Number(textAt(at(member, 'Tags'), portTag));
    const address = at(member, 'Addr');
    if (!Buffer.isBuffer(address) || (address.length !== 4 && address.length !== 16)) return [];
    if (!Number.isInteger(port) || port < 1 || port > 65_535) return [];
    return [`${scheme ?? transport}://${endpoint(printIp(unmappedIp(address)), port)}`];
  });
  const isTagMissing = seeds.length === 0 && members.length > 0;
  const faults = isTagMissing
    ? [
        new DisgoverError(
          'SOURCE_BAD_ANSWER',
          `none of ${members.length} members has a port: serf agent -tag ${portTag}=PORT`,
        ),
      ]
    : [];
  return { seeds: shuffled(runtime, seeds), faults };
}

function at(value: Value | undefined, key: string): Value | undefined {
  return value instanceof Map ? value.get(key) : undefined;
}

function textAt(value: Value | undefined, key: string): string | undefined {
  const text = at(value, key);
  return Buffer.isBuffer(text) ? text.toString() : undefined;
}
