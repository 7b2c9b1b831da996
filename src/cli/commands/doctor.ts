// `disgover doctor`: why a node with these flags joins, or does not.

import type { Command } from 'commander';
import {
  type BootstrapFault,
  type BootstrapReport,
  type Disgover,
  DisgoverError,
  type SeedReport,
  type SourceReport,
} from '../../index.js';
import { type Call, withClient } from '../client.js';
import { idText, transportText } from '../contact-text.js';
import type { Context } from '../context.js';
import { exitCodeOfSeeds, exitCodes } from '../exit-codes.js';
import { TurnedAway } from '../failure.js';
import { inFlags } from '../flag-names.js';
import { timeoutFlag } from '../flags.js';
import { bounded } from '../interruption.js';
import { addNodeFlags, type NodeFlags } from '../node-flags.js';

interface Flags extends NodeFlags {
  readonly timeout?: number;
}

const NOTES = `
Takes the flags of disgover node, and those seeds that DISGOVER_SEEDS names. It
listens nowhere and registers nothing, so that it can be run beside the node.

Reads each source, asks each seed, and says what became of them and what to do.
Exits with 0 when a seed lets it in; 77 when all that fail refuse it, 76 when
they speak another protocol, 69 when none answers.
`;

export function addDoctor(program: Command, context: Context): void {
  const { output } = context;
  addNodeFlags(program.command('doctor'))
    .summary('why a node with these flags joins, or does not')
    .description('Reads the sources of seeds, asks every seed, and says what to do.')
    .addOption(timeoutFlag())
    .addHelpText('after', NOTES)
    .action(async (flags: Flags) => {
      const report = await withClient(flags, context, examine);
      output.result(report, linesOf);
      if (report.state !== 'joined') throw turnedAway(report);
    });
}

async function examine(node: Disgover, { signal, timeoutMs }: Call): Promise<BootstrapReport> {
  try {
    await node.bootstrap.retry({ signal: bounded(signal, timeoutMs, 'not all seeds have answered') });
  } catch (fault) {
    // Who has not answered by now is shown as being asked.
    if (!(fault instanceof DisgoverError) || fault.code !== 'ERR_TIMEOUT') throw fault;
  }
  return translated(node.bootstrap.explain());
}

function turnedAway({ hint, seeds }: BootstrapReport): TurnedAway {
  const failed = seeds.flatMap(({ fault }) => fault ?? []);
  const codes = failed.map(({ code }) => code.slice('ERR_'.length) as DisgoverError['fault']);
  const cause = new DisgoverError('NO_NODES', hint ?? 'nobody has answered');
  return new TurnedAway(cause, exitCodeOfSeeds(codes) ?? exitCodes.unavailable);
}

/** Hints speak of options; who typed a command knows its flags. */
function translated({ sources, seeds, ...report }: BootstrapReport): BootstrapReport {
  const inWords = ({ code, message, hint }: BootstrapFault): BootstrapFault => ({
    code,
    message: inFlags(message),
    ...(hint !== undefined && { hint: inFlags(hint) }),
  });
  return {
    ...report,
    sources: sources.map(({ fault, faults, ...source }) => ({
      ...source,
      ...(fault && { fault: inWords(fault) }),
      ...(faults && { faults: faults.map(inWords) }),
    })),
    seeds: seeds.map(({ fault, ...seed }) => ({ ...seed, ...(fault && { fault: inWords(fault) }) })),
  };
}

function linesOf({ state, hint, sources, seeds }: BootstrapReport): string[] {
  return [
    hint === undefined ? state : `${state}: ${hint}`,
    ...sources.flatMap(sourceLines),
    ...seeds.flatMap(seedLines),
  ];
}

function sourceLines({ name, seeds, fault, faults = [] }: SourceReport): string[] {
  const said =
    seeds === undefined ? 'has named nobody yet' : `names ${seeds === 1 ? '1 seed' : `${seeds} seeds`}`;
  return [`source ${name} ${said}`, ...[...(fault ? [fault] : []), ...faults].flatMap(faultLines)];
}

const told: Readonly<Record<SeedReport['state'], string>> = {
  known: 'answers',
  waiting: 'was not asked yet',
  asked: 'has not answered yet',
  self: 'is this node itself',
  failed: 'fails',
};

function seedLines({ transport, sources, state, id, fault }: SeedReport): string[] {
  const at = transportText([...transport]);
  const who = state === 'known' && id !== undefined ? `, ${idText(id)}` : '';
  const by = sources.filter((name) => name !== 'option seeds').join(', ');
  const from = by === '' ? '' : ` (${by})`;
  return [`seed ${at}${from} ${told[state]}${who}`, ...(fault ? faultLines(fault) : [])];
}

function faultLines({ message, hint }: BootstrapFault): string[] {
  return [`  ${message}`, ...(hint === undefined ? [] : [`  ${hint}`])];
}
