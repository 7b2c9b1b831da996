// A run as JSON: what was measured, and all that is needed to repeat it.

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

export interface Provenance {
  /** The command, after `npm run bench --`. */
  readonly command: string;
  /** Of the repository; with `+` where files differ from it. Absent outside of one. */
  readonly commit?: string;
  readonly node: string;
  readonly machine: {
    readonly system: string;
    readonly cpu: string;
    readonly cores: number;
    readonly memoryBytes: number;
  };
  /** The most that the process has had in memory until now. */
  readonly peakBytes: number;
  /** ISO 8601, UTC. */
  readonly at: string;
}

export function provenance(): Provenance {
  const commit = commitOf(fileURLToPath(new URL('../..', import.meta.url)));
  return {
    command: process.argv.slice(2).join(' '),
    ...(commit !== undefined && { commit }),
    node: process.version,
    machine: {
      system: `${platform()} ${release()} ${arch()}`,
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memoryBytes: totalmem(),
    },
    peakBytes: 1_024 * process.resourceUsage().maxRSS,
    at: new Date().toISOString(),
  };
}

/** Writes nothing where no file was named. */
export function record(file: string | undefined, results: object): void {
  if (file !== undefined) writeJson(file, { ...provenance(), ...results });
}

/** What is no number, as an interval of one sample, is left out. */
export function writeJson(file: string, results: object): void {
  const finite = (_name: string, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? undefined : value;
  writeFileSync(file, `${JSON.stringify(results, finite, 2)}\n`);
}

function commitOf(cwd: string): string | undefined {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return (
      git('rev-parse', 'HEAD') + (git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '+')
    );
  } catch {
    return undefined; // no repository, or no git
  }
}
