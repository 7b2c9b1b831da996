// A multicast source in a process, and a network namespace, of its own. One file, both ends: run as a program it is the child.

import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { multicast } from '../../src/bootstrap/multicast/index.js';
import { idOf } from '../../src/id/contact-id.js';
import { type ContextOptions, sourceContext } from './sources.js';

interface Start extends ContextOptions {
  readonly url: string;
  readonly name: string;
}
type Said = { readonly isReady: true } | { readonly names: readonly string[] };

const file = fileURLToPath(import.meta.url);

export class MulticastProcess {
  readonly #child: ChildProcess;
  #names = '';
  #onNames = () => {};

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** A process that is ready to start. */
  static async spawn(namespace: string): Promise<MulticastProcess> {
    const args = [
      'netns',
      'exec',
      namespace,
      process.execPath,
      '--import=tsx',
      '--conditions=disgover-source',
      file,
    ];
    const child = spawn('ip', args, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, NODE_V8_COVERAGE: '' },
    });
    const host = new MulticastProcess(child);
    await new Promise<void>((resolve, reject) => {
      child.once('exit', () => reject(new Error('the process has ended')));
      child.on('message', (said: Said) => {
        if ('isReady' in said) return resolve();
        host.#names = said.names.join();
        host.#onNames();
      });
    });
    return host;
  }

  start(start: Start): void {
    this.#child.send(start);
  }

  /** The names of those that are heard. */
  get names(): string {
    return this.#names;
  }

  /** Resolves to the milliseconds until it hears these and no others. */
  async hears(...names: string[]): Promise<number> {
    const from = performance.now();
    while (this.#names !== names.toSorted().join())
      await new Promise<void>((resolve) => {
        this.#onNames = resolve;
      });
    return performance.now() - from;
  }

  /** Ends the source, which says goodbye, and the process. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
      if (this.#child.connected) this.#child.disconnect();
    });
  }
}

function serve(): void {
  const controller = new AbortController();
  process.once('disconnect', () => controller.abort());
  process.once('message', async ({ url, name, ...options }: Start) => {
    const source = multicast(url);
    for await (const { seeds } of source.seeds(
      controller.signal,
      sourceContext({ ...options, id: idOf(name) }),
    )) {
      const names = seeds.map((seed) => Buffer.from((seed as { id: string }).id, 'base64').toString());
      // The other end may be gone: then nobody wants to know.
      if (process.connected) process.send?.({ names: names.sort() } satisfies Said, () => {});
    }
  });
  process.send?.({ isReady: true } satisfies Said);
}

if (process.argv[1] === file) serve();
