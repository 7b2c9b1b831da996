// A real DNS server, unbound, in the foreground on loopback, whose local records can be changed while it runs.

import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const { NODE_V8_COVERAGE: _, ...env } = process.env;
// Debian keeps it where only root looks.
const withSbin = { ...env, PATH: `${env.PATH}:/usr/sbin:/sbin` };

export const hasUnbound = spawnSync('unbound', ['-V'], { env: withSbin }).status === 0;

export class Unbound {
  readonly port: number;
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(port: number, process: ChildProcess, folder: string) {
    this.port = port;
    this.#process = process;
    this.#folder = folder;
  }

  /** `zone` is answered from the records that are set, and from nowhere else. */
  static async start(zone: string): Promise<Unbound> {
    const folder = await mkdtemp(join(tmpdir(), 'disgover-unbound-'));
    const port = await freePort();
    const lines = [
      'server:',
      `  interface: 127.0.0.1@${port}`,
      ...['username', 'chroot', 'pidfile', 'directory', 'logfile'].map((name) => `  ${name}: ""`),
      '  do-daemonize: no',
      '  use-syslog: no',
      '  verbosity: 1',
      '  module-config: "iterator"',
      `  local-zone: "${zone}." static`,
      'remote-control:',
      '  control-enable: yes',
      `  control-interface: "${join(folder, 'control')}"`,
      '  control-use-cert: no',
    ];
    const file = join(folder, 'unbound.conf');
    await writeFile(file, `${lines.join('\n')}\n`);
    const child = spawn('unbound', ['-d', '-c', file], {
      env: withSbin,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let log = '';
    await new Promise<void>((resolve, reject) => {
      child.stderr.on('data', (text) => {
        log += text;
        if (log.includes('start of service')) resolve();
      });
      child.on('exit', () => reject(new Error(`unbound ended: ${log}`)));
    });
    return new Unbound(port, child, folder);
  }

  /** `name` has these records and no others of the kind: `_disgover._tcp.test. 1 IN SRV 0 0 6742 n1.test.` */
  async set(name: string, ...records: string[]): Promise<void> {
    await this.#control('local_data_remove', name);
    for (const record of records) await this.#control('local_data', record);
  }

  async stop(): Promise<void> {
    this.#process.kill();
    await once(this.#process, 'exit');
    await rm(this.#folder, { recursive: true });
  }

  async #control(...args: string[]): Promise<void> {
    const file = join(this.#folder, 'unbound.conf');
    await promisify(execFile)('unbound-control', ['-c', file, ...args], { env: withSbin });
  }
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}
