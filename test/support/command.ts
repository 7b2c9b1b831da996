// The command line as its users run it: a process, from what was built of the sources.
import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { on, once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

/** Builds what is not built yet. From sources through tsx each process would start three times as slowly. */
export const built = () => promisify(execFile)(process.execPath, ['tools/setup.mjs'], { cwd: root });

export interface Ended {
  /** As a shell tells it: 128 and its number for a signal that was not handled. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const running = new Set<Command>();

/** For `afterEach`: no test leaves a process behind, whatever became of it. */
export async function endAll(): Promise<void> {
  await Promise.all(
    [...running].map((command) => {
      command.signal('SIGCONT');
      command.signal('SIGKILL');
      return command.ended;
    }),
  );
}

/** Runs a command to its end. */
export const run = (...args: readonly string[]): Promise<Ended> => new Command(args).ended;

export class Command {
  /** Resolves when the process has ended, and whoever else holds its output. */
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #lines: AsyncIterator<string[]>;
  readonly #errorLines: AsyncIterator<string[]>;

  constructor(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(process.execPath, [main, ...args], {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#lines = linesOf(this.#child.stdout);
    this.#errorLines = linesOf(this.#child.stderr);
    const output = [this.#child.stdout, this.#child.stderr].map(async (stream) => {
      let text = '';
      stream.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      await once(stream, 'close');
      return text;
    });
    running.add(this);
    this.ended = once(this.#child, 'exit').then(async ([code]) => {
      const [stdout = '', stderr = ''] = await Promise.all(output);
      running.delete(this);
      return { code, stdout, stderr };
    });
  }

  /** The next line on stdout that matches. Rejects when there is none until the end. */
  line(wanted = /^/): Promise<string> {
    return this.#next(this.#lines, wanted);
  }

  /** The same on stderr. */
  errorLine(wanted = /^/): Promise<string> {
    return this.#next(this.#errorLines, wanted);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Nobody reads what it prints. */
  closeStdout(): void {
    this.#child.stdout.destroy();
  }

  async #next(lines: AsyncIterator<string[]>, wanted: RegExp): Promise<string> {
    for (let next = await lines.next(); !next.done; next = await lines.next()) {
      const [line = ''] = next.value;
      if (wanted.test(line)) return line;
    }
    throw new Error(`no line ${wanted}: ${JSON.stringify(await this.ended)}`);
  }
}

function linesOf(input: Readable): AsyncIterator<string[]> {
  return on(createInterface({ input }), 'line', { close: ['close'] });
}

/** A node that is ready. `address` is what others give as `--seed`. */
export async function startNode(
  ...args: readonly string[]
): Promise<Command & { readonly id: string; readonly address: string }> {
  const command = new Command(['node', '--json', ...args]);
  const { id, listen } = JSON.parse(await command.line());
  return Object.assign(command, { id, address: listen });
}
