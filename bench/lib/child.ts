// A process of its own for what is measured: it is asked one thing at a time, and what becomes of it is told, also when it dies.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** Characters of what a child wrote to its standard error, the last: for the row that says why it failed. */
const TAIL = 2_000;

type Answer = { readonly result: unknown } | { readonly fault: string };

export class Child {
  readonly #process: ChildProcess;
  #stderr = '';

  /** `module`: one that calls `serve`. */
  constructor(module: URL, args: readonly string[] = []) {
    this.#process = fork(module, [...args], {
      execArgv: ['--import=tsx', '--no-deprecation', '--expose-gc'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#process.stderr?.on('data', (chunk) => {
      this.#stderr = `${this.#stderr}${chunk}`.slice(-TAIL);
    });
  }

  /** @throws Error with what the child threw, how it ended, or that it took too long; it is of no use after the last two. */
  async ask<Result>(command: object, timeoutMs: number): Promise<Result> {
    const ended = new AbortController();
    const options = { signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), ended.signal]) };
    const onExit = (code: number | null, signal: string | null) =>
      ended.abort(new Error(`ended with ${code ?? signal}: ${this.#lastWords()}`));
    this.#process.once('exit', onExit);
    try {
      if (!this.#process.connected) throw new Error(`ended: ${this.#lastWords()}`);
      const answered = once(this.#process, 'message', options);
      this.#process.send(command);
      const [answer] = (await answered) as [Answer];
      if ('fault' in answer) throw new Error(answer.fault);
      return answer.result as Result;
    } catch (fault) {
      if (ended.signal.aborted) throw ended.signal.reason;
      if (options.signal.aborted) throw new Error(`no answer in ${timeoutMs / 1_000} s`);
      throw fault;
    } finally {
      this.#process.off('exit', onExit);
    }
  }

  end(): void {
    this.#process.kill('SIGKILL');
  }

  #lastWords(): string {
    const lines = this.#stderr.split('\n').map((line) => line.trim());
    return lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.find((line) => line !== '') ?? 'no word';
  }
}

/** In the child: answers what it is asked, until its parent is gone. */
export function serve(answer: (command: never) => Promise<unknown>): void {
  process.on('message', async (command) => {
    try {
      process.send?.({ result: await answer(command as never) });
    } catch (fault) {
      process.send?.({ fault: fault instanceof Error ? `${fault.name}: ${fault.message}` : String(fault) });
    }
  });
  process.on('disconnect', () => process.exit());
}
