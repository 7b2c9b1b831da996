// `disgover ping`: who listens at an address, how quickly it answers, and whether it hosts an id.

import type { Command } from 'commander';
import { parseAddress } from '../../bootstrap/seed.js';
import type { Contact, ContactId, Disgover } from '../../index.js';
import { type ClientFlags, withClient } from '../client.js';
import { contactLines, idText } from '../contact-text.js';
import type { Context } from '../context.js';
import { NegativeAnswer } from '../failure.js';
import { nameFlag, targetOf, timeoutFlag } from '../flags.js';
import { addGroupFlags } from '../group-options.js';
import { bounded } from '../interruption.js';
import { milliseconds } from '../output.js';

interface Flags extends Omit<ClientFlags, 'seed' | 'arbiter'> {
  readonly name?: ContactId;
}

interface Answer {
  /** The contact of the node. */
  readonly node: Contact;
  /** Round trip, over the link that was opened for it. */
  readonly ms: number;
  /** The contact of the id that was asked for. */
  readonly hosted?: Contact;
}

export function addPing(program: Command, context: Context): void {
  const { output } = context;
  addGroupFlags(program.command('ping'))
    .summary('whether a node answers, and whether it hosts an id')
    .description(
      'Asks the node at an address who it is. Exits with 1 when it does not host the id asked for.',
    )
    .argument('<address>', 'tcp://HOST:PORT')
    .argument('[id]', 'canonical base64: does the node host it?')
    .addOption(nameFlag())
    .addOption(timeoutFlag())
    .action(async (address: string, id: string | undefined, { name, ...flags }: Flags) => {
      const asked = id === undefined && name === undefined ? undefined : targetOf(id, name);
      const answer = await withClient(flags, context, (node, { signal, timeoutMs }) =>
        ask(node, address, asked, bounded(signal, timeoutMs, `no answer from ${address}`)),
      );
      output.result(answer, ({ node, ms, hosted }) => [
        `${node.id} at ${address} answers in ${milliseconds(ms)}`,
        ...(hosted === undefined ? [] : ['and hosts', ...contactLines(hosted).map((line) => `  ${line}`)]),
      ]);
    });
}

async function ask(
  node: Disgover,
  address: string,
  asked: ContactId | undefined,
  signal: AbortSignal,
): Promise<Answer> {
  // Dialled first, so that the time is that of an answer alone.
  await node.ping(address, { signal });
  const startedAt = performance.now();
  const there = (await node.ping(address, { signal })) as Contact;
  const ms = performance.now() - startedAt;
  if (asked === undefined) return { node: there, ms };
  const hosted = await node.ping({ id: asked, transport: parseAddress(address, 'tcp') }, { signal });
  if (hosted === undefined)
    throw new NegativeAnswer('NOT_FOUND', `${there.id} does not host ${idText(asked)}`);
  return { node: there, ms, hosted };
}
