// A node that listens on WebSocket in a process of its own, and tells how much memory it takes. One file, both ends: run as a
// program it is the child.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Disgover } from '../../src/index.js';
import { ws } from '../../transports/ws/index.js';

export interface Told {
  readonly port: number;
  readonly rssBytes: number;
  /** The most it has ever been. */
  readonly peakBytes: number;
  readonly refused: Readonly<Record<string, number>>;
}

const file = fileURLToPath(import.meta.url);

export class WsVictim {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(): Promise<WsVictim> {
    return new WsVictim(
      fork(file, {
        execArgv: ['--import=tsx', '--conditions=disgover-source', '--expose-gc'],
        // Another process transforms the sources another way: their coverage cannot be added up.
        env: { ...process.env, NODE_V8_COVERAGE: '' },
      }),
    );
  }

  /** After it has collected its garbage. */
  async tell(): Promise<Told> {
    const told = once(this.#child, 'message');
    this.#child.send('tell');
    return (await told)[0] as Told;
  }

  async end(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }
}

async function serve(): Promise<void> {
  const node = await Disgover.start({ transport: ws() });
  const { port } = node.contact.transport as { port: number };
  const refused: Record<string, number> = {};
  node.on('refused', ({ code }) => {
    refused[code] = (refused[code] ?? 0) + 1;
  });
  process.on('message', () => {
    (global.gc as () => void)();
    const told: Told = {
      port,
      rssBytes: process.memoryUsage.rss(),
      peakBytes: process.resourceUsage().maxRSS * 1_024,
      refused,
    };
    process.send?.(told);
  });
  // The test is over, or gone.
  process.on('disconnect', () => process.exit());
}

if (process.argv[1] === file && process.send !== undefined) void serve();
