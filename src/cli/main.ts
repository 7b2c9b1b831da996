#!/usr/bin/env node
// The command `disgover`: runs one command, says how it ended, and leaves nothing behind.

import type { Command } from 'commander';
import { exitCodes } from './exit-codes.js';
import { failureOf } from './failure.js';
import { interruption } from './interruption.js';
import { Output } from './output.js';
import { makeProgram } from './program.js';

const args = process.argv.slice(2);
// Before anything is parsed, so that what cannot be parsed is reported in the form that was asked for.
const output = new Output({ isJson: args.includes('--json') });
const program = makeProgram({ output, interruption: interruption() });

/** The exit code. */
function report(fault: unknown): number {
  const { exitCode, report } = failureOf(fault);
  if (report !== undefined) output.failure(report, exitCode === exitCodes.usage ? usage(program) : undefined);
  if (args.includes('--debug') && report !== undefined) console.error(fault);
  return exitCode;
}

function usage({ commands }: Command): string {
  const command = commands.find((one) => one.name() === args[0]);
  return command === undefined
    ? 'usage: disgover <command> [options], see disgover --help'
    : `usage: disgover ${command.name()} ${command.usage()}, see disgover ${command.name()} --help`;
}

// Whoever reads has seen enough.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (fault: NodeJS.ErrnoException) => {
    // The terminal is gone: SIGHUP says so, and ends what runs.
    if (fault.code === 'EIO') return;
    if (fault.code !== 'EPIPE') throw fault;
    process.exit();
  });
}
process.on('uncaughtException', (fault) => process.exit(report(fault)));

// The engine's timers keep no process alive; a command that waits for one of them must not end in the middle.
const alive = setInterval(() => {}, 2 ** 30);
try {
  await program.parseAsync(args, { from: 'user' });
} catch (fault) {
  process.exitCode = report(fault);
}
clearInterval(alive);
