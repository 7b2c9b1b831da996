// The command line as a whole: its commands, and what they have in common.

import { Command } from 'commander';
import { addDemo } from './commands/demo.js';
import { addDoctor } from './commands/doctor.js';
import { addFind } from './commands/find.js';
import { addNode } from './commands/node.js';
import { addPing } from './commands/ping.js';
import { addTrace } from './commands/trace.js';
import type { Context } from './context.js';
import { version } from './version.js';

const NOTES = `
Exit codes: 0 done, 1 not found, 64 usage, 65 bad data, 66 unreadable file,
69 nobody reachable, 70 a bug, 71 refused by the system, 75 timed out,
76 another protocol, or TLS failed; 77 not let in: another secret or group, no
key, not admitted; 130 interrupted.`;

/** Rejects instead of exiting: with a `CommanderError` for what it cannot parse, and with what commands throw. */
export function makeProgram(context: Context): Command {
  const program = new Command('disgover')
    .description('Finds any entity (server, worker, actor, name) by its id, with no central server.')
    .version(version)
    .option('--json', 'JSON for programs: results on stdout, failures on stderr')
    .option('--debug', 'failures with their traces')
    .addHelpText('after', NOTES)
    .configureHelp({ showGlobalOptions: true })
    // What cannot be parsed is reported as everything else that fails.
    .configureOutput({ outputError: () => {} })
    .exitOverride();
  for (const add of [addDemo, addNode, addFind, addTrace, addPing, addDoctor]) add(program, context);
  return program;
}
