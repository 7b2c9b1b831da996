// `npm run bench -- <case> [--flag value]`. What each number means is in README.md.

import { UsageError } from './lib/usage-error.js';

const cases: Readonly<Record<string, () => Promise<{ run(args: readonly string[]): Promise<void> }>>> = {
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
const load = cases[name];
if (load === undefined) {
  console.error(
    `usage: npm run bench -- ${Object.keys(cases).join(' | ')} [--flag value]; see bench/README.md`,
  );
  process.exitCode = 2;
} else {
  const { run } = await load();
  try {
    await run(args);
  } catch (fault) {
    if (!(fault instanceof UsageError)) throw fault;
    console.error(`${name}: ${fault.message}`);
    process.exitCode = 2;
  }
}
