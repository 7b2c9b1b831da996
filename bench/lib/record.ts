// Results as JSON, with what somebody needs who wants to repeat them.

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** Writes nothing where no file was named. */
export function record(file: string, bench: string, parameters: object, results: object): void {
  if (file === '') return;
  const run = { bench, ...environment(), parameters, results };
  writeFileSync(file, `${JSON.stringify(run, undefined, 2)}\n`);
}

function environment(): object {
  const [cpu] = cpus();
  return { commit: commit(), node: process.version, cpu: cpu?.model, cores: cpus().length };
}

/** `-dirty`: what ran is not what was committed. */
function commit(): string | undefined {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim();
    return git('rev-parse', 'HEAD') + (git('status', '--porcelain') === '' ? '' : '-dirty');
  } catch {
    return undefined; // a copy without its history
  }
}
