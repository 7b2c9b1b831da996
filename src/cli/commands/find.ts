// `disgover find`: an id or a name → its contact.

import type { Command } from 'commander';
import type { ContactId } from '../../index.js';
import { askNetwork, type ClientFlags } from '../client.js';
import { contactLines, idText } from '../contact-text.js';
import type { Context } from '../context.js';
import { NegativeAnswer } from '../failure.js';
import { arbiterFlag, flag, nameFlag, parseCount, seedFlag, targetOf, timeoutFlag } from '../flags.js';
import { addGroupFlags } from '../group-options.js';

interface Flags extends ClientFlags {
  readonly name?: ContactId;
  readonly agree?: number;
  readonly paths?: number;
}

export function addFind(program: Command, context: Context): void {
  const { output } = context;
  addGroupFlags(program.command('find'))
    .summary('where an id or a name is hosted')
    .description('Asks the network for the contact of an id or a name. Exits with 1 when nobody has it.')
    .argument('[id]', 'canonical base64')
    .addOption(nameFlag())
    .addOption(seedFlag())
    .addOption(timeoutFlag())
    .addOption(
      flag('--agree <count>', 'ask until so many nodes have it, merge what they say', parseCount('--agree')),
    )
    .addOption(flag('--paths <count>', 'walk over so many paths that share no node', parseCount('--paths')))
    .addOption(arbiterFlag())
    .action(async (id: string | undefined, { name, agree = 1, paths = 1, ...flags }: Flags) => {
      const target = targetOf(id, name);
      const contact = await askNetwork(flags, context, (node, call) =>
        node.find(target, { ...call, agree, paths }),
      );
      if (contact === undefined) throw new NegativeAnswer('NOT_FOUND', `nobody has ${idText(target)}`);
      output.result(contact, contactLines);
    });
}
