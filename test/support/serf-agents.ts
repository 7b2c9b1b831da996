// Real Serf agents on loopback.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';

const { NODE_V8_COVERAGE: _, ...env } = process.env;

export const hasSerf = spawnSync('serf', ['version'], { env }).status === 0;

export class SerfAgent {
  readonly rpcPort: number;
  readonly #bind: string;
  readonly #process: ChildProcess;

  private constructor(rpcPort: number, bind: string, process: ChildProcess) {
    this.rpcPort = rpcPort;
    this.#bind = bind;
    this.#process = process;
  }

  /** Resolves when its RPC listens, and it has joined. */
  static async start(
    name: string,
    options: { join?: SerfAgent; tags?: Record<string, string>; authKey?: string } = {},
  ) {
    const [rpcPort, port] = [await freePort(), await freePort()];
    const bind = `127.0.0.1:${port}`;
    const args = [
      'agent',
      `-node=${name}`,
      `-bind=${bind}`,
      `-rpc-addr=127.0.0.1:${rpcPort}`,
      '-profile=local',
    ];
    const folder = await mkdtemp(join(tmpdir(), 'disgover-serf-'));
    const config = join(folder, 'serf.json');
    await writeFile(
      config,
      JSON.stringify(options.authKey === undefined ? {} : { rpc_auth: options.authKey }),
    );
    args.push(`-config-file=${config}`);
    if (options.join !== undefined) args.push(`-join=${options.join.#bind}`);
    for (const [tag, value] of Object.entries(options.tags ?? {})) args.push('-tag', `${tag}=${value}`);
    const child = spawn('serf', args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let log = '';
    await new Promise<void>((resolve, reject) => {
      const ready = options.join === undefined ? 'Serf agent running' : 'Join completed';
      const onText = (text: Buffer) => {
        log += text;
        if (log.includes(ready)) resolve();
      };
      child.stdout.on('data', onText);
      child.stderr.on('data', onText);
      child.on('exit', () => reject(new Error(`serf ended: ${log}`)));
    });
    await rm(folder, { recursive: true });
    return new SerfAgent(rpcPort, bind, child);
  }

  /** As it stands: the others have to find out. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** Tells the others. */
  leave(): Promise<void> {
    return this.#end('SIGINT');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill(signal);
    await once(this.#process, 'exit');
  }
}
