// `disgover trace`: the way of a lookup, one line a node that was asked.

import type { Command } from 'commander';
import type { ContactId, LookupStep, LookupTrace } from '../../index.js';
import { askNetwork, type ClientFlags } from '../client.js';
import { contactLines, idText } from '../contact-text.js';
import type { Context } from '../context.js';
import { NegativeAnswer } from '../failure.js';
import { flag, nameFlag, parseCount, seedFlag, targetOf, timeoutFlag } from '../flags.js';
import { addGroupFlags } from '../group-options.js';
import { aligned, cut, milliseconds } from '../output.js';

interface Flags extends ClientFlags {
  readonly name?: ContactId;
  readonly paths?: number;
}

export function addTrace(program: Command, context: Context): void {
  const { output } = context;
  addGroupFlags(program.command('trace'))
    .summary('the way of a lookup, one line a node that was asked')
    .description(
      'Walks to an id or a name and shows each node that was asked: at which hop, how many bits of distance were left, ' +
        'how long it took, and who told us of it. Exits with 1 when nobody has the id.',
    )
    .argument('[id]', 'canonical base64')
    .addOption(nameFlag())
    .addOption(seedFlag())
    .addOption(timeoutFlag())
    .addOption(flag('--paths <count>', 'walk over so many paths that share no node', parseCount('--paths')))
    .action(async (id: string | undefined, { name, paths = 1, ...flags }: Flags) => {
      const target = targetOf(id, name);
      const trace = await askNetwork(flags, context, (node, call) => node.trace(target, { ...call, paths }));
      output.result(trace, traceLines);
      if (trace.found === undefined) throw new NegativeAnswer('NOT_FOUND', `nobody has ${idText(target)}`);
    });
}

const HEAD = ['hop', 'asked', 'distance', 'took', 'answer', 'told by'];
/** Of the columns, those of numbers. */
const NUMBERS = [0, 2, 3];
const ID_WIDTH = 28;

function traceLines({ steps, found, hops, requests, ms }: LookupTrace): string[] {
  const asked = [...steps].sort((a, b) => a.hop - b.hop);
  const end = `${hops} ${hops === 1 ? 'hop' : 'hops'}, ${requests} asked, ${milliseconds(ms)}`;
  return [
    ...aligned([HEAD, ...asked.map(stepCells)], NUMBERS),
    '',
    ...(found === undefined ? [`not found: ${end}`] : [`found: ${end}`, ...contactLines(found)]),
  ];
}

function stepCells(step: LookupStep): string[] {
  const { hop, id, distanceBits, ms, toldBy } = step;
  return [
    String(hop),
    cut(id, ID_WIDTH),
    `${distanceBits} bits`,
    milliseconds(ms),
    answerOf(step),
    toldBy === undefined ? 'our own table' : cut(toldBy, ID_WIDTH),
  ];
}

function answerOf({ code, found, named, onBehalf }: LookupStep): string {
  if (code !== undefined) return code;
  if (onBehalf) return found === undefined ? 'has not found it' : 'has found it';
  return found === undefined ? `${named} nodes` : 'has it';
}
