// The flags of a node, which `doctor` takes as well, so that what is wrong with a command line is found by the same.

import type { Command } from 'commander';
import type { Arbiter, ContactInput } from '../index.js';
import { arbiterFlag, type Endpoint, expectFlag, listFlag, parseEndpoint, seedFlag } from './flags.js';
import { addGroupFlags, type GroupFlags } from './group-options.js';
import { parseRegistration } from './registration.js';

export interface NodeFlags extends GroupFlags {
  readonly listen?: readonly Endpoint[];
  readonly advertise?: readonly Endpoint[];
  readonly origin?: readonly string[];
  readonly seed?: readonly string[];
  readonly expect?: number;
  readonly register?: readonly ContactInput[];
  readonly arbiter?: Arbiter;
}

export function addNodeFlags(command: Command): Command {
  return addGroupFlags(command)
    .addOption(
      listFlag(
        '--listen <address>',
        'tcp://HOST:PORT or ws://HOST:PORT (one of each; default: tcp, 127.0.0.1, a free port)',
        parseEndpoint('--listen'),
      ),
    )
    .addOption(
      listFlag(
        '--advertise <address>',
        'what others dial, where that is another address (one for each --listen)',
        parseEndpoint('--advertise'),
      ),
    )
    .addOption(listFlag('--origin <origin>', 'pages that may open WebSockets (repeatable)', String))
    .addOption(seedFlag())
    .addOption(expectFlag())
    .addOption(listFlag('--register <json>', 'host an entity (repeatable), see below', parseRegistration))
    .addOption(arbiterFlag());
}
