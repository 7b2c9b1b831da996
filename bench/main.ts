// `npm run bench -- <case> [--flag value]`. What each number means is in README.md.

import { type Flags, helpOf, parametersOf } from './lib/parameters.js';
import { UsageError } from './lib/usage-error.js';

/** What `--help` prints, and what is run with what was given. */
interface Case {
  readonly flags: Flags;
  run(given: never): Promise<void>;
}

const cases: Readonly<Record<string, () => Promise<Case>>> = {
  hops: () => import('./hops.js'),
  gate: () => import('./gate.js'),
  micro: () => import('./micro/main.js'),
  announce: () => import('./announce.js'),
  rpc: () => import('./rpc.js'),
  lookup: () => import('./lookup.js'),
  dead: () => import('./dead.js'),
  join: () => import('./join.js'),
  handshake: () => import('./handshake.js'),
  memory: () => import('./memory.js'),
  simulate: () => import('./simulate.js'),
};

const [name = '', ...args] = process.argv.slice(2);
const load = Object.hasOwn(cases, name) ? cases[name] : undefined;
const usage = `usage: npm run bench -- ${Object.keys(cases).join(' | ')} [--help] [--flag value]; see bench/README.md`;
if (name === '--help') {
  console.log(usage);
} else if (load === undefined) {
  console.error(usage);
  process.exitCode = 2;
} else {
  const { flags, run } = await load();
  try {
    if (args.includes('--help')) console.log(`npm run bench -- ${name}, with any of\n${helpOf(flags)}`);
    else await run(parametersOf(args, flags) as never);
  } catch (fault) {
    if (!(fault instanceof UsageError)) throw fault;
    console.error(`${name}: ${fault.message}`);
    process.exitCode = 2;
  }
}
