// `disgover node`: one node, until a signal ends it.

import type { Command } from 'commander';
import { tcp } from '../../../transports/tcp/index.js';
import { ws } from '../../../transports/ws/index.js';
import { parseAddress } from '../../bootstrap/seed.js';
import { isSourceUrl } from '../../bootstrap/source-of-url.js';
import { type Contact, Disgover, DisgoverError } from '../../index.js';
import { ALONE, Bulletin } from '../bulletin.js';
import { transportText } from '../contact-text.js';
import type { Context } from '../context.js';
import type { Endpoint } from '../flags.js';
import { groupOptions, tlsOptions } from '../group-options.js';
import { aborted, throwIfInterrupted } from '../interruption.js';
import { isLoopback } from '../loopback.js';
import { addNodeFlags, type NodeFlags } from '../node-flags.js';
import { seedsOption, seedTexts } from '../seeds.js';

const DEFAULT_LISTEN: readonly Endpoint[] = [{ type: 'tcp', host: '127.0.0.1', port: 0 }];

/** Of the grace that a signal gives: what is hosted here is withdrawn, and the node closed in the rest of it. */
const LEAVE_MS = 1_500;

const NOTES = `
--register takes {"name": "printer", "data": {"room": 7}}, which others find by
--name printer; or {"id": "cHJpbnRlcg==", "data": …} with any id. Without either
the id is random. Other properties are the arbiter's.

Prints one line when it is ready; on stderr why seeds fail, when it has joined,
and whom it refuses. Ctrl-C, SIGTERM and SIGHUP withdraw what is registered and
end it.
`;

export function addNode(program: Command, context: Context): void {
  const { output, interruption } = context;
  addNodeFlags(program.command('node'))
    .summary('run a node until Ctrl-C or SIGTERM')
    .description('Runs a node, which answers others and hosts what is registered with it.')
    .addHelpText('after', NOTES)
    .action(async (flags: NodeFlags) => {
      if (flags.listen?.some(isPrivileged)) {
        output.notice('RUNNING_AS_ROOT: for a port under 1024, CAP_NET_BIND_SERVICE is enough');
      }
      if (isOnlyHere(flags)) {
        output.notice('others cannot dial 127.0.0.1: give --listen tcp://OWN-ADDRESS:PORT');
      }
      const bulletin = new Bulletin(output);
      const node = await start(flags, context, bulletin);
      bulletin.watch(node, flags.expect);
      try {
        const registered = await registerAll(node, flags, interruption);
        if (node.state === 'isolated') output.notice('no seed has answered: they are asked again and again');
        if (node.state === 'alone' && flags.expect !== 1) output.notice(ALONE);
        output.result(readinessOf(node, registered), ({ id, listen }) => [
          `node ${id} listens: others join with --seed ${listen}`,
        ]);
        await aborted(interruption);
        await leave(node, registered);
      } finally {
        await node.close();
      }
      throwIfInterrupted(interruption);
    });
}

async function start(
  { listen = DEFAULT_LISTEN, advertise = [], origin, seed, expect, ...flags }: NodeFlags,
  { output, interruption: signal }: Context,
  { logger }: Bulletin,
): Promise<Disgover> {
  if (origin !== undefined) checkListens('--origin', 'ws', listen);
  for (const { type } of advertise) checkListens('--advertise', type, listen);
  const tls = await tlsOptions(flags);
  const at = (type: Endpoint['type']) => {
    const {
      type: _,
      tls: __,
      ...endpoint
    } = only('--listen', type, listen) ?? { type, tls: undefined, listen: false };
    const { type: ___, ...advertised } = only('--advertise', type, advertise) ?? { type };
    const isAdvertised = Object.keys(advertised).length > 0;
    return { ...endpoint, ...(isAdvertised && { advertise: advertised }), ...(tls && { tls }) };
  };
  return Disgover.start(
    {
      // Both, so that a node which listens on one still reaches those who listen on the other.
      transport: [tcp(at('tcp')), ws({ ...at('ws'), ...(origin && { origins: origin }) })],
      seeds: seedsOption(seed),
      ...(expect !== undefined && { expect }),
      logger,
      ...(await groupOptions(flags, output)),
      ...flags.arbiter,
    },
    { signal },
  );
}

/** What is said of a listener that there is none of would be lost. @throws DisgoverError `ERR_BAD_OPTION`. */
function checkListens(flag: string, type: Endpoint['type'], listen: readonly Endpoint[]): void {
  if (listen.some((endpoint) => endpoint.type === type)) return;
  throw new DisgoverError('BAD_OPTION', `${flag} needs --listen ${type}://HOST:PORT`);
}

/** @throws DisgoverError `ERR_DUPLICATE_FLAG`. */
function only(name: string, type: string, endpoints: readonly Endpoint[]): Endpoint | undefined {
  const [endpoint, another] = endpoints.filter((one) => one.type === type);
  if (another === undefined) return endpoint;
  throw new DisgoverError('DUPLICATE_FLAG', `${name}: one ${type} address`);
}

function registerAll(node: Disgover, { register = [] }: NodeFlags, signal: AbortSignal): Promise<Contact[]> {
  return Promise.all(register.map((contact) => node.register(contact, { signal })));
}

function readinessOf({ id, contact, state }: Disgover, registered: readonly Contact[]) {
  return { id, listen: transportText(contact.transport), state, registered: registered.map(({ id }) => id) };
}

async function leave(node: Disgover, registered: readonly Contact[]): Promise<void> {
  const signal = AbortSignal.timeout(LEAVE_MS);
  // What could not be withdrawn expires.
  await Promise.allSettled(registered.map((contact) => node.unregister(contact, { signal })));
}

/** Whether seeds are elsewhere, and nobody there can dial this node. */
function isOnlyHere({ listen = DEFAULT_LISTEN, advertise = [], seed }: NodeFlags): boolean {
  const own = advertise.length > 0 ? advertise : listen;
  return (
    own.every(isLoopback) &&
    seedTexts(seed).some((text) => !isSourceUrl(text) && !isLoopback(parseAddress(text, 'tcp')))
  );
}

function isPrivileged({ port }: Endpoint): boolean {
  return port > 0 && port < 1_024 && process.getuid?.() === 0;
}
