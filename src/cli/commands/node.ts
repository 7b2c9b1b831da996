// `disgover node`: one node, until a signal ends it.

import type { Command } from 'commander';
import { tcp } from '../../../transports/tcp/index.js';
import { type Arbiter, type Contact, type ContactInput, Disgover } from '../../index.js';
import { transportText } from '../contact-text.js';
import type { Context } from '../context.js';
import { arbiterFlag, flag, groupFlag, listFlag, parseEndpoint, seedFlag } from '../flags.js';
import { aborted, throwIfInterrupted } from '../interruption.js';
import { parseRegistration } from '../registration.js';

interface Flags {
  readonly listen?: Endpoint;
  readonly advertise?: Endpoint;
  readonly seed?: readonly string[];
  readonly group?: string;
  readonly register?: readonly ContactInput[];
  readonly arbiter?: Arbiter;
}

interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Of the grace that a signal gives: what is hosted here is withdrawn, and the node closed in the rest of it. */
const LEAVE_MS = 1_500;

const NOTES = `
--register takes {"name": "printer", "data": {"room": 7}}, which others find by
--name printer; or {"id": "cHJpbnRlcg==", "data": …} with any id. Without either
the id is random. Other properties are the arbiter's.

Prints one line when it is ready. Ctrl-C and SIGTERM withdraw what is registered
and end it.
`;

export function addNode(program: Command, { output, interruption }: Context): void {
  program
    .command('node')
    .summary('run a node until Ctrl-C or SIGTERM')
    .description('Runs a node, which answers others and hosts what is registered with it.')
    .addOption(
      flag(
        '--listen <address>',
        'tcp://HOST:PORT (default: 127.0.0.1, a free port)',
        parseEndpoint('--listen'),
      ),
    )
    .addOption(
      flag(
        '--advertise <address>',
        'what others dial, where that is another address',
        parseEndpoint('--advertise'),
      ),
    )
    .addOption(seedFlag())
    .addOption(groupFlag())
    .addOption(listFlag('--register <json>', 'host an entity (repeatable), see below', parseRegistration))
    .addOption(arbiterFlag())
    .addHelpText('after', NOTES)
    .action(async (flags: Flags) => {
      if (isPrivileged(flags.listen)) {
        output.notice('RUNNING_AS_ROOT: for a port under 1024, CAP_NET_BIND_SERVICE is enough');
      }
      const node = await start(flags, interruption);
      try {
        const registered = await registerAll(node, flags, interruption);
        if (node.state === 'isolated') output.notice('no seed has answered: they are asked again and again');
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

function start(
  { listen, advertise, seed = [], group, arbiter }: Flags,
  signal: AbortSignal,
): Promise<Disgover> {
  return Disgover.start(
    {
      transport: tcp({ ...listen, ...(advertise && { advertise }) }),
      seeds: seed,
      ...(group !== undefined && { group }),
      ...arbiter,
    },
    { signal },
  );
}

function registerAll(node: Disgover, { register = [] }: Flags, signal: AbortSignal): Promise<Contact[]> {
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

function isPrivileged(listen: Endpoint | undefined): boolean {
  return listen !== undefined && listen.port > 0 && listen.port < 1_024 && process.getuid?.() === 0;
}
